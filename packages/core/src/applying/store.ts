import type { Pool } from "pg";
import type { Preview } from "../executors/schema.ts";
import { type HotWrite, hotWrite, json } from "../ledger/service.ts";
import type { ExecutionResult } from "../tasks/schema.ts";
import type { TaskRecord } from "../tasks/service.ts";

/** APPROVED to APPLYING: only by a newer fencing token than any before, with the stash kept in the same statement. */
export function claim(
  task: TaskRecord,
  attempt: { id: string; worker_id: string; token: number; lock_ids: readonly string[]; stash: Uint8Array },
): HotWrite {
  return hotWrite("apply-claim", (p) => {
    const token = p(attempt.token);
    return `guard AS (UPDATE task SET state = 'APPLYING', version = version + 1, updated_at = now(), state_since = now(),
        started_at = coalesce(started_at, now()), attempts = attempts + 1, fencing_token = ${token}::bigint,
        waiting_for = NULL, abort_requested_at = NULL
      WHERE id = ${p(task.id)}::uuid AND version = ${p(task.version)}::int AND state = 'APPROVED'
        AND (fencing_token IS NULL OR fencing_token < ${token}::bigint) RETURNING id, attempts),
    tried AS (INSERT INTO attempt (id, task_id, revision, number, worker_id, fencing_token, lock_ids, stash)
      SELECT ${p(attempt.id)}::uuid, guard.id, ${p(task.revision)}::int, guard.attempts, ${p(attempt.worker_id)},
        ${token}::bigint, ${p(attempt.lock_ids)}::text[], ${p(Buffer.from(attempt.stash))}::bytea FROM guard)`;
  });
}

export type Ending = {
  result: ExecutionResult;
  output: string;
  error: string | null;
  outcome: string;
};

/** To COMPLETED, by the holder of the row's token; from APPROVED too, where nothing was left to do. */
export function complete(
  task: { id: string; revision: number },
  token: number,
  from: "APPLYING" | "APPROVED",
  ending: Ending,
): HotWrite {
  return hotWrite(from === "APPLYING" ? "apply-complete" : "apply-complete-done", (p) => {
    const tokenPlace = p(token);
    const output = p(ending.output);
    const error = p(ending.error);
    const mine =
      from === "APPLYING"
        ? `fencing_token = ${tokenPlace}::bigint`
        : `(fencing_token IS NULL OR fencing_token < ${tokenPlace}::bigint)`;
    return `guard AS (UPDATE task SET state = 'COMPLETED', version = version + 1, updated_at = now(), state_since = now(),
        completed_at = now(), result = ${p(ending.result)}, output = ${output}::text, error = ${error}::text,
        apply_after = NULL, waiting_for = NULL, fencing_token = ${tokenPlace}::bigint
      WHERE id = ${p(task.id)}::uuid AND state = '${from}' AND ${mine} RETURNING id),
    ended AS (UPDATE attempt SET ended_at = now(), outcome = ${p(ending.outcome)}, output = ${output}::text,
        error = ${error}::text
      FROM guard WHERE task_id = guard.id AND revision = ${p(task.revision)}::int AND ended_at IS NULL)`;
  });
}

/** APPLYING to APPROVED: another attempt later, or none until an admin looks (`retry_in_ms` null). */
export function giveBack(
  task: { id: string; revision: number },
  token: number,
  next: { retry_in_ms: number | null; waiting_for: unknown; outcome: string; crashed: boolean },
): HotWrite {
  return hotWrite("apply-give-back", (p) => {
    const tokenPlace = p(token);
    return `guard AS (UPDATE task SET state = 'APPROVED', version = version + 1, updated_at = now(), state_since = now(),
        apply_after = now() + make_interval(secs => ${p(next.retry_in_ms)}::float8 / 1000.0),
        waiting_for = ${p(json(next.waiting_for))}::jsonb, crashes = crashes + ${p(next.crashed ? 1 : 0)}::int
      WHERE id = ${p(task.id)}::uuid AND state = 'APPLYING' AND fencing_token = ${tokenPlace}::bigint
      RETURNING id, apply_after),
    ended AS (UPDATE attempt SET ended_at = now(), outcome = ${p(next.outcome)}
      FROM guard WHERE task_id = guard.id AND revision = ${p(task.revision)}::int AND ended_at IS NULL)`;
  });
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

/** Stays APPROVED, says what it waits for, and is tried again by itself at the latest after `retry_in_ms`. */
export function block(task: TaskRecord, waitingFor: unknown, retryInMs: number): HotWrite {
  return hotWrite(
    "apply-block",
    (
      p,
    ) => `guard AS (UPDATE task SET waiting_for = ${p(json(waitingFor))}::jsonb, version = version + 1, updated_at = now(),
        apply_after = now() + make_interval(secs => ${p(retryInMs)}::float8 / 1000.0)
      WHERE id = ${p(task.id)}::uuid AND version = ${p(task.version)}::int AND state = 'APPROVED' RETURNING id)`,
  );
}

/** The newest attempt on this revision, with its sealed stash. */
export async function lastAttempt(
  pool: Pool,
  task: { id: string; revision: number },
): Promise<{ id: string; number: number; stash: Buffer | null } | null> {
  const { rows } = await pool.query({
    name: "apply-last-attempt",
    text: "SELECT id, number, stash FROM attempt WHERE task_id = $1 AND revision = $2 ORDER BY number DESC LIMIT 1",
    values: [task.id, task.revision],
  });
  return rows[0] ?? null;
}

/** Tasks that are being applied, for the watchdog to compare with their locks. */
export async function findApplying(pool: Pool): Promise<{ id: string; fencing_token: string }[]> {
  const { rows } = await pool.query("SELECT id, fencing_token FROM task WHERE state = 'APPLYING' LIMIT 1000");
  return rows;
}

/** Approved tasks that wait for one of these locks are due now that it is free. Answers their ids. */
export async function unblock(pool: Pool, keys: readonly string[]): Promise<string[]> {
  const { rows } = await pool.query({
    name: "apply-unblock",
    text: `UPDATE task SET apply_after = now() WHERE state = 'APPROVED' AND apply_after > now()
      AND waiting_for->>'kind' = 'lock' AND waiting_for->>'key' = ANY($1::text[]) RETURNING id`,
    values: [keys],
  });
  return rows.map((row) => row.id);
}
