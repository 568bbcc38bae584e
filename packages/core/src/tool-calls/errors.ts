import { defineErrors } from "../kernel/errors.ts";

export const toolCallErrors = defineErrors({
  TOOL_CALL_NOT_RUNNING: {
    status: 409,
    message: "This call is not running: it was not let, or its record is closed.",
    next: "Read the task: its state says what became of it.",
  },
  TOOL_CALL_ENDED: {
    status: 409,
    message: "Another end of this call was told before.",
    next: "The first word stands.",
  },
});
