import { argumentsOf, callOf, type HookFormat, textOf } from "./formats.ts";

/** GitHub Copilot CLI: preToolUse. It names no event, and sends the arguments as text. */
export const copilot: HookFormat = {
  name: "copilot",
  title: "GitHub Copilot CLI",
  takes_changes: false,
  can_ask: () => true,
  recognises: ({ toolName, toolResult }) => typeof toolName === "string" && toolResult === undefined,
  read(input) {
    const tool = textOf(input.toolName);
    if (!tool) return null;
    const call = callOf({
      ...{ tool, arguments: argumentsOf(input.toolArgs), cwd: input.cwd, session: input.sessionId },
    });
    return { moment: "before", call, key: null };
  },
  write: ({ decision, reason }) => ({ permissionDecision: decision, permissionDecisionReason: reason }),
};
