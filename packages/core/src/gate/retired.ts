import { AGENT_RETIRED } from "./author-refusal.ts";
import { cancelBySystem, NOT_BEGUN } from "./cancel.ts";
import type { GateDeps } from "./deps.ts";

const AT_ONCE = 500;
/** Who was retired longer ago has nothing open any more: `assess` sees to that. */
const OF_RETIRED = `SELECT t.id FROM agent a JOIN task t ON t.author_id = a.id AND t.author_kind = 'agent'
  WHERE NOT a.active AND a.updated_at > now() - interval '1 hour' AND ${NOT_BEGUN}
  ORDER BY t.id LIMIT ${AT_ONCE}`;

/**
 * Cancels what retired agents have left open. A wake-up of the retirement runs this at once, the sweep runs it again:
 * what is done already is not found. Answers how many.
 */
export async function cancelOfRetired(deps: GateDeps): Promise<number> {
  const { rows } = await deps.pool.query<{ id: string }>({ name: "gate-of-retired", text: OF_RETIRED });
  const problem = {
    code: AGENT_RETIRED.code,
    message: `It was cancelled, because ${AGENT_RETIRED.reason}.`,
  };
  for (const { id } of rows) await cancelBySystem(deps, id, () => problem);
  return rows.length;
}
