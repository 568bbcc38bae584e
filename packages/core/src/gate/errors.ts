import { defineErrors } from "../kernel/errors.ts";

export const gateErrors = defineErrors({
  AGENT_TOOL_DENIED: {
    status: 403,
    message: "The agent's settings deny this tool.",
    next: "Do it another way, or ask the agent's owner to change its tools.",
  },
  NOT_A_TOOL_CALL: {
    status: 409,
    message: "This task is no tool call of an agent.",
    next: "Edit the task itself.",
  },
});
