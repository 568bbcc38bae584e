import type { ToolCall } from "@ade/client";
import { readPatch } from "./patch.ts";

/** What a hook asks about a call, before or after it. */
export type HookEvent =
  | { moment: "before"; call: ToolCall; key: string | null }
  | { moment: "after"; key: string; outcome: "completed" | "failed"; message: string | null };

/** What the hook answers; `ask` hands it to the agent's own prompt. */
export type HookAnswer =
  | { decision: "allow"; reason: string; changed: Record<string, unknown> | null }
  | { decision: "deny" | "ask"; reason: string };

/** One coding agent's form of hooks. Pure. */
export type HookFormat = {
  readonly name: string;
  readonly title: string;
  /** Whether this input is in this form. */
  recognises(input: Record<string, unknown>): boolean;
  /** The event; null for one that asks nothing. */
  read(input: Record<string, unknown>): HookEvent | null;
  /** What is printed; null where silence is the answer. */
  write(answer: HookAnswer, input: Record<string, unknown>): Record<string, unknown> | null;
  /** Whether it can be given other arguments, instead of its own or laid over them. */
  readonly takes_changes: "instead" | "over" | false;
  /** Whether it can ask its user itself, of such a call. */
  can_ask(input: Record<string, unknown>): boolean;
};

type Args = Record<string, unknown>;
export const isRecord = (value: unknown): value is Args =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

/** Arguments as an object: some agents send them as JSON in a text. */
export function argumentsOf(value: unknown): Args {
  if (isRecord(value)) return value;
  if (typeof value !== "string") return value === undefined || value === null ? {} : { input: value };
  try {
    const parsed: unknown = JSON.parse(value);
    return isRecord(parsed) ? parsed : { input: parsed };
  } catch {
    return { input: value };
  }
}

type Kind = NonNullable<ToolCall["kind"]>;

/** By what common agents call their tools. What is not known here may do anything. */
const KINDS: Record<string, Kind> = Object.fromEntries(
  (
    [
      ["execute", "bash shell run_shell_command execute run_command powershell exec local_shell terminal"],
      ["edit", "write edit multiedit notebookedit write_file replace create str_replace str_replace_editor"],
      ["edit", "strreplace tabwrite"],
      ["edit", "apply_patch edit_file create_file insert update_file"],
      ["delete", "delete delete_file remove_file"],
      ["move", "move move_file rename rename_file"],
      ["read", "read read_file read_many_files view notebookread ls list_directory list_dir bashoutput"],
      ["search", "grep glob search search_file_content find codebase_search rg websearch"],
      ["search", "google_web_search web_search"],
      ["fetch", "webfetch web_fetch fetch fetch_url"],
      ["think", "todowrite write_todos think update_plan report_intent"],
    ] as const
  ).flatMap(([kind, tools]) => tools.split(" ").map((tool) => [tool, kind])),
);

const kindOf = (tool: string): Kind =>
  Object.hasOwn(KINDS, tool.toLowerCase()) ? KINDS[tool.toLowerCase()]! : "other";

const SUBJECTS = [
  "command",
  "file_path",
  "path",
  "url",
  "pattern",
  "query",
  "description",
  "prompt",
] as const;

/**
 * A call with what follows from its tool and arguments. `cwd` is where the agent works; `kind` is given where the name
 * says nothing of it: a server's `search` may do anything.
 */
export function callOf(given: {
  tool: string;
  arguments: Args;
  kind?: Kind | undefined;
  cwd?: unknown;
  session?: unknown;
  id?: unknown;
}): ToolCall {
  const { tool, arguments: args } = given;
  const kind = given.kind ?? kindOf(tool);
  const patch = tool.toLowerCase() === PATCHING ? patchIn(args) : null;
  const named = SUBJECTS.map((name) => textOf(args[name])).find((text) => text !== undefined);
  const subject = patch?.paths.join(", ") ?? named;
  const session = textOf(given.session);
  const id = textOf(given.id);
  const root = textOf(given.cwd);
  return {
    tool,
    kind,
    title: subject ? `${tool}: ${subject.split("\n", 1)[0]!.slice(0, 300)}` : tool,
    arguments: args,
    diffs: patch?.diffs ?? diffsOf(kind, args),
    ...(patch ? { locations: patch.paths.map((path) => ({ path })) } : {}),
    protocol: "hook",
    ...(root ? { workspace: { name: "", root } } : {}),
    ...(session ? { session_id: session.slice(0, 200) } : {}),
    ...(id ? { tool_call_id: id.slice(0, 200) } : {}),
  };
}

/** Names its files in its text alone. */
const PATCHING = "apply_patch";

function patchIn(args: Args): ReturnType<typeof readPatch> | null {
  const text = [args.command, args.input, args.patch].find((value) => typeof value === "string");
  const patch = typeof text === "string" ? readPatch(text) : null;
  return patch && patch.paths.length > 0 ? patch : null;
}

/** What an edit would change, as far as its arguments say. */
function diffsOf(kind: Kind, args: Args): NonNullable<ToolCall["diffs"]> {
  const path = textOf(args.file_path) ?? textOf(args.path) ?? textOf(args.notebook_path);
  if (kind !== "edit" || !path) return [];
  const edits = Array.isArray(args.edits) ? args.edits.filter(isRecord) : [args];
  return edits.flatMap((edit) => {
    const old_text = textOf(edit.old_string) ?? textOf(edit.old_str) ?? null;
    const new_text = edit.new_string ?? edit.new_str ?? edit.content ?? edit.file_text;
    return typeof new_text === "string" ? [{ path, old_text, new_text }] : [];
  });
}
