import {
  argumentsOf,
  callOf,
  type HookAnswer,
  type HookEvent,
  type HookFormat,
  isRecord,
  textOf,
} from "./formats.ts";

/** Claude Code, and those that took its form: PreToolUse, PostToolUse, PostToolUseFailure. */
export const claude: HookFormat = {
  name: "claude",
  title: "Claude Code",
  takes_changes: "instead",
  can_ask: () => true,
  recognises: (input) => isPascalEvent(input) && input.turn_id === undefined,
  read: readClaude,
  write: ({ decision, reason, ...more }: HookAnswer) => ({
    hookSpecificOutput: {
      hookEventName: "PreToolUse",
      permissionDecision: decision,
      permissionDecisionReason: reason,
      ...("changed" in more && more.changed ? { updatedInput: more.changed } : {}),
    },
  }),
};

/**
 * Codex has the same form, but says yes by silence. Newer ones would take other arguments as well; older ones take that
 * for an error, and run the call as it was: so it is told no, and what to ask with.
 */
export const codex: HookFormat = {
  ...claude,
  name: "codex",
  title: "Codex CLI",
  takes_changes: false,
  can_ask: () => false,
  recognises: (input) => isPascalEvent(input) && input.turn_id !== undefined,
  write: (answer, input) => (answer.decision === "allow" ? null : claude.write(answer, input)),
};

function isPascalEvent({ hook_event_name: event, tool_name: tool }: Record<string, unknown>): boolean {
  return typeof tool === "string" && /^(PreToolUse|PostToolUse|PostToolUseFailure)$/.test(String(event));
}

function readClaude(input: Record<string, unknown>): HookEvent | null {
  const tool = textOf(input.tool_name);
  if (!tool) return null;
  const id = textOf(input.tool_use_id);
  const key = id ? `${textOf(input.session_id) ?? ""} ${id}` : null;
  if (input.hook_event_name === "PreToolUse") {
    const call = callOf({
      ...{ tool, arguments: argumentsOf(input.tool_input), cwd: input.cwd },
      ...{ session: input.session_id, id },
    });
    return { moment: "before", call, key };
  }
  if (!key) return null;
  const isFailure = input.hook_event_name === "PostToolUseFailure";
  const response = isRecord(input.tool_response) ? input.tool_response : {};
  const hasFailed = isFailure || response.success === false || response.is_error === true;
  const message = textOf(input.error) ?? textOf(response.error) ?? null;
  return { moment: "after", key, outcome: hasFailed ? "failed" : "completed", message };
}
