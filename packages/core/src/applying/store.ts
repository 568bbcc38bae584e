import type { Pool } from "pg";
import type { Preview } from "../executors/schema.ts";
import type { Segment } from "../executors/service.ts";
import { type HotWrite, hotWrite, json } from "../ledger/service.ts";
import type { ExecutionResult } from "../tasks/schema.ts";
import type { TaskRecord } from "../tasks/service.ts";
import { endedOutput } from "./output-store.ts";

export type Claim = {
  id: string;
  worker_id: string;
  token: number;
  lock_ids: readonly string[];
  /** Sealed; null where it is lost. */
  stash: Uint8Array | null;
  /** The first plan of a task that was submitted without one, to be kept with its revision. */
  first_plan: Preview | null;
};

/** APPROVED to APPLYING: only by a newer fencing token than any before, with the stash kept in the same statement. */
export function claim(task: TaskRecord, attempt: Claim): HotWrite {
  return hotWrite(attempt.first_plan ? "apply-claim-unplanned" : "apply-claim", (p) => {
    const token = p(attempt.token);
    const revision = p(task.revision);
    const planned = attempt.first_plan
      ? `, planned AS (UPDATE task_revision r SET preview = ${p(json(attempt.first_plan))}::jsonb FROM guard
          WHERE r.task_id = guard.id AND r.revision = ${revision}::int)`
      : "";
    return `guard AS (UPDATE task SET state = 'APPLYING', version = version + 1, updated_at = now(), state_since = now(),
        started_at = coalesce(started_at, now()), attempts = attempts + 1, fencing_token = ${token}::bigint,
        waiting_for = NULL, abort_requested_at = NULL
      WHERE id = ${p(task.id)}::uuid AND version = ${p(task.version)}::int AND state = 'APPROVED'
        AND (fencing_token IS NULL OR fencing_token < ${token}::bigint) RETURNING id, attempts, started_at),
    tried AS (INSERT INTO attempt (id, task_id, revision, number, worker_id, fencing_token, lock_ids, stash)
      SELECT ${p(attempt.id)}::uuid, guard.id, ${revision}::int, guard.attempts, ${p(attempt.worker_id)},
        ${token}::bigint, ${p(attempt.lock_ids)}::text[], ${p(attempt.stash && Buffer.from(attempt.stash))}::bytea FROM guard)${planned}`;
  });
}

export type Ending = {
  result: ExecutionResult;
  /** All that is kept of what its last attempt printed. */
  output: string;
  /** What of it is not stored with the attempt yet. */
  rest: readonly Segment[];
  error: string | null;
  /** How the attempt ended, where that is not the task's result. */
  outcome: string;
  /** Whether what was done was brought back; absent where that was not tried. */
  rolled_back?: boolean;
};

/** APPLYING to COMPLETED, by the holder of the row's token. */
export function complete(task: { id: string; revision: number }, token: number, ending: Ending): HotWrite {
  return hotWrite("apply-complete", (p) => {
    const error = p(ending.error);
    return `guard AS (UPDATE task SET state = 'COMPLETED', version = version + 1, updated_at = now(), state_since = now(),
        completed_at = now(), result = ${p(ending.result)}, output = ${p(ending.output)}::text, error = ${error}::text,
        apply_after = NULL, waiting_for = NULL
      WHERE id = ${p(task.id)}::uuid AND state = 'APPLYING' AND fencing_token = ${p(token)}::bigint RETURNING id),
    ended AS (UPDATE attempt SET ended_at = now(), outcome = ${p(ending.outcome)}, error = ${error}::text,
        rolled_back = ${p(ending.rolled_back ?? null)}::boolean
      FROM guard WHERE task_id = guard.id AND revision = ${p(task.revision)}::int AND ended_at IS NULL
      RETURNING attempt.id),
    ${endedOutput(p, ending.rest)}`;
  });
}

/**
 * APPLYING to APPROVED: another attempt at `apply_after`, or none until an admin looks (null). Never once an admin
 * has asked to abort.
 */
export function giveBack(
  task: { id: string; revision: number },
  token: number,
  next: {
    apply_after: Date | null;
    waiting_for: unknown;
    outcome: string;
    rest: readonly Segment[];
    crashed: boolean;
  },
): HotWrite {
  return hotWrite(
    "apply-give-back",
    (
      p,
    ) => `guard AS (UPDATE task SET state = 'APPROVED', version = version + 1, updated_at = now(), state_since = now(),
        apply_after = ${p(next.apply_after)}::timestamptz, waiting_for = ${p(json(next.waiting_for))}::jsonb,
        crashes = crashes + ${p(next.crashed ? 1 : 0)}::int
      WHERE id = ${p(task.id)}::uuid AND state = 'APPLYING' AND fencing_token = ${p(token)}::bigint
        AND abort_requested_at IS NULL RETURNING id),
    ended AS (UPDATE attempt SET ended_at = now(), outcome = ${p(next.outcome)}
      FROM guard WHERE task_id = guard.id AND revision = ${p(task.revision)}::int AND ended_at IS NULL
      RETURNING attempt.id),
    ${endedOutput(p, next.rest)}`,
  );
}

/** APPROVED to SUBMITTED: a new revision with the same configuration and what planning says now. */
export function drift(task: TaskRecord, preview: Preview | null): HotWrite {
  return hotWrite("apply-drift", (p) => {
    const revision = p(task.revision + 1);
    return `guard AS (UPDATE task SET state = 'SUBMITTED', revision = ${revision}::int, version = version + 1,
        updated_at = now(), state_since = now(), drifts = drifts + 1, content_hash = NULL, apply_after = NULL,
        waiting_for = NULL, current_approvals = 0
      WHERE id = ${p(task.id)}::uuid AND version = ${p(task.version)}::int AND state = 'APPROVED' RETURNING id),
    old AS (UPDATE approval SET status = 'SUPERSEDED' FROM guard
      WHERE task_id = guard.id AND revision = ${p(task.revision)}::int),
    added AS (INSERT INTO task_revision (task_id, revision, config, preview, plan_state, resource_keys, editor_id, reason)
      SELECT guard.id, ${revision}::int, ${p(json(task.config))}::jsonb, ${p(json(preview))}::jsonb,
        ${p(preview === null ? "pending" : "ready")}, ${p(task.resource_keys)}::text[], ${p(task.editor_id)}::uuid, 'drift'
      FROM guard)`;
  });
}

/** Stays APPROVED, says what it waits for, and is tried again by itself at `applyAfter`. */
export function block(task: TaskRecord, waitingFor: unknown, applyAfter: Date): HotWrite {
  return hotWrite(
    "apply-block",
    (
      p,
    ) => `guard AS (UPDATE task SET waiting_for = ${p(json(waitingFor))}::jsonb, version = version + 1, updated_at = now(),
        apply_after = ${p(applyAfter)}::timestamptz
      WHERE id = ${p(task.id)}::uuid AND version = ${p(task.version)}::int AND state = 'APPROVED' RETURNING id)`,
  );
}

/** The newest attempt on this revision, with its sealed stash. */
export async function lastAttempt(
  pool: Pool,
  task: { id: string; revision: number },
): Promise<{ id: string; stash: Buffer | null } | null> {
  const { rows } = await pool.query({
    name: "apply-last-attempt",
    text: "SELECT id, stash FROM attempt WHERE task_id = $1 AND revision = $2 ORDER BY number DESC LIMIT 1",
    values: [task.id, task.revision],
  });
  return rows[0] ?? null;
}

/** Tasks that are being applied, for the watchdog to compare with their locks. */
export async function findApplying(pool: Pool): Promise<{ id: string; fencing_token: string }[]> {
  const { rows } = await pool.query({
    name: "apply-running",
    text: "SELECT id, fencing_token FROM task WHERE state = 'APPLYING'",
  });
  return rows;
}

/** Makes a task due that waits for a lock; null where it does not, or another has done so. */
export async function unblock(
  pool: Pool,
  taskId: string,
): Promise<Pick<TaskRecord, "id" | "priority" | "apply_immediately"> | null> {
  const { rows } = await pool.query({
    name: "apply-unblock",
    text: `UPDATE task SET apply_after = now() WHERE id = $1 AND state = 'APPROVED' AND apply_after > now()
      AND waiting_for->>'kind' = 'lock' RETURNING id, priority, apply_immediately`,
    values: [taskId],
  });
  return rows[0] ?? null;
}
