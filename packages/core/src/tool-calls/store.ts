import type { Pool } from "pg";
import { type HotWrite, hotWrite } from "../ledger/service.ts";
import type { CallEndInput } from "./schema.ts";

export type StoredEnd = CallEndInput & { reported_at: Date };

/** The first word stands: the guard is empty where the end of this revision's call was told before. */
export function storeEnd(
  task: { id: string; revision: number },
  end: CallEndInput,
  reporterId: string,
): HotWrite {
  return hotWrite(
    "tool-call-end",
    (p) => `guard AS (INSERT INTO tool_call_end (task_id, revision, outcome, message, output, reported_by)
      VALUES (${p(task.id)}::uuid, ${p(task.revision)}::int, ${p(end.outcome)}, ${p(end.message ?? null)}::text,
        ${p(end.output ?? null)}::text, ${p(reporterId)}::uuid)
      ON CONFLICT (task_id, revision) DO NOTHING RETURNING task_id, reported_at)`,
  );
}

export type CallStanding = {
  end: StoredEnd | null;
  /** Its agent sent heartbeats when the call began, or since, and has sent none for a while: so many seconds. */
  silent_seconds: number | null;
};

/** An agent that sends heartbeats and has been silent for so long is dead, or out of reach. */
const SILENT_SECONDS = 60;

/** How the call of this revision ended, if its agent has said so, and for how long the agent has been silent. */
export async function readStanding(pool: Pool, taskId: string, revision: number): Promise<CallStanding> {
  const { rows } = await pool.query<{
    outcome: CallEndInput["outcome"] | null;
    message: string | null;
    output: string | null;
    reported_at: Date | null;
    silent_seconds: number | null;
  }>({
    name: "tool-call-standing",
    text: `SELECT e.outcome, e.message, e.output, e.reported_at,
        CASE WHEN a.last_heartbeat_at < now() - interval '${SILENT_SECONDS} seconds'
            AND a.last_heartbeat_at > t.started_at - interval '${SILENT_SECONDS} seconds'
          THEN extract(epoch FROM now() - a.last_heartbeat_at)::float8 END AS silent_seconds
      FROM task t LEFT JOIN agent a ON a.id = t.author_id
      LEFT JOIN tool_call_end e ON e.task_id = t.id AND e.revision = $2 WHERE t.id = $1`,
    values: [taskId, revision],
  });
  const row = rows[0];
  const end: StoredEnd | null = row?.outcome
    ? {
        outcome: row.outcome,
        reported_at: row.reported_at!,
        ...(row.message === null ? {} : { message: row.message }),
        ...(row.output === null ? {} : { output: row.output }),
      }
    : null;
  return { end, silent_seconds: row?.silent_seconds ?? null };
}
