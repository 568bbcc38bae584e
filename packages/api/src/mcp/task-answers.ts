import type { TaskEntry } from "@ade/core/tasks/schema";
import { taskEntry } from "@ade/core/tasks/schema";
import { z } from "zod";

const link = z.string();

/** A task as its caller needs it to go on: where it stands, why, and what comes next. */
export const taskBrief = taskEntry
  .pick({
    id: true,
    state: true,
    revision: true,
    required_approvals: true,
    current_approvals: true,
    waiting_for: true,
    problem: true,
    execution: true,
    allowed_actions: true,
  })
  .extend({
    risk: z.strictObject({ score: z.int(), level: z.string() }).optional(),
    /** Who was asked, and what they said. */
    answers: z.array(
      z.strictObject({ reviewer: z.string(), status: z.string(), reason: z.string().optional() }),
    ),
    /** Page for people. */
    link,
    /** What the caller can do now. */
    next: z.string(),
  });
export type TaskBrief = z.infer<typeof taskBrief>;

/** Everything but the preview, which has a tool of its own and may be long. */
export const taskDetail = taskEntry.omit({ preview: true }).extend({ link, next: z.string() });

export const DECISIONS = [
  "pending",
  "approved",
  "rejected",
  "changes_requested",
  "cancelled",
  "not_submitted",
] as const;
export type DecisionSoFar = (typeof DECISIONS)[number];

export function briefOf(task: TaskEntry, link: string): TaskBrief {
  const { id, state, revision, required_approvals, current_approvals, allowed_actions } = task;
  const { waiting_for, problem, execution, risk } = task;
  return {
    ...{ id, state, revision, required_approvals, current_approvals, allowed_actions },
    ...(waiting_for && { waiting_for }),
    ...(problem && { problem }),
    ...(execution && { execution }),
    ...(risk && { risk: { score: risk.score, level: risk.level } }),
    answers: task.approvals.map(({ reviewer_name, status, reason }) => ({
      reviewer: reviewer_name,
      status,
      ...(reason === undefined ? {} : { reason }),
    })),
    link,
    next: nextStep(task),
  };
}

/** What has been decided about a task so far. Pure. */
export function decisionOf({ state, approvals, execution }: TaskEntry): DecisionSoFar {
  switch (state) {
    case "SUBMITTED":
    case "REVIEWING":
      return "pending";
    case "APPROVED":
    case "APPLYING":
      return "approved";
    case "COMPLETED":
      return execution?.result === "cancelled" ? "cancelled" : "approved";
    case "REJECTED":
      return "rejected";
    case "CANCELLED":
      return "cancelled";
    case "DRAFT":
      return approvals.some(({ status }) => status === "CHANGES_REQUESTED")
        ? "changes_requested"
        : "not_submitted";
  }
}

/** The sentence that a program, or the model that runs it, can go on from. Pure. */
export function nextStep(task: TaskEntry): string {
  const { state, execution, problem } = task;
  switch (state) {
    case "DRAFT":
      if (decisionOf(task) === "changes_requested") {
        return "A reviewer asks for changes: read the reasons in answers and create a changed task.";
      }
      return problem
        ? `It cannot go on as it is: ${problem.message} Create a corrected task.`
        : "Call submit_task to send it to review.";
    case "SUBMITTED":
    case "REVIEWING":
      return "Call wait_for_decision; it may take people hours. Give them the link. Do not do the work meanwhile.";
    case "APPROVED":
    case "APPLYING":
      return 'It is approved and a worker applies it: wait_for_decision with until "end" tells how that went. Do not apply it yourself.';
    case "COMPLETED":
      return execution?.result === "success"
        ? "It is done. Nothing is left to do."
        : `It ended with ${execution?.result ?? "no result"}: read execution.error before you propose anything again.`;
    case "REJECTED":
      return "It was rejected: read the reasons in answers. Do not propose the same again, nor do it another way.";
    case "CANCELLED":
      return "It was cancelled. Do not do it another way.";
  }
}
