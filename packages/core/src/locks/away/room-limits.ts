import type { Pool } from "pg";
import { type AcquireRequest, MAX_QUEUE_DEPTH } from "../acquire.ts";
import { lockErrors } from "../errors.ts";

/** Of those that wait in PostgreSQL: neither ended nor lapsed. */
export const IS_LIVE = "problem IS NULL AND leased_until > now() AND waits_until > now()";

/** To count thousands for each that comes would make a flood slower with each of its requests. */
const FRESH_MS = 1_000;
const MAX_TALLIES = 10_000;

type Tally = { count: number };

/**
 * The bounds of the waiting room, those of the queues in Redis: of a key's queue and of a principal's part. Counted at
 * most once a second, and on from there by what this process lets in; a few more of other processes can slip in.
 */
export function createRoomLimits({ pool, monotonicMs }: { pool: Pool; monotonicMs: () => number }) {
  const tallies = new Map<string, { counted: Promise<Tally>; at_ms: number }>();

  function tally(name: string, condition: string, values: readonly unknown[]): Promise<Tally> {
    const now = monotonicMs();
    const known = tallies.get(name);
    if (known && now - known.at_ms < FRESH_MS) return known.counted;
    const counted = pool
      .query<Tally>(`SELECT count(*)::int AS count FROM lock_request WHERE ${condition} AND ${IS_LIVE}`, [
        ...values,
      ])
      .then(({ rows }) => rows[0]!);
    if (tallies.size >= MAX_TALLIES) tallies.clear();
    tallies.set(name, { counted, at_ms: now });
    counted.catch(() => tallies.delete(name));
    return counted;
  }

  return {
    /**
     * Lets one more in.
     *
     * @throws QUEUE_FULL 503, LOCK_QUOTA_EXCEEDED 429
     */
    async admitOne(
      key: string,
      partition: number,
      { principal_id, quota = 0 }: AcquireRequest,
    ): Promise<void> {
      const part = [principal_id, partition];
      const [queue, mine] = await Promise.all([
        tally(key, "key = $1", [key]),
        quota > 0 ? tally(part.join("\n"), "principal_id = $1 AND partition = $2", part) : { count: 0 },
      ]);
      if (queue.count >= MAX_QUEUE_DEPTH) {
        throw lockErrors.QUEUE_FULL({ details: { key, max_depth: MAX_QUEUE_DEPTH }, retryAfterSeconds: 5 });
      }
      if (quota > 0 && mine.count >= quota) throw lockErrors.LOCK_QUOTA_EXCEEDED({ retryAfterSeconds: 5 });
      mine.count += 1;
      queue.count += 1;
    },
  };
}
