import type { Db } from "./deps.ts";
import { agentErrors } from "./errors.ts";
import { TOOL_CALL_TYPE } from "./may-propose.ts";
import { type Rate, rateText } from "./rates.ts";

/**
 * Refuses one more proposal where the agent has made as many as it may. Counted from its tasks, by their index, and from
 * the ledger's word on those that were deleted; under the lock of its row until `db`'s transaction ends: of two at once,
 * the second counts the first.
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
  const ofType = rate.counted === "tool_calls" ? `= '${TOOL_CALL_TYPE}'` : `<> '${TOOL_CALL_TYPE}'`;
  const { rows } = await db.query<{ seconds: number }>({
    name: `agent-rate-${rate.counted}`,
    text: `SELECT ceil(extract(epoch FROM created_at - now()) + $2::int)::int AS seconds
      FROM ((SELECT created_at FROM task
          WHERE author_id = $1::uuid AND created_at > now() - make_interval(secs => $2::int) AND type ${ofType}
          ORDER BY created_at DESC LIMIT $3::int)
        UNION ALL SELECT (detail->>'created_at')::timestamptz FROM ledger_entry
          WHERE action = 'task.deleted' AND at > now() - make_interval(secs => $2::int)
            AND detail->>'author_id' = $1::uuid::text AND detail->>'type' ${ofType}) proposed
      WHERE created_at > now() - make_interval(secs => $2::int)
      ORDER BY created_at DESC OFFSET $3::int - 1 LIMIT 1`,
    values: [agentId, rate.window_seconds, rate.most],
  });
  // A transaction that waited for the lock began before what it counts was proposed: it would wait a second more.
  return rows[0] ? Math.min(rate.window_seconds, Math.max(1, rows[0].seconds)) : 0;
}
