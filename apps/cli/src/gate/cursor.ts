import { argumentsOf, callOf, type HookEvent, type HookFormat, textOf } from "./formats.ts";

const BEFORE = /^(beforeShellExecution|beforeMCPExecution|beforeReadFile|preToolUse)$/;

/** Cursor: beforeShellExecution, beforeMCPExecution, beforeReadFile, preToolUse. */
export const cursor: HookFormat = {
  name: "cursor",
  title: "Cursor",
  takes_changes: false,
  // The others take no question, or take it and run the call.
  can_ask: ({ hook_event_name: event }) => /^before(Shell|MCP)Execution$/.test(String(event)),
  recognises: ({ hook_event_name: event, conversation_id: id }) =>
    BEFORE.test(String(event)) && typeof id === "string",
  read: readCursor,
  write({ decision, reason }, { hook_event_name: event }) {
    // Of reading a file nothing is said.
    if (event === "beforeReadFile" || decision === "allow") return { permission: decision };
    return { permission: decision, user_message: reason, agent_message: reason };
  },
};

function readCursor(input: Record<string, unknown>): HookEvent | null {
  const [root] = Array.isArray(input.workspace_roots) ? input.workspace_roots : [];
  const common = { cwd: textOf(input.cwd) ?? root, session: input.conversation_id, id: input.tool_use_id };
  const asked = (tool: string, args: Record<string, unknown>, kind?: "other"): HookEvent => ({
    moment: "before",
    call: callOf({ tool, arguments: args, kind, ...common }),
    key: null,
  });
  switch (input.hook_event_name) {
    case "beforeShellExecution":
      return asked("Shell", { command: input.command ?? "" });
    case "beforeReadFile":
      // Its content is the file's, and nobody needs it to decide.
      return asked("Read", { file_path: input.file_path ?? "" });
    case "beforeMCPExecution":
    case "preToolUse": {
      const tool = textOf(input.tool_name);
      const kind = input.hook_event_name === "beforeMCPExecution" ? "other" : undefined;
      return tool ? asked(tool, argumentsOf(input.tool_input), kind) : null;
    }
    default:
      return null;
  }
}
