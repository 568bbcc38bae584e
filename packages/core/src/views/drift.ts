import type { Pool } from "pg";
import type { TaskRecord } from "../tasks/service.ts";
import type { TaskView } from "./schema.ts";

/**
 * What was approved before the present revision came of a drift, and why it was not applied; null where the present
 * one was written by somebody.
 */
export async function readDrift(
  pool: Pool,
  task: Pick<TaskRecord, "id" | "revision">,
): Promise<TaskView["drift"]> {
  const { rows } = await pool.query({
    name: "drift-of",
    text: `SELECT was.revision, was.preview->'changes' AS changes, e.reason,
        (SELECT to_json(max(a.responded_at))#>>'{}' FROM approval a WHERE a.task_id = was.task_id
          AND a.revision = was.revision AND a.kind = 'review' AND a.action = 'approve') AS approved_at
      FROM task_revision is_now
      JOIN task_revision was ON was.task_id = is_now.task_id AND was.revision = is_now.revision - 1
      LEFT JOIN LATERAL (SELECT reason FROM ledger_entry WHERE task_id = is_now.task_id AND action = 'task.drifted'
        ORDER BY at DESC LIMIT 1) e ON true
      WHERE is_now.task_id = $1 AND is_now.revision = $2 AND is_now.reason = 'drift'`,
    values: [task.id, task.revision],
  });
  const [row] = rows;
  return row ? { ...row, reason: row.reason ?? "what it would change is no longer what was approved" } : null;
}
