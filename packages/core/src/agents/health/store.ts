import type { Pool } from "pg";
import type { AgentStatus, HeartbeatInput } from "../schema.ts";
import { STATUS } from "../store.ts";
import { HEALTH_ORDER, type HealthRow } from "./samples.ts";
import { HEALTH_BUCKET_MINUTES, HEALTH_KEPT_HOURS } from "./schema.ts";
import { STALE_AFTER_SECONDS, statusOf } from "./status.ts";

const BUCKET = `date_bin('${HEALTH_BUCKET_MINUTES} minutes', now(), timestamptz '1970-01-01 00:00:00Z')`;
const ORDER = `ARRAY['${HEALTH_ORDER.join("','")}']`;

/**
 * Brings the row of this quarter of an hour up to date where `heard` (id, status, tasks, and what the agent's own row
 * says of its last sample) adds something to it: once a bucket, and when it gets worse or busier. So a thousand agents
 * that beat every 10 s cost one row each in 15 minutes beside the update that they cost anyway.
 */
const SAMPLE = `ranked AS (SELECT heard.*, ${BUCKET} AS bucket, array_position(${ORDER}, heard.status) AS rank FROM heard),
  merged AS (SELECT id, bucket,
      CASE WHEN health_from = bucket THEN greatest(health_rank, rank) ELSE rank END AS rank,
      CASE WHEN health_from = bucket THEN greatest(health_tasks, tasks) ELSE tasks END AS tasks,
      health_from IS DISTINCT FROM bucket OR rank > health_rank OR tasks > health_tasks AS is_news
    FROM ranked),
  sample AS (INSERT INTO agent_health (agent_id, from_at, status, active_tasks_max)
    SELECT id, bucket, (${ORDER})[rank], tasks FROM merged WHERE is_news
    ON CONFLICT (agent_id, from_at) DO UPDATE SET status = excluded.status, active_tasks_max = excluded.active_tasks_max)`;
const SAMPLED = "health_from = m.bucket, health_rank = m.rank, health_tasks = m.tasks";

const HEARTBEAT = `WITH before AS (SELECT id, paused, draining, active_tasks, last_heartbeat_at, health_from, health_rank,
      health_tasks FROM agent WHERE id = $1 AND active FOR UPDATE),
  heard AS (SELECT id, health_from, health_rank, health_tasks, $2::int AS tasks,
      CASE WHEN paused THEN 'paused' WHEN draining THEN 'draining' WHEN $2::int > 0 THEN 'active' ELSE 'idle' END AS status
    FROM before),
  ${SAMPLE}
  UPDATE agent a SET last_heartbeat_at = now(), active_tasks = $2::int, metrics = coalesce($3::jsonb, a.metrics), ${SAMPLED}
  FROM before b, merged m WHERE a.id = b.id AND m.id = b.id
  RETURNING now() AS now, b.paused, b.draining, b.active_tasks, b.last_heartbeat_at`;

/** Stores a heartbeat and answers the status before and after; null for an agent that is no more. */
export async function storeHeartbeat(
  pool: Pool,
  id: string,
  input: HeartbeatInput,
): Promise<{ before: AgentStatus; after: AgentStatus; paused: boolean; draining: boolean; at: Date } | null> {
  const { rows } = await pool.query({
    name: "agent-heartbeat",
    text: HEARTBEAT,
    values: [id, input.active_tasks, input.metrics ? JSON.stringify(input.metrics) : null],
  });
  const row = rows[0];
  if (!row) return null;
  const { now, paused, draining } = row;
  const after = statusOf({ ...row, active_tasks: input.active_tasks, last_heartbeat_at: now }, now);
  return { before: statusOf(row, now), after, paused, draining, at: now };
}

const NOTE = `WITH heard AS (SELECT a.id, a.health_from, a.health_rank, a.health_tasks, a.active_tasks AS tasks,
      ${STATUS} AS status FROM agent a WHERE a.id = ANY($1::uuid[]) AND a.active FOR UPDATE),
  ${SAMPLE}
  UPDATE agent a SET ${SAMPLED} FROM merged m WHERE a.id = m.id`;

/** Writes how these agents are now into their history: what people set, or that they fell silent. */
export async function noteHealth(pool: Pool, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await pool.query({ name: "agent-health-note", text: NOTE, values: [ids] });
}

/** Agents that fell silent within the last `withinSeconds`. */
export async function findNewlyStale(
  pool: Pool,
  withinSeconds: number,
): Promise<{ id: string; active_tasks: number; last_heartbeat_at: Date }[]> {
  const { rows } = await pool.query(
    `SELECT id, active_tasks, last_heartbeat_at FROM agent WHERE active AND NOT paused AND NOT draining
      AND last_heartbeat_at < now() - interval '${STALE_AFTER_SECONDS} seconds'
      AND last_heartbeat_at >= now() - interval '${STALE_AFTER_SECONDS} seconds' - make_interval(secs => $1)`,
    [withinSeconds],
  );
  return rows;
}

/** The rows of each agent since that moment, in order, with the last one before it. */
export async function readHealth(
  pool: Pool,
  ids: readonly string[],
  since: Date,
): Promise<Map<string, HealthRow[]>> {
  const { rows } = await pool.query<{
    agent_id: string;
    from_at: Date;
    status: AgentStatus;
    active_tasks_max: number;
  }>({
    name: "agent-health",
    text: `SELECT h.agent_id, h.from_at, h.status, h.active_tasks_max FROM unnest($1::uuid[]) AS wanted(id)
      JOIN LATERAL (SELECT max(from_at) AS at FROM agent_health WHERE agent_id = wanted.id AND from_at < $2) earlier ON true
      JOIN agent_health h ON h.agent_id = wanted.id AND h.from_at >= coalesce(earlier.at, $2)
      ORDER BY h.agent_id, h.from_at`,
    values: [ids, since],
  });
  const found = new Map<string, HealthRow[]>(ids.map((id) => [id, []]));
  for (const { agent_id, from_at, status, active_tasks_max } of rows)
    found.get(agent_id)?.push({ from: from_at, status, active_tasks_max });
  return found;
}

/** Lets go of what is older than anybody can ask for; the newest row of an agent stays, for what came after it. */
export async function forgetHealth(pool: Pool): Promise<void> {
  await pool.query(
    `DELETE FROM agent_health h USING agent a WHERE a.id = h.agent_id AND h.from_at < a.health_from
      AND h.from_at < now() - interval '${HEALTH_KEPT_HOURS + 1} hours'`,
  );
}
