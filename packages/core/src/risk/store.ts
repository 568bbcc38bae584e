import type { Pool } from "pg";
import { defineSetting } from "../ledger/service.ts";
import { HISTORY_DAYS } from "./factors/historical-failure-rate.ts";
import type { AppliedTask } from "./learned/train.ts";
import { learnedModel, type RiskFactor, type RiskHistory, riskSettings } from "./schema.ts";
import { DEFAULT_RISK_SETTINGS } from "./settings.ts";

/**
 * `unknown` counts as a failure: somebody had to look. Cancelled by an admin counts as neither. Only what was applied
 * has a result; its state is not asked for, since every applied task would then be read where statistics are old.
 */
const HISTORY = `
  select count(*) filter (where result in ('failure', 'timeout', 'unknown'))::int as failures,
         count(*)::int as completed
  from task
  where result <> 'cancelled' and type = $1
    and resource_keys && $2::text[]
    and completed_at > now() - make_interval(days => $3)`;

/** How tasks of this type that touched any of these canonical keys ended in the last 90 days. */
export async function findHistory(pool: Pool, type: string, keys: readonly string[]): Promise<RiskHistory> {
  const { rows } = await pool.query<RiskHistory>({
    name: "risk-history",
    text: HISTORY,
    values: [type, keys, HISTORY_DAYS],
  });
  return rows[0] ?? { failures: 0, completed: 0 };
}

const RATED = `select t.id, split_part(t.description, E'\\n', 1) as title, r.risk->'factors' as factors
  from task t join task_revision r on r.task_id = t.id and r.revision = t.revision
  where t.submitted_at is not null and r.risk is not null order by t.created_at desc, t.id limit $1`;

export type RatedTask = { id: string; title: string; factors: RiskFactor[] };

/** The last tasks with the factors that were found for them. */
export async function findRated(pool: Pool, limit: number): Promise<RatedTask[]> {
  return (await pool.query<RatedTask>({ name: "risk-rated", text: RATED, values: [limit] })).rows;
}

/** Weights and bands, for everybody. */
export const RISK_SETTINGS = defineSetting("risk", riskSettings, DEFAULT_RISK_SETTINGS);
/** The model that was trained last, or null. */
export const LEARNED_MODEL = defineSetting("risk_learned", learnedModel.nullable(), null);

/** The newest of what was applied, for a model to learn from. */
const APPLIED = `select r.risk->'factors' as factors, t.result <> 'success' as failed
  from task t join task_revision r on r.task_id = t.id and r.revision = t.revision
  where t.state = 'COMPLETED' and t.result <> 'cancelled' and r.risk is not null
  order by t.created_at desc limit $1`;

/** Tasks that were applied, oldest first. */
export async function findApplied(pool: Pool, limit: number): Promise<AppliedTask[]> {
  return (await pool.query<AppliedTask>(APPLIED, [limit])).rows.reverse();
}
