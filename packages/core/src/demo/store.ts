import type { Pool } from "pg";
import type { DemoAgentRun, DemoStep } from "./schema.ts";

/** A worker that says nothing of its run for so long is gone. */
const LOST_AFTER = "30 seconds";
/** A run that no worker took. */
const UNTAKEN_AFTER = "60 seconds";
/** More than a run has steps; a program that talks without end is cut. */
const MAX_STEPS = 100;

type Row = Omit<DemoAgentRun, "started_at" | "ends_at" | "ended_at"> & {
  started_at: Date;
  ends_at: Date;
  ended_at: Date | null;
};

const COLUMNS =
  "id, agent_id, state, started_by, started_by_name, steps, started_at, ends_at, ended_at, end_reason";

/** The newest run, open or ended. */
export async function newestRun(pool: Pool): Promise<DemoAgentRun | null> {
  const { rows } = await pool.query<Row>(
    `SELECT ${COLUMNS} FROM demo_agent_run ORDER BY started_at DESC LIMIT 1`,
  );
  const row = rows[0];
  if (!row) return null;
  return {
    ...row,
    started_at: row.started_at.toISOString(),
    ends_at: row.ends_at.toISOString(),
    ended_at: row.ended_at?.toISOString() ?? null,
  };
}

export type OpenRun = { id: string; agent_id: string; state: string; is_lost: boolean };

/** The run that has not ended, which is one at most. What a worker asks every other second. */
export async function openRun(pool: Pool): Promise<OpenRun | null> {
  const { rows } = await pool.query<OpenRun>({
    name: "demo-agent-open",
    text: `SELECT id, agent_id, state, seen_at < now() - CASE state WHEN 'starting' THEN interval '${UNTAKEN_AFTER}'
        ELSE interval '${LOST_AFTER}' END AS is_lost
      FROM demo_agent_run WHERE state <> 'ended'`,
  });
  return rows[0] ?? null;
}

/** Says that its worker lives, and answers whether it may go on. */
export async function seeRun(pool: Pool, id: string): Promise<boolean> {
  const { rows } = await pool.query<{ state: string }>(
    "UPDATE demo_agent_run SET seen_at = now() WHERE id = $1 RETURNING state",
    [id],
  );
  return rows[0]?.state === "running";
}

export async function addStep(pool: Pool, id: string, step: DemoStep): Promise<void> {
  await pool.query(
    `UPDATE demo_agent_run SET steps = steps || $2::jsonb
     WHERE id = $1 AND state <> 'ended' AND jsonb_array_length(steps) < ${MAX_STEPS}`,
    [id, JSON.stringify([step])],
  );
}

/** Tasks of this agent that a run has left open. */
export async function openTasksSince(pool: Pool, runId: string): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `SELECT t.id FROM task t JOIN demo_agent_run r ON r.agent_id = t.author_id
     WHERE r.id = $1 AND t.created_at >= r.started_at AND t.state IN ('DRAFT', 'SUBMITTED', 'REVIEWING', 'APPROVED')`,
    [runId],
  );
  return rows.map(({ id }) => id);
}
