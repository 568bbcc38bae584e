import type { Db } from "./deps.ts";
import { agentErrors } from "./errors.ts";
import { TOOL_CALL_TYPE } from "./may-propose.ts";
import { type Rate, rateText } from "./rates.ts";

/**
 * Refuses one more proposal where the agent has made as many as it may. Counted from its tasks, by their index, under
 * the lock of its row until `db`'s transaction ends: of two at once, the second counts the first.
 *
 * @throws AGENT_LIMIT_REACHED, with the seconds after which there is room again
 */
export async function holdRates(db: Db, agentId: string, rates: readonly Rate[]): Promise<void> {
  await db.query("SELECT 1 FROM agent WHERE id = $1 FOR NO KEY UPDATE", [agentId]);
  for (const rate of rates) {
    const wait = rate.most === 0 ? null : await secondsUntilRoom(db, agentId, rate);
    if (wait === 0) continue;
    throw agentErrors.AGENT_LIMIT_REACHED({
      message: `This agent may propose no more than ${rateText(rate)}.`,
      details: { limit: rate.name, most: rate.most, window_seconds: rate.window_seconds },
      ...(wait !== null && { retryAfterSeconds: wait }),
    });
  }
}

/** 0 where there is room. The one that has to leave the window first is the oldest of as many as there may be. */
async function secondsUntilRoom(db: Db, agentId: string, rate: Rate): Promise<number> {
  const { rows } = await db.query<{ seconds: number }>({
    name: `agent-rate-${rate.counted}`,
    text: `SELECT ceil(extract(epoch FROM created_at - now()) + $2::int)::int AS seconds FROM task
      WHERE author_id = $1 AND created_at > now() - make_interval(secs => $2::int)
        AND type ${rate.counted === "tool_calls" ? "=" : "<>"} '${TOOL_CALL_TYPE}'
      ORDER BY created_at DESC OFFSET $3::int LIMIT 1`,
    values: [agentId, rate.window_seconds, rate.most - 1],
  });
  // A transaction that waited for the lock began before the task that it counts was made: it would wait a second more.
  return rows[0] ? Math.min(rate.window_seconds, Math.max(1, rows[0].seconds)) : 0;
}
