import { CodedError, defineErrors, errors } from "../kernel/errors.ts";
import type { Issue } from "./port.ts";

export const executorErrors = defineErrors({
  UNKNOWN_TASK_TYPE: {
    status: 400,
    message: "Nobody here handles tasks of this type.",
    next: "Choose one of the types named in details.",
  },
  EXECUTION_FAILED: {
    status: 500,
    message: "The change could not be applied.",
    next: "Read the task's output; correct the cause and resubmit it.",
  },
  COMMAND_EXISTS: {
    status: 409,
    message: "There is a command with this name already.",
    next: "Change that one, or choose another name.",
  },
  COMMAND_IN_FILE: {
    status: 409,
    message: "This command is defined in the file of ADE_COMMANDS.",
    next: "Change it there; it is read again at once.",
  },
  SEALED_DATA_UNREADABLE: {
    status: 500,
    message: "What was kept encrypted can't be opened: ADE_SECRET differs from when it was written.",
    next: "Start with the ADE_SECRET of that time, or cancel the task.",
  },
});

/** More findings than this help nobody. */
const MAX_ISSUES = 50;

/** A configuration that is refused: the first finding in words, all in details. */
export function invalidConfig(issues: readonly Issue[]): CodedError {
  const first = issues[0];
  return errors.VALIDATION_ERROR({
    ...(first && { message: `${first.field}: ${first.issue}.` }),
    details: issues.slice(0, MAX_ISSUES),
  });
}

/**
 * An executor's expected failure, with a sentence for people.
 * `retryable` says that the same may go well later (a full disk, a busy server); a refused right may not. Where it is
 * thrown before the effect (`stash`, `plan` and `inspect` of an attempt) it is waited for and asked again; an `apply`
 * that failed is not repeated, whatever it says, and people read why.
 */
export class ExecutorFailure extends CodedError {
  readonly retryable: boolean;
  /**
   * What the task's result is, where that is not `failure`. `unknown`: nobody can tell whether it took effect (a lost
   * answer), whatever stopped it; then nothing is rolled back blindly.
   */
  readonly ended_as: "cancelled" | "timeout" | "unknown" | undefined;

  constructor(
    message: string,
    options: {
      retryable?: boolean;
      details?: unknown;
      cause?: unknown;
      ended_as?: "cancelled" | "timeout" | "unknown";
    } = {},
  ) {
    super("EXECUTION_FAILED", executorErrors.table.EXECUTION_FAILED, {
      message,
      details: options.details,
      cause: options.cause,
    });
    this.name = "ExecutorFailure";
    this.retryable = options.retryable ?? false;
    this.ended_as = options.ended_as;
  }
}
