import type { Pool } from "pg";
import type { InsightsQuery, OperationInsights } from "./schema.ts";

const RESULTS = ["success", "failure", "timeout", "cancelled", "unknown"] as const;
const ENDS = RESULTS.map(
  (result) => `count(*) FILTER (WHERE detail->>'result' = '${result}')::int AS ${result}`,
).join(", ");
const SECONDS = "percentile_cont(0.5) WITHIN GROUP (ORDER BY (detail->>'duration_seconds')::float8)";
const KEYS = 15;

/** All of it from the ledger, by its index on (action, at); a wait ends with the next entry that says so. */
const OPERATIONS = `WITH ended AS MATERIALIZED (SELECT at, detail FROM ledger_entry
    WHERE action = 'task.completed' AND at >= $1 AND at < $2),
  weeks AS (SELECT to_char(date_trunc('week', at AT TIME ZONE $3), 'YYYY-MM-DD') AS week, ${ENDS},
      ${SECONDS} AS median_seconds FROM ended GROUP BY 1 ORDER BY 1),
  waits AS (SELECT b.detail->>'key' AS key, b.task_id, extract(epoch FROM o.at - b.at)::float8 AS seconds
    FROM ledger_entry b
    LEFT JOIN LATERAL (SELECT at FROM ledger_entry n WHERE n.task_id = b.task_id AND n.at > b.at
      AND n.action IN ('task.apply_started', 'task.cancelled') ORDER BY n.at LIMIT 1) o ON true
    WHERE b.action = 'task.blocked' AND b.at >= $1 AND b.at < $2 AND b.detail->>'kind' = 'lock'),
  contended AS (SELECT key, count(*)::int AS waits, count(DISTINCT task_id)::int AS tasks,
      percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS median_wait_seconds
    FROM waits GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${KEYS})
  SELECT (SELECT to_jsonb(a) FROM (SELECT ${ENDS} FROM ended) a) AS all,
    (SELECT coalesce(jsonb_agg(w), '[]') FROM weeks w) AS weeks,
    (SELECT count(*)::int FROM ended WHERE detail @> '{"rolled_back": true}') AS rolled_back,
    (SELECT coalesce(jsonb_agg(c), '[]') FROM contended c) AS contended,
    (SELECT count(*)::int FROM ledger_entry WHERE action = 'task.apply_retried' AND at >= $1 AND at < $2) AS retried,
    (SELECT count(*)::int FROM ledger_entry WHERE action = 'lock.deadlock_detected' AND at >= $1 AND at < $2) AS deadlocks,
    (SELECT count(*)::int FROM ledger_entry WHERE action = 'lock.force_released' AND at >= $1 AND at < $2)
      AS force_released`;

/** How applying went, and which locks were waited for. */
export async function readOperations(pool: Pool, query: InsightsQuery): Promise<OperationInsights> {
  const { rows } = await pool.query({
    name: "insights-operations",
    text: OPERATIONS,
    values: [query.from, query.to, query.time_zone],
  });
  return rows[0];
}
