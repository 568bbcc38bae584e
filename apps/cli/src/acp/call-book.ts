import type { ToolCall } from "@ade/client";
import type { RequestPermissionRequest, ToolCallUpdate } from "@agentclientprotocol/sdk";
import { isRecord } from "./messages.ts";

/** What was told of a call, and in place of what was too large to be remembered: its files, and a word about it. */
type Known = Partial<ToolCallUpdate> & { forgotten?: Forgotten };
type Forgotten = { paths: string[]; notes: string[] };
type Workspace = { name: string; root: string };

const MOST_CALLS = 1_000;
/** What is remembered of a call beside its own request: of large contents only which files they are about. */
const MOST_REMEMBERED_CHARACTERS = 200_000;
const KINDS: readonly string[] = [
  "read",
  "edit",
  "delete",
  "move",
  "search",
  "execute",
  "think",
  "fetch",
  "switch_mode",
] satisfies ToolCall["kind"][];

/** What an agent has told of its calls before it asks about one: a request may repeat only part of it. */
export function createCallBook() {
  const calls = new Map<string, Known>();
  const keyOf = (sessionId: string, callId: string) => JSON.stringify([sessionId, callId]);

  return {
    /** A `tool_call` or `tool_call_update`: later fields win. */
    note(sessionId: string, update: Known & { toolCallId: string }): void {
      const key = keyOf(sessionId, update.toolCallId);
      const { rawOutput: _output, ...merged } = merge(calls.get(key), update);
      calls.delete(key);
      calls.set(key, remembered(merged));
      const oldest = calls.keys().next();
      if (calls.size > MOST_CALLS && !oldest.done) calls.delete(oldest.value);
    },
    /** What is known of the call that a request is about. */
    of: ({ sessionId, toolCall }: RequestPermissionRequest): Known =>
      merge(calls.get(keyOf(sessionId, toolCall.toolCallId)), toolCall),
  };
}

/** Later fields win; what was forgotten of earlier ones stays what the call is about. */
function merge(known: Known | undefined, update: Known): Known {
  return { ...known, ...defined(update), ...(known?.forgotten && { forgotten: known.forgotten }) };
}

/** Without its large contents: what they change stays as paths, of its input the beginning. */
function remembered(known: Known): Known {
  let kept = known;
  if (sizeOf(kept) > MOST_REMEMBERED_CHARACTERS && kept.content) {
    const { content, ...rest } = kept;
    const paths = diffsOf(content).map(({ path }) => path);
    kept = { ...rest, forgotten: forget(kept, paths, "Its changes are too large to be shown here") };
  }
  if (sizeOf(kept) > MOST_REMEMBERED_CHARACTERS && kept.rawInput !== undefined) {
    const rawInput = Object.fromEntries(Object.entries(argumentsOf(kept.rawInput)).flatMap(beginning));
    kept = { ...kept, rawInput, forgotten: forget(kept, [], "Only the beginning of its arguments is shown") };
  }
  return kept;
}

function forget({ forgotten }: Known, paths: readonly string[], note: string): Forgotten {
  return {
    paths: [...new Set([...(forgotten?.paths ?? []), ...paths])],
    notes: [...new Set([...(forgotten?.notes ?? []), note])],
  };
}

/** Of text as much as the longest path has; of lists and the like, which name no place by themselves, nothing. */
function beginning([name, value]: [string, unknown]): [string, unknown][] {
  if (typeof value === "string") return [[name, value.slice(0, 4_096)]];
  return typeof value === "object" ? [] : [[name, value]];
}

/** The call as the server takes it. Pure. */
export function toolCallOf(
  request: RequestPermissionRequest,
  known: Known,
  more: { workspace: Workspace | undefined; wait_seconds: number; timeout_seconds: number },
): ToolCall {
  const kind = KINDS.includes(String(known.kind)) ? (known.kind as NonNullable<ToolCall["kind"]>) : "other";
  const { workspace, ...rest } = more;
  return {
    tool: toolName(known) ?? kind,
    kind,
    title: typeof known.title === "string" && known.title.trim() ? known.title : `A call of kind ${kind}`,
    arguments: argumentsOf(known.rawInput),
    locations: [
      ...listOf(known.locations).flatMap(({ path, line }) =>
        typeof path === "string" ? [{ path, ...(typeof line === "number" ? { line } : {}) }] : [],
      ),
      ...(known.forgotten?.paths ?? []).map((path) => ({ path })),
    ],
    diffs: diffsOf(known.content),
    ...(known.forgotten && { notes: known.forgotten.notes }),
    session_id: request.sessionId.slice(0, 200),
    tool_call_id: request.toolCall.toolCallId.slice(0, 200),
    protocol: "acp",
    reports_end: true,
    takes_changes: false,
    ...(workspace ? { workspace } : {}),
    ...rest,
  };
}

function diffsOf(content: unknown): NonNullable<ToolCall["diffs"]> {
  return listOf(content).flatMap(({ type, path, oldText, newText }) =>
    type === "diff" && typeof path === "string" && typeof newText === "string"
      ? [{ path, old_text: typeof oldText === "string" ? oldText : null, new_text: newText }]
      : [],
  );
}

/** The protocol has no name of the tool; agents that tell it do so beside. */
function toolName({ _meta: meta }: Known): string | null {
  const places = [meta, ...Object.values(meta ?? {})].filter(isRecord);
  for (const place of places) {
    const name = place.toolName ?? place.tool_name;
    if (typeof name === "string" && name.trim()) return name.trim().slice(0, 200);
  }
  return null;
}

function argumentsOf(rawInput: unknown): Record<string, unknown> {
  if (rawInput === undefined || rawInput === null) return {};
  return isRecord(rawInput) ? rawInput : { input: rawInput };
}

const listOf = (value: unknown): Record<string, unknown>[] =>
  Array.isArray(value) ? value.filter(isRecord) : [];

const defined = <T extends object>(value: T): Partial<T> =>
  Object.fromEntries(
    Object.entries(value).filter(([, member]) => member !== undefined && member !== null),
  ) as Partial<T>;

const sizeOf = (value: unknown): number => JSON.stringify(value)?.length ?? 0;
