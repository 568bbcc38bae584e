import type { ToolCall } from "@ade/client";
import type { RequestPermissionRequest, ToolCallUpdate } from "@agentclientprotocol/sdk";
import { isRecord } from "./messages.ts";

type Known = Partial<ToolCallUpdate>;
type Workspace = { name: string; root: string };

const MOST_CALLS = 1_000;
/** What is remembered of a call beside its own request: large contents are not. */
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
      const merged = { ...calls.get(key), ...defined(update) };
      calls.delete(key);
      if (sizeOf(merged) > MOST_REMEMBERED_CHARACTERS) delete merged.content;
      if (sizeOf(merged) > MOST_REMEMBERED_CHARACTERS) delete merged.rawInput;
      delete merged.rawOutput;
      calls.set(key, merged);
      const oldest = calls.keys().next();
      if (calls.size > MOST_CALLS && !oldest.done) calls.delete(oldest.value);
    },
    /** What is known of the call that a request is about. */
    of: ({ sessionId, toolCall }: RequestPermissionRequest): Known => ({
      ...calls.get(keyOf(sessionId, toolCall.toolCallId)),
      ...defined(toolCall),
    }),
  };
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
    locations: listOf(known.locations).flatMap(({ path, line }) =>
      typeof path === "string" ? [{ path, ...(typeof line === "number" ? { line } : {}) }] : [],
    ),
    diffs: listOf(known.content).flatMap(({ type, path, oldText, newText }) =>
      type === "diff" && typeof path === "string" && typeof newText === "string"
        ? [{ path, old_text: typeof oldText === "string" ? oldText : null, new_text: newText }]
        : [],
    ),
    session_id: request.sessionId.slice(0, 200),
    tool_call_id: request.toolCall.toolCallId.slice(0, 200),
    protocol: "acp",
    reports_end: true,
    takes_changes: false,
    ...(workspace ? { workspace } : {}),
    ...rest,
  };
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
