import { type HotWrite, hotWrite, json } from "../ledger/service.ts";
import type { Requirement } from "../policies/schema.ts";
import type { TaskState } from "../tasks/schema.ts";
import { casTask } from "./cas-task.ts";
import type { Held } from "./freeze.ts";
import { dueColumns } from "./review-store.ts";

type TaskKey = { id: string; version: number; revision: number };

export type NewOverride = {
  readonly id: string;
  readonly kind: "override" | "force_apply";
  readonly requirement_id: string | null;
  readonly reason: string;
  readonly ticket_ref: string;
  readonly requested_by: string;
  readonly requested_by_name: string;
  readonly approvals: readonly { id: string; reviewer_id: string; reviewer_name: string }[];
};

/**
 * An override with a request to each other admin. One that was asked before on this revision gets a new id with it,
 * so that an answer by the old one meets nothing.
 */
export function insertOverride(task: TaskKey, override: NewOverride): HotWrite {
  return hotWrite("override-insert", (p) => {
    const id = p(override.id);
    return `${casTask(p, task, [], false)},
    outdated AS (UPDATE override o SET status = 'lapsed' FROM guard WHERE o.task_id = guard.id AND o.status = 'open'),
    made AS (INSERT INTO override (id, task_id, revision, kind, requirement_id, reason, ticket_ref, requested_by,
        requested_by_name)
      SELECT ${id}::uuid, guard.id, ${p(task.revision)}::int, ${p(override.kind)}, ${p(override.requirement_id)},
        ${p(override.reason)}, ${p(override.ticket_ref)}, ${p(override.requested_by)}::uuid,
        ${p(override.requested_by_name)} FROM guard),
    asked AS (INSERT INTO approval (id, task_id, revision, reviewer_id, reviewer_name, priority, kind, override_id)
      SELECT a.id, guard.id, ${p(task.revision)}::int, a.reviewer_id, a.reviewer_name, 'URGENT', 'override', ${id}::uuid
      FROM guard, jsonb_to_recordset(${p(json(override.approvals))}::jsonb)
        AS a(id uuid, reviewer_id uuid, reviewer_name text)
      ON CONFLICT (task_id, revision, reviewer_id, kind) DO UPDATE SET id = excluded.id, status = 'PENDING',
        override_id = excluded.override_id, action = NULL, reason = NULL, responded_at = NULL, by_admin = false,
        created_at = now())`;
  });
}

export type OverrideAnswer = {
  readonly approval_id: string;
  readonly override_id: string;
  readonly by: { readonly id: string; readonly name: string };
  readonly confirmed: boolean;
  readonly reason: string | null;
};

/** What a confirmed override leads to. */
export type Overridden = {
  readonly state: TaskState;
  readonly requirements: readonly Requirement[];
  readonly required_approvals: number;
  readonly apply_immediately: boolean;
  readonly content_hash: string;
  /** What holds the change back for now. */
  readonly held: Held | null;
  /** Approved before a plan was there: it is made when the change is applied. */
  readonly unplanned: boolean;
};

/** The second admin's word, with what follows from a yes; the other admins are asked no more. */
export function answerOverride(
  task: TaskKey & { state: TaskState },
  answer: OverrideAnswer,
  to: Overridden | null,
): HotWrite {
  const ends = to !== null && to.state !== task.state;
  return hotWrite(`override-answer-${to === null ? "no" : ends ? "ends" : "yes"}`, (p) => {
    const columns = to === null ? [] : [`required_approvals = ${p(to.required_approvals)}::int`];
    if (ends) columns.push(...approvedColumns(p, to));
    const by = p(answer.by.id);
    const name = p(answer.by.name);
    const status = p(answer.confirmed ? "confirmed" : "refused");
    const said = p(answer.confirmed ? "APPROVED" : "REJECTED");
    const approval = p(answer.approval_id);
    const overrideId = p(answer.override_id);
    const revision = p(task.revision);
    return `${casTask(p, task, columns, ends)},
    decided AS (UPDATE override o SET status = ${status}, decided_by = ${by}::uuid, decided_by_name = ${name},
      decided_at = now() FROM guard WHERE o.id = ${overrideId}::uuid),
    answered AS (INSERT INTO approval (id, task_id, revision, reviewer_id, reviewer_name, priority, status, kind,
        override_id, action, reason, content_hash, by_admin, responded_at)
      SELECT ${approval}::uuid, guard.id, ${revision}::int, ${by}::uuid, ${name}, 'URGENT', ${said}, 'override',
        ${overrideId}::uuid, ${p(answer.confirmed ? "approve" : "reject")}, ${p(answer.reason)},
        ${p(to?.content_hash ?? null)}, true, now() FROM guard
      ON CONFLICT (task_id, revision, reviewer_id, kind) DO UPDATE SET status = excluded.status,
        action = excluded.action, reason = excluded.reason, content_hash = excluded.content_hash,
        responded_at = excluded.responded_at),
    closed AS (UPDATE approval a SET status = 'CLOSED' FROM guard
      WHERE a.task_id = guard.id AND a.revision = ${revision}::int AND a.status = 'PENDING'
        AND a.id <> ${approval}::uuid${ends ? "" : " AND a.kind = 'override'"})
    ${to === null ? "" : `, ${revisionCte(p, revision, to)}`}`;
  });
}

function approvedColumns(p: (value: unknown) => string, to: Overridden): string[] {
  return [
    `state = ${p(to.state)}`,
    `content_hash = ${p(to.content_hash)}`,
    `apply_immediately = ${p(to.apply_immediately)}::boolean`,
    "problem = NULL, attempts = 0",
    ...dueColumns(p, to.held),
  ];
}

function revisionCte(p: (value: unknown) => string, revision: string, to: Overridden): string {
  return `demanded AS (UPDATE task_revision SET requirements = ${p(json(to.requirements))}::jsonb,
      content_hash = ${p(to.content_hash)},
      plan_state = CASE WHEN ${p(to.unplanned)}::boolean THEN 'skipped' ELSE plan_state END
    FROM guard WHERE task_id = guard.id AND revision = ${revision}::int)`;
}
