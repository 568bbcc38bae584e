import type { Actor } from "../kernel/actor.ts";
import { errors } from "../kernel/errors.ts";
import type { Requirement } from "../policies/schema.ts";
import { isLetAnswer, isMet, isRejected, type Leniency, type LenientRule } from "../policies/service.ts";
import { approvalErrors } from "./errors.ts";
import type { ApprovalStatus, RespondInput } from "./schema.ts";

/** A response as the tally sees it. */
export type Response = {
  readonly reviewer_id: string;
  readonly status: string;
  readonly release_at: string | null;
};

/** What a review comes to: still open, or the transition that it causes. */
export type Outcome = "open" | "approve" | "reject" | "return";

export const STATUS_OF: Record<RespondInput["action"], ApprovalStatus> = {
  approve: "APPROVED",
  reject: "REJECTED",
  request_changes: "CHANGES_REQUESTED",
  delegate: "DELEGATED",
};

/** True once a response can no longer be withdrawn (lifecycle.md, "Undo"): one rule for every kind of response. */
export function isReleased(response: Pick<Response, "release_at">, now: Date): boolean {
  return response.release_at === null || new Date(response.release_at) <= now;
}

/**
 * What the responses of one revision come to at `now`. Pure: approve, reject and request for changes are weighed
 * by the same rule, and a response within its undo time weighs nothing yet.
 */
export function outcomeOf(
  requirements: readonly Requirement[],
  responses: readonly Response[],
  now: Date,
): Outcome {
  const released = responses.filter((response) => isReleased(response, now));
  const whoSaid = (status: ApprovalStatus): string[] =>
    released.filter((response) => response.status === status).map((response) => response.reviewer_id);
  if (whoSaid("CHANGES_REQUESTED").length > 0) return "return";
  if (isRejected(requirements, whoSaid("REJECTED"))) return "reject";
  const approvers = whoSaid("APPROVED");
  return requirements.every((requirement) => isMet(requirement, approvers)) ? "approve" : "open";
}

/** How many people's yes is stored, in force or still within its undo time. One person counts once. */
export function countApprovals(responses: readonly Response[]): number {
  return new Set(
    responses.filter(({ status }) => status === "APPROVED").map(({ reviewer_id }) => reviewer_id),
  ).size;
}

/** The identities behind a revision, none of whom may decide on it. */
export type Makers = {
  readonly author_id: string;
  readonly author_owner_id: string | null;
  /** Who made the key that was written with, where that is not whoever wrote. */
  readonly author_key_by: string | null;
  readonly editor_id: string;
  readonly editor_owner_id: string | null;
  readonly editor_key_by: string | null;
  /** Who answers now for author and last editor, where these are agents. */
  readonly owners_now: readonly string[];
};

/**
 * Author, last editor, the owners of agents among them, as they were and as they are, and who made the keys that they
 * wrote with: one human behind two identities is one human.
 */
export function makersOf(task: Makers): string[] {
  const ids = [task.author_id, task.author_owner_id, task.editor_id, task.editor_owner_id];
  const keyMakers = [task.author_key_by, task.editor_key_by];
  const all = [...ids, ...keyMakers, ...task.owners_now];
  return [...new Set(all.filter((id): id is string => id !== null))];
}

/**
 * Makers whom policies can let answer a tool call of an agent, with all that each policy must say for it. Who made it
 * in their own name is not among them, nor who only made the key that the agent uses.
 */
export function leniencyOf(task: Makers): Leniency {
  const rules = new Map<string, LenientRule[]>();
  const add = (id: string | null, rule: LenientRule): void => {
    if (id === null || id === task.author_id || rules.get(id)?.includes(rule)) return;
    rules.set(id, [...(rules.get(id) ?? []), rule]);
  };
  add(task.author_owner_id, "owner_may_answer");
  add(task.editor_owner_id, "owner_may_answer");
  for (const id of task.owners_now) add(id, "owner_may_answer");
  add(task.editor_id, "editor_may_approve");
  return rules;
}

/**
 * Refuses an answer that this actor may not give; answers under whose name it is recorded: the reviewer asked, or
 * an admin, whose answer is their own whichever approval they gave it on (approvals.md, "Responses").
 */
export function assertMayRespond(
  actor: Actor,
  task: Makers & { readonly requirements?: readonly Requirement[] | null },
  approval: { reviewer_id: string },
  input: Pick<RespondInput, "action" | "reason" | "delegate_to"> & { options?: RespondInput["options"] },
): { reviewer_id: string; by_admin: boolean } {
  if (actor.kind !== "user") throw errors.FORBIDDEN({ message: "Only a person can decide on a change." });
  if (makersOf(task).includes(actor.id) && !isLetAnswer(task.requirements, actor.id))
    throw approvalErrors.SELF_APPROVAL();
  assertComplete(input);
  if (approval.reviewer_id === actor.id) return { reviewer_id: actor.id, by_admin: false };
  // An admin's answer is their own; only whoever was asked can ask somebody else instead.
  if (actor.roles.includes("admin") && input.action !== "delegate")
    return { reviewer_id: actor.id, by_admin: true };
  throw approvalErrors.NOT_ASKED();
}

/** Refuses an answer that lacks what its action needs, or carries what belongs to another. */
function assertComplete(input: Parameters<typeof assertMayRespond>[3]): void {
  const { action, reason, delegate_to, options } = input;
  const details: { field: string; issue: string }[] = [];
  const add = (field: string, issue: string) => details.push({ field, issue });
  if (action !== "approve" && !reason?.trim())
    add("reason", "A reason is needed to reject, to request changes, or to delegate.");
  if (action === "delegate" && !delegate_to) add("delegate_to", "Name who is asked instead.");
  if (action !== "delegate" && delegate_to) add("delegate_to", "Only delegate takes it.");
  if (action !== "approve" && options?.require_additional_approvals)
    add("options.require_additional_approvals", "Only approve takes it.");
  if (action !== "approve" && options?.allow_always) add("options.allow_always", "Only approve takes it.");
  if (details.length === 0) return;
  const isReason = details[0]!.field === "reason";
  throw errors.VALIDATION_ERROR({ ...(isReason ? { message: "A reason is needed." } : {}), details });
}

/** When an answer is due: so many hours from now, and no later than the task is worth something. */
export function dueAt({ now, expires_at }: { now: Date; expires_at: Date | null }, hours: number): Date {
  const due = new Date(now.getTime() + hours * 3_600_000);
  return expires_at && expires_at < due ? expires_at : due;
}

/**
 * When an answer takes effect that can be taken back for so long; null: at once. Of the time that the task has left, at
 * most half is for changing one's mind: the rest is for doing it.
 */
export function releaseAt(
  { now, expires_at }: { now: Date; expires_at: Date | null },
  undoSeconds: number,
): Date | null {
  const left = expires_at ? Math.max(0, expires_at.getTime() - now.getTime()) / 2 : Infinity;
  const undoMs = Math.min(undoSeconds * 1000, left);
  return undoMs > 0 ? new Date(now.getTime() + undoMs) : null;
}

/** Priority and hours to answer, from the task's priority and what the policies say (approvals.md, "Time"). */
export function dueRule(
  taskPriority: number,
  policyHours: readonly (number | null)[],
): { priority: "LOW" | "NORMAL" | "HIGH" | "URGENT"; hours: number } {
  const stated = policyHours.filter((hours): hours is number => hours !== null);
  const [priority, hours] =
    taskPriority >= 75
      ? (["URGENT", 4] as const)
      : taskPriority >= 60
        ? (["HIGH", 12] as const)
        : taskPriority < 25
          ? (["LOW", 72] as const)
          : (["NORMAL", 48] as const);
  return { priority, hours: stated.length > 0 ? Math.min(...stated) : hours };
}
