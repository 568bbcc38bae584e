import { argumentsOf, callOf, type HookFormat, isRecord, textOf } from "./formats.ts";

/**
 * Gemini CLI: BeforeTool. Its calls have no id, so their ends are not told. Other arguments are laid over the model's
 * own: what was taken away would stay.
 */
export const gemini: HookFormat = {
  name: "gemini",
  title: "Gemini CLI",
  takes_changes: "over",
  can_ask: () => false,
  recognises: ({ hook_event_name: event }) => event === "BeforeTool",
  read(input) {
    const tool = textOf(input.tool_name);
    if (!tool) return null;
    const call = callOf({
      ...{ tool, arguments: argumentsOf(input.tool_input), cwd: input.cwd, session: input.session_id },
      kind: input.mcp_context === undefined ? undefined : "other",
    });
    return { moment: "before", call, key: null };
  },
  write(answer) {
    if (answer.decision !== "allow") return { decision: "deny", reason: answer.reason };
    if (!isRecord(answer.changed)) return { decision: "allow" };
    return {
      decision: "allow",
      hookSpecificOutput: { hookEventName: "BeforeTool", tool_input: answer.changed },
    };
  },
};
