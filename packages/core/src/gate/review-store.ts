import { countGrantHit, type NewGrant } from "../agents/service.ts";
import type { Preview } from "../executors/schema.ts";
import { type HotWrite, hotWrite, json } from "../ledger/service.ts";
import type { Requirement } from "../policies/schema.ts";
import type { RiskAssessment } from "../risk/schema.ts";
import type { TaskState } from "../tasks/schema.ts";
import { grantCtes } from "./allow-always.ts";
import type { AskPlan } from "./ask.ts";
import { askCtes, demandedColumn, insertApprovals, type NewApproval } from "./ask-store.ts";
import { casTask } from "./cas-task.ts";
import { endApprovals, endOf } from "./end-approvals.ts";
import type { Held } from "./freeze.ts";

type TaskKey = { id: string; version: number };

export type Assessed = {
  preview: Preview | null;
  risk: RiskAssessment;
  keys: readonly string[];
  requirements: readonly Requirement[];
  content_hash: string;
  required_approvals: number;
  approvals: readonly NewApproval[];
  /** Where every policy waives review: what holds the change back for now. */
  held: Held | null;
  /** The grant by which it passes. */
  grant_id: string | null;
};

/** Approved now, and due at once or when what holds it back is over. */
export function dueColumns(p: (value: unknown) => string, held: Held | null): string[] {
  return [
    "approved_at = now()",
    `apply_after = greatest(now(), ${p(held?.until ?? null)}::timestamptz)`,
    `waiting_for = ${p(json(held))}::jsonb`,
  ];
}

/** SUBMITTED to REVIEWING (approvals are made) or APPROVED (every policy waives; due at once). */
export function assessTask(
  task: TaskKey & { revision: number },
  to: "REVIEWING" | "APPROVED",
  found: Assessed,
): HotWrite {
  const name = found.grant_id ? "task-pass-by-grant" : "task-auto-approve";
  return hotWrite(to === "REVIEWING" ? "task-start-review" : name, (p) => {
    const keys = p(found.keys);
    const hash = p(found.content_hash);
    const revision = p(task.revision);
    const due = to === "APPROVED" ? dueColumns(p, found.held) : [];
    const guard = casTask(
      p,
      task,
      [
        `state = '${to}'`,
        `content_hash = ${hash}`,
        `risk_score = ${p(found.risk.score)}`,
        `risk_level = ${p(found.risk.level)}`,
        `resource_keys = ${keys}::text[]`,
        `required_approvals = ${p(found.required_approvals)}::int`,
        "current_approvals = 0",
        "attempts = 0",
        ...due,
      ],
      true,
    );
    return `${guard},
    planned AS (UPDATE task_revision SET preview = ${p(json(found.preview))}::jsonb,
      plan_state = ${p(found.preview === null ? "skipped" : "ready")}, risk = ${p(json(found.risk))}::jsonb,
      requirements = ${p(json(found.requirements))}::jsonb, content_hash = ${hash}, resource_keys = ${keys}::text[]
      FROM guard WHERE task_id = guard.id AND revision = ${revision}::int),
    ${insertApprovals(p, task, found.approvals)}${found.grant_id ? `, ${countGrantHit(p, found.grant_id)}` : ""}`;
  });
}

/** SUBMITTED to DRAFT: the plan is invalid, or nobody is left to approve. The errors stay on the task. */
export function sendBack(
  task: TaskKey & { revision: number },
  problem: { code: string; message: string; details?: unknown },
  preview: Preview | null,
): HotWrite {
  return hotWrite("task-send-back", (p) => {
    const guard = casTask(p, task, ["state = 'DRAFT'", `problem = ${p(json(problem))}::jsonb`], true);
    return `${guard},
    planned AS (UPDATE task_revision SET preview = ${p(json(preview))}::jsonb, plan_state = 'ready'
      FROM guard WHERE task_id = guard.id AND revision = ${p(task.revision)}::int)`;
  });
}

export type Move = {
  state: TaskState;
  current_approvals: number;
  apply_immediately: boolean;
  problem: { code: string; message: string } | null;
  /** Where it leads to APPROVED: what holds the change back for now. */
  held: Held | null;
};

/** The columns that the end of a review sets, and what becomes of approvals that are still open. */
export function moveColumns(p: (value: unknown) => string, move: Move): string[] {
  const columns = [
    `state = ${p(move.state)}`,
    `current_approvals = ${p(move.current_approvals)}::int`,
    `problem = ${p(json(move.problem))}::jsonb`,
  ];
  if (move.state === "APPROVED") {
    const immediately = p(move.apply_immediately);
    columns.push(...dueColumns(p, move.held), `apply_immediately = ${immediately}::boolean`);
  }
  return columns;
}

export type StoredResponse = {
  id: string;
  reviewer_id: string;
  reviewer_name: string;
  status: string;
  action: string;
  reason: string | null;
  content_hash: string | null;
  apply_immediately: boolean;
  allow_always: unknown;
  /** When it takes effect; null: at once. */
  release_at: Date | null;
  by_admin: boolean;
  /** For an admin's own row, made by the answer itself. */
  why: readonly unknown[];
  requirement_ids: readonly string[];
};

/** A response, with the transition that it causes (if any), in one statement. */
export function respond(
  task: TaskKey & { revision: number; state: TaskState },
  response: StoredResponse,
  move: Move,
  { asking, grants = [] }: { asking?: AskPlan | undefined; grants?: readonly NewGrant[] } = {},
): HotWrite {
  const ends = move.state !== task.state;
  const name = `task-respond-${asking ? "asking-" : ""}${move.state.toLowerCase()}${grantsName(grants)}`;
  return hotWrite(name, (p) => {
    const ended = ends ? `, ${endApprovals(p, task, endOf(move.state), response.id)}` : "";
    const columns = [...moveColumns(p, move), ...(asking ? [demandedColumn(p, asking)] : [])];
    // The end of the review closes what is open: a row must not be changed twice by one statement.
    const demand = asking
      ? `${askCtes(p, task, ends ? { ...asking, changed: [], dropped: [] } : asking)},`
      : "";
    return `${casTask(p, task, columns, ends)}, ${demand}
    answered AS (INSERT INTO approval (id, task_id, revision, reviewer_id, reviewer_name, status, action, reason,
        content_hash, apply_immediately, allow_always, by_admin, why, requirement_ids, responded_at, release_at)
      SELECT ${p(response.id)}::uuid, guard.id, ${p(task.revision)}::int, ${p(response.reviewer_id)}::uuid,
        ${p(response.reviewer_name)}, ${p(response.status)}, ${p(response.action)}, ${p(response.reason)},
        ${p(response.content_hash)}, ${p(response.apply_immediately)}::boolean,
        ${p(json(response.allow_always))}::jsonb, ${p(response.by_admin)}::boolean,
        ${p(json(response.why))}::jsonb, ${p(response.requirement_ids)}::text[], now(),
        ${p(response.release_at)}::timestamptz
      FROM guard
      ON CONFLICT (task_id, revision, reviewer_id, kind) DO UPDATE SET status = excluded.status, action = excluded.action,
        reason = excluded.reason, content_hash = excluded.content_hash, responded_at = excluded.responded_at,
        apply_immediately = excluded.apply_immediately, allow_always = excluded.allow_always,
        release_at = excluded.release_at)${ended}${grantCtes(p, grants)}`;
  });
}

const grantsName = (grants: readonly NewGrant[]): string =>
  grants.length === 0 ? "" : `-granting-${grants.length}`;

/** Takes a response back within its undo time; an admin's own row goes, an asked one is open again. */
export function withdraw(
  task: TaskKey & { revision: number },
  approval: { id: string; by_admin: boolean },
  current: number,
  asking?: AskPlan,
): HotWrite {
  const name = `task-withdraw${approval.by_admin ? "-admin" : ""}${asking ? "-asking" : ""}`;
  return hotWrite(name, (p) => {
    const columns = [
      `current_approvals = ${p(current)}::int`,
      ...(asking ? [demandedColumn(p, asking)] : []),
    ];
    const guard = casTask(p, task, columns, false);
    const id = p(approval.id);
    const undone = approval.by_admin
      ? `DELETE FROM approval a USING guard WHERE a.id = ${id}::uuid`
      : `UPDATE approval a SET status = 'PENDING', action = NULL, reason = NULL, release_at = NULL,
          responded_at = NULL, content_hash = NULL, apply_immediately = false, allow_always = NULL FROM guard WHERE a.id = ${id}::uuid`;
    return `${guard}, undone AS (${undone})${asking ? `, ${askCtes(p, task, asking)}` : ""}`;
  });
}

/** The transition of a review whose undo time is over. */
export function release(
  task: TaskKey & { revision: number; state: TaskState },
  move: Move,
  grants: readonly NewGrant[] = [],
): HotWrite {
  return hotWrite(`task-release-${move.state.toLowerCase()}${grantsName(grants)}`, (p) => {
    const guard = casTask(p, task, moveColumns(p, move), true);
    return `${guard}, ${endApprovals(p, task, endOf(move.state))}${grantCtes(p, grants)}`;
  });
}

/** Into CANCELLED from any state that allows it; open approvals are closed. */
export function cancelTask(
  task: TaskKey & { revision: number },
  problem: { code: string; message: string } | null = null,
): HotWrite {
  return hotWrite("task-cancel", (p) => {
    const columns = [
      "state = 'CANCELLED'",
      "completed_at = now()",
      "apply_after = NULL",
      `problem = ${p(json(problem))}::jsonb`,
    ];
    const guard = casTask(p, task, columns, true);
    return `${guard}, ${endApprovals(p, task, "closed")}`;
  });
}

export function requestAbort(task: TaskKey): HotWrite {
  return hotWrite("task-abort", (p) => casTask(p, task, ["abort_requested_at = now()"], false));
}

export function releaseQuarantined(task: TaskKey): HotWrite {
  return hotWrite("task-release-quarantined", (p) =>
    casTask(p, task, ["apply_after = now()", "waiting_for = NULL", "crashes = 0"], false),
  );
}
