import type { Pool } from "pg";
import type { DecisionInsights, InsightsQuery } from "./schema.ts";

/**
 * A decision is an entry that ends a review; it took the time since the review of that revision had begun. Both are
 * found by the ledger's indexes on (action, at) and (task_id, at).
 */
const DECIDED = `decided AS MATERIALIZED (
  SELECT e.task_id, e.action, e.at, (e.detail->>'revision')::int AS revision, t.risk_level,
    extract(epoch FROM e.at - s.at)::float8 AS seconds
  FROM ledger_entry e
  JOIN LATERAL (SELECT at FROM ledger_entry b WHERE b.task_id = e.task_id AND b.action = 'task.review_started'
    AND b.at <= e.at ORDER BY b.at DESC LIMIT 1) s ON true
  JOIN task t ON t.id = e.task_id
  WHERE e.action = ANY('{task.approved,task.rejected,task.changes_requested}') AND e.at >= $1 AND e.at < $2)`;

const TIMING = `count(*)::int AS decisions,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS median_seconds,
  percentile_cont(0.9) WITHIN GROUP (ORDER BY seconds) AS p90_seconds`;
const ENDS = `count(*) FILTER (WHERE action = 'task.approved')::int AS approved,
  count(*) FILTER (WHERE action = 'task.rejected')::int AS rejected,
  count(*) FILTER (WHERE action = 'task.changes_requested')::int AS returned`;
const POLICIES = 30;

/** Time to decision: all of it, over weeks, by risk and by policy. */
export async function readDecisions(pool: Pool, query: InsightsQuery): Promise<DecisionInsights> {
  const { rows } = await pool.query({
    name: "insights-decisions",
    text: `WITH ${DECIDED},
      weeks AS (SELECT to_char(date_trunc('week', at AT TIME ZONE $3), 'YYYY-MM-DD') AS week, ${TIMING}, ${ENDS}
        FROM decided GROUP BY 1 ORDER BY 1),
      levels AS (SELECT risk_level AS level, ${TIMING} FROM decided WHERE risk_level IS NOT NULL GROUP BY 1),
      policies AS (SELECT policy, ${TIMING} FROM (
          SELECT DISTINCT d.task_id, d.at, d.seconds, r.value->>'policy_name' AS policy FROM decided d
          JOIN task_revision v ON v.task_id = d.task_id AND v.revision = d.revision
          CROSS JOIN LATERAL jsonb_array_elements(coalesce(v.requirements, '[]'::jsonb)) r
          WHERE r.value->>'id' <> 'requested' AND NOT (r.value->>'auto_approved')::boolean) asked
        GROUP BY 1 ORDER BY median_seconds DESC, policy LIMIT ${POLICIES})
      SELECT (SELECT to_jsonb(a) FROM (SELECT ${TIMING}, ${ENDS} FROM decided) a) AS all,
        (SELECT coalesce(jsonb_agg(w), '[]') FROM weeks w) AS weeks,
        (SELECT coalesce(jsonb_agg(l), '[]') FROM levels l) AS levels,
        (SELECT coalesce(jsonb_agg(p), '[]') FROM policies p) AS policies`,
    values: [query.from, query.to, query.time_zone],
  });
  return rows[0];
}
