import { defineErrors, errors as kernelErrors } from "../kernel/errors.ts";
import { allowedActions, type Cause, isPossible } from "./machine.ts";
import type { TaskAction, TaskState } from "./schema.ts";

export const taskErrors = defineErrors({
  INVALID_TRANSITION: {
    status: 409,
    message: "The task does not allow this now.",
    next: "Choose one of the allowed actions in details.",
  },
  STALE_REVISION: {
    status: 409,
    message: "The task has a newer revision than the one you looked at.",
    next: "Open it again and look at what changed.",
  },
  PREVIEW_INVALID: {
    status: 422,
    message: "The plan found errors; the task is a draft again.",
    next: "Correct the configuration and submit it again.",
  },
  ROLLBACK_REFUSED: {
    status: 409,
    message: "It cannot be rolled back.",
    next: "Propose a change that brings things where they should be.",
  },
  REQUIREMENT_UNSATISFIABLE: {
    status: 422,
    message: "Nobody is left who could approve this; the task is a draft again.",
    next: "Ask an admin to change the policy that is named, or to add reviewers.",
  },
});

/** Refuses an action that the state or the actor's relation to the task does not allow. */
export function assertAllowed(
  task: { state: TaskState },
  action: TaskAction,
  causes: readonly Cause[],
): void {
  const allowed = allowedActions(task.state, causes);
  if (allowed.includes(action)) return;
  if (isPossible(task.state, action))
    throw kernelErrors.FORBIDDEN({ message: `You may not ${words(action)} this task.` });
  throw taskErrors.INVALID_TRANSITION({
    message: `A task in ${task.state} does not allow to ${words(action)} it.`,
    details: { state: task.state, action, allowed_actions: allowed },
  });
}

function words(action: TaskAction): string {
  if (action === "respond") return "answer";
  if (action === "comment") return "comment on";
  if (action === "roll_back") return "roll back";
  return action.replace("_", "-");
}
