import type { WhyAsked } from "../approvals/schema.ts";
import { json } from "../ledger/service.ts";
import type { Requirement } from "../policies/schema.ts";
import { REMIND_AT } from "./time/ladder.ts";

type Place = (value: unknown) => string;

/** A request to somebody who has no row on the revision yet. */
export type NewApproval = {
  readonly id: string;
  readonly reviewer_id: string;
  readonly reviewer_name: string;
  readonly priority: string;
  readonly requirement_ids: readonly string[];
  readonly why: readonly WhyAsked[];
  /** Whom a policy named and this person answers for. */
  readonly stands_for: readonly string[];
  readonly due_at: string;
  /** 0 where absent: it is reminded and escalated in its time. */
  readonly escalation_step?: number;
};

/** A row of the revision as it is to be: asked for more or less, passed on, or open again. */
export type ChangedApproval = {
  readonly id: string;
  readonly status: string;
  readonly requirement_ids: readonly string[];
  readonly why: readonly WhyAsked[];
  readonly stands_for: readonly string[];
  readonly action: string | null;
  readonly reason: string | null;
  readonly delegated_to: string | null;
};

/** New requests on the revision, as a CTE that hangs on `guard`: the only place where they are made. */
export function insertApprovals(
  p: Place,
  task: { revision: number },
  approvals: readonly NewApproval[],
): string {
  return `asked AS (INSERT INTO approval (id, task_id, revision, reviewer_id, reviewer_name, priority, requirement_ids,
      why, stands_for, due_at, escalation_step, next_step_at)
    SELECT a.id, guard.id, ${p(task.revision)}::int, a.reviewer_id, a.reviewer_name, a.priority, a.requirement_ids,
      a.why, a.stands_for, a.due_at, coalesce(a.escalation_step, 0),
      CASE WHEN coalesce(a.escalation_step, 0) = 0 THEN now() + (a.due_at - now()) * ${REMIND_AT} END
    FROM guard, jsonb_to_recordset(${p(json(approvals))}::jsonb) AS a(id uuid, reviewer_id uuid, reviewer_name text,
      priority text, requirement_ids text[], why jsonb, stands_for text[], due_at timestamptz, escalation_step int))`;
}

type Plan = {
  requirements: readonly Requirement[];
  asked: readonly NewApproval[];
  changed: readonly ChangedApproval[];
  dropped: readonly string[];
};

/** What a change of who is asked writes beside the task's row; hangs on `guard`. */
export function askCtes(p: Place, task: { revision: number }, plan: Plan): string {
  return `demanded AS (UPDATE task_revision SET requirements = ${p(json(plan.requirements))}::jsonb
      FROM guard WHERE task_id = guard.id AND revision = ${p(task.revision)}::int),
    ${insertApprovals(p, task, plan.asked)},
    changed AS (UPDATE approval a SET status = c.status, requirement_ids = c.requirement_ids, why = c.why,
        stands_for = c.stands_for, action = c.action, reason = c.reason, delegated_to = c.delegated_to,
        content_hash = NULL, release_at = NULL, apply_immediately = false,
        responded_at = CASE WHEN c.action IS NULL THEN NULL ELSE now() END
      FROM guard, jsonb_to_recordset(${p(json(plan.changed))}::jsonb) AS c(id uuid, status text,
        requirement_ids text[], why jsonb, stands_for text[], action text, reason text, delegated_to uuid)
      WHERE a.id = c.id),
    dropped AS (DELETE FROM approval a USING guard WHERE a.id = ANY(${p(plan.dropped)}::uuid[]))`;
}

/** What the task's own row then says of how many people are needed. */
export const demandedColumn = (p: Place, plan: { required_approvals: number }): string =>
  `required_approvals = ${p(plan.required_approvals)}::int`;
