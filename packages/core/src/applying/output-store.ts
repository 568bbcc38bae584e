import type { Pool } from "pg";
import type { Progress, Segment } from "../executors/service.ts";

/** Adds pieces to what is kept of an attempt's output, and takes away what they leave no room for. May be repeated. */
export async function storeOutput(
  pool: Pool,
  attemptId: string,
  what: { segments: readonly Segment[]; progress: Progress | null; drop: readonly number[] },
): Promise<void> {
  await pool.query({
    name: "apply-output",
    text: `WITH pieces AS (INSERT INTO attempt_output (attempt_id, position, bytes, text)
        SELECT $1::uuid, position, octet_length(text), text
        FROM jsonb_to_recordset($2::jsonb) AS piece(position bigint, text text)
        ON CONFLICT (attempt_id, position) DO NOTHING),
      dropped AS (DELETE FROM attempt_output WHERE attempt_id = $1::uuid AND position = ANY($4::bigint[]))
      UPDATE attempt SET progress = $3::jsonb WHERE id = $1::uuid AND ended_at IS NULL
        AND progress IS DISTINCT FROM $3::jsonb`,
    values: [
      attemptId,
      JSON.stringify(what.segments),
      what.progress && JSON.stringify(what.progress),
      what.drop,
    ],
  });
}

/** The part of an attempt's last write that keeps the rest of its output; `ended` is the attempt's row. */
export function endedOutput(p: (value: unknown) => string, rest: readonly Segment[]): string {
  return `printed AS (INSERT INTO attempt_output (attempt_id, position, bytes, text)
      SELECT ended.id, position, octet_length(text), text
      FROM ended, jsonb_to_recordset(${p(JSON.stringify(rest))}::jsonb) AS piece(position bigint, text text)
      ON CONFLICT (attempt_id, position) DO NOTHING)`;
}

const BATCH = 500;

/**
 * Forgets what ended attempts kept for so many days: the stash that a rollback needs, and what was printed. A stash only
 * so long after its task ended: before, another attempt may look at it, and it may be cancelled long after its last one.
 */
export async function forgetAttempts(
  pool: Pool,
  keep: { stash_days: number; output_days: number },
): Promise<void> {
  await inBatches(() =>
    pool.query({
      name: "apply-forget-stash",
      text: `UPDATE attempt SET stash = NULL WHERE id IN (SELECT a.id FROM attempt a JOIN task t ON t.id = a.task_id
        WHERE a.stash IS NOT NULL AND a.ended_at < now() - make_interval(days => $1::int)
          AND t.state IN ('COMPLETED', 'CANCELLED', 'REJECTED')
          AND t.state_since < now() - make_interval(days => $1::int) LIMIT ${BATCH})`,
      values: [keep.stash_days],
    }),
  );
  await inBatches(() =>
    pool.query({
      name: "apply-forget-output",
      text: `DELETE FROM attempt_output WHERE (attempt_id, position) IN (SELECT o.attempt_id, o.position
        FROM attempt a JOIN attempt_output o ON o.attempt_id = a.id
        WHERE a.ended_at < now() - make_interval(days => $1::int) LIMIT ${BATCH})`,
      values: [keep.output_days],
    }),
  );
}

/** Which of these tasks are not over, or can still be rolled back, or are being so. */
export async function stillNeeded(pool: Pool, taskIds: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await pool.query<{ id: string }>({
    name: "apply-still-needed",
    text: `SELECT t.id FROM task t WHERE t.id::text = ANY($1::text[]) AND (
        t.state NOT IN ('COMPLETED', 'CANCELLED', 'REJECTED')
        OR EXISTS (SELECT 1 FROM attempt a WHERE a.task_id = t.id AND a.stash IS NOT NULL)
        OR EXISTS (SELECT 1 FROM task r WHERE r.rollback_of = t.id
          AND r.state NOT IN ('COMPLETED', 'CANCELLED', 'REJECTED')))`,
    values: [taskIds],
  });
  return new Set(rows.map(({ id }) => id));
}

async function inBatches(forget: () => Promise<{ rowCount: number | null }>): Promise<void> {
  while ((await forget()).rowCount === BATCH);
}
