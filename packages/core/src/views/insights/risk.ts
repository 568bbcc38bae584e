import type { Pool } from "pg";
import { type BandCounts, calibrate } from "../../risk/service.ts";
import type { InsightsQuery, RiskInsights } from "./schema.ts";

/** Tasks by the time they were created, which has an index; what became of them since counts. */
const BANDS = `SELECT least(t.risk_score / 10, 9) AS band, count(*)::int AS tasks,
    count(*) FILTER (WHERE t.state = 'COMPLETED' AND t.result <> 'cancelled')::int AS settled,
    count(*) FILTER (WHERE t.state = 'COMPLETED' AND t.result IN ('failure', 'timeout', 'unknown'))::int AS failed,
    count(*) FILTER (WHERE t.state = 'COMPLETED' AND t.result <> 'cancelled' AND EXISTS (SELECT 1 FROM ledger_entry e
      WHERE e.task_id = t.id AND e.action = 'task.completed' AND e.detail @> '{"rolled_back": true}'))::int AS rolled_back,
    count(*) FILTER (WHERE EXISTS (SELECT 1 FROM approval a WHERE a.task_id = t.id
      AND a.status IN ('CHANGES_REQUESTED', 'REJECTED')))::int AS returned
  FROM task t
  WHERE t.created_at >= $1 AND t.created_at < $2 AND t.risk_score IS NOT NULL AND t.submitted_at IS NOT NULL
  GROUP BY 1`;

/** The score against what came of it. */
export async function readRisk(pool: Pool, query: InsightsQuery): Promise<RiskInsights> {
  const { rows } = await pool.query<BandCounts>({
    name: "insights-risk",
    text: BANDS,
    values: [query.from, query.to],
  });
  return { bands: calibrate(rows) };
}
