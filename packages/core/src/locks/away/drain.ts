import type { Pool } from "pg";
import type { Logger } from "pino";
import { errors, isCoded } from "../../kernel/errors.ts";
import { DRAIN_TURN, inTurn } from "../store.ts";
import { IS_LIVE } from "./room-limits.ts";
import { COLUMNS, type Problem, type RoomRequest, type Row } from "./waiting-room.ts";

export type Drain = {
  pool: Pool;
  log: Logger;
  /** Puts a request into the queue in Redis, or has it granted. Must come to the same when called twice. */
  admit(request: RoomRequest): Promise<void>;
  /** Takes it back: its caller left at the same moment. */
  undo(request: RoomRequest): Promise<void>;
};

const BATCH = 500;

/**
 * Empties the waiting room into Redis, each key's requests in their order, one process at a time. Killed in the middle
 * it is done again from there: a request is taken out only after it was admitted, and admitting it twice is no harm.
 *
 * @throws DEPENDENCY_UNAVAILABLE 503 where the store is away again, or another process takes long
 */
export async function drainWaitingRoom(drain: Drain): Promise<void> {
  const { pool, log } = drain;
  try {
    await inTurn(pool, () => admitAll(drain), DRAIN_TURN);
  } catch (error) {
    if (isCoded(error)) throw error;
    log.warn({ err: error }, "the waiting room was not emptied");
    throw errors.DEPENDENCY_UNAVAILABLE({ retryAfterSeconds: 2, cause: error });
  }
}

async function admitAll(drain: Drain): Promise<void> {
  for (;;) {
    const { rows } = await drain.pool.query<Row>(
      `SELECT ${COLUMNS} FROM lock_request WHERE ${IS_LIVE} ORDER BY priority DESC, sequence LIMIT ${BATCH}`,
    );
    if (rows.length === 0) return;
    const { admitted, refused, failure } = await admitInOrder(rows, drain.admit);
    await takeOut(drain, admitted);
    for (const { id, problem } of refused) {
      await drain.pool.query("UPDATE lock_request SET problem = $2, waits_until = now() WHERE id = $1", [
        id,
        JSON.stringify(problem),
      ]);
    }
    if (failure) throw failure;
  }
}

/** Each key's requests one after the other, several keys beside each other. */
async function admitInOrder(rows: readonly Row[], admit: Drain["admit"]) {
  const admitted: RoomRequest[] = [];
  const refused: { id: string; problem: Problem }[] = [];
  let failure: unknown = null;
  await Promise.all(
    [...Map.groupBy(rows, ({ key }) => key).values()].map(async (queue) => {
      for (const { id, request, keys, several, priority, max_wait_seconds } of queue) {
        if (failure) return;
        const entry = { id, request, keys, several, priority, max_wait_seconds };
        try {
          await admit(entry);
          admitted.push(entry);
        } catch (error) {
          if (isCoded(error, "DEPENDENCY_UNAVAILABLE", "LOCK_STORE_UNFIT")) failure = error;
          else refused.push({ id, problem: toProblem(error) });
        }
      }
    }),
  );
  return { admitted, refused, failure };
}

async function takeOut({ pool, undo, log }: Drain, admitted: readonly RoomRequest[]): Promise<void> {
  const { rows } = await pool.query<{ id: string }>(
    "DELETE FROM lock_request WHERE id = ANY($1::uuid[]) RETURNING id",
    [admitted.map(({ id }) => id)],
  );
  const taken = new Set(rows.map(({ id }) => id));
  for (const request of admitted) {
    if (taken.has(request.id)) continue;
    // Where this fails, its place lapses by itself, or its lock.
    await undo(request).catch((error: unknown) => log.debug({ err: error }, "a request was not taken back"));
  }
}

/** What is no coded error is a bug, and must not hold up those behind it. */
function toProblem(error: unknown): Problem {
  const { code, status, message, next, details } = isCoded(error) ? error : errors.INTERNAL();
  return { code, status, message, next, details };
}
