import type { TaskEntry } from "./shapes.ts";

/** What an agent is told of its call. */
export type CallVerdict =
  | { kind: "pending"; task_id: string; waiting_for: string }
  | { kind: "may"; task_id: string; by: string; reason: string | null; changed: ChangedCall | null }
  /** `waits_on`: its task is back with its author, and would be for ever; withdraw it. */
  | { kind: "refused"; task_id: string | null; reason: string; waits_on: boolean };

/**
 * Other arguments than the agent asked with, by whom and why; `before` is what it had asked with. Both as reviewers see
 * them, secrets masked: `argumentsToRun` tells what may be run.
 */
export type ChangedCall = {
  arguments: Record<string, unknown>;
  before: Record<string, unknown>;
  by: string;
  reason: string;
};

/** What a tool call's task says to its agent. Pure. */
export function verdictOf(task: TaskEntry): CallVerdict {
  const task_id = task.id;
  switch (task.state) {
    case "APPLYING":
      return may(task);
    case "COMPLETED":
      // Over before its agent heard of it: only what ended well may still be believed.
      return task.execution?.result === "success"
        ? may(task)
        : refused(task, task.execution?.error ?? "It ended before it was run.");
    case "REJECTED":
    case "CANCELLED":
      return refused(task, refusalOf(task));
    case "DRAFT":
      // Once submitted, back with its author is a no: an agent can't be asked to come again with something else.
      return task.metadata.submitted_at
        ? { ...refused(task, refusalOf(task)), waits_on: true }
        : { kind: "pending", task_id, waiting_for: "to be submitted" };
    default:
      return { kind: "pending", task_id, waiting_for: task.waiting_for?.text ?? "waiting" };
  }
}

function may(task: TaskEntry): CallVerdict {
  const { changed, arguments: given } = task.config.parameters as {
    changed?: { by: { name: string }; reason: string; before: Record<string, unknown> };
    arguments?: Record<string, unknown>;
  };
  const yes = task.approvals.filter(({ status }) => status === "APPROVED");
  return {
    kind: "may",
    task_id: task.id,
    by: yes.map(({ reviewer_name }) => reviewer_name).join(", ") || "the rules",
    reason: yes.find(({ reason }) => reason)?.reason ?? null,
    changed: changed ? { ...changed, arguments: given ?? {}, by: changed.by.name } : null,
  };
}

const refused = ({ id }: TaskEntry, reason: string) =>
  ({ kind: "refused", task_id: id, reason, waits_on: false }) as const;

function refusalOf(task: TaskEntry): string {
  const no = task.approvals.find(({ status }) => status === "REJECTED" || status === "CHANGES_REQUESTED");
  if (no?.reason) return `${no.reviewer_name}: ${no.reason}`;
  return task.problem?.message ?? (task.state === "CANCELLED" ? "It was cancelled." : "It was rejected.");
}
