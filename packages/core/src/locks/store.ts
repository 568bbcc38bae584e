import type { Pool, PoolClient } from "pg";
import type { EpochRow } from "./epoch.ts";
import { DEFAULT_TTL_SECONDS, MAX_TTL_SECONDS } from "./schema.ts";

/** Clocks of two machines may run apart by so much within one lease. */
const DRIFT_SECONDS = 2;
/**
 * A new floor stands so far above the clock that no token granted before can reach it, although clocks differ: a
 * token is a Redis clock's microseconds, or one more than the last, and nobody grants a million a second.
 */
export const FLOOR_MARGIN_US = 3_600_000_000;
/** Any numbers; by one all processes take turns that begin an epoch, by the other those that empty the waiting room. */
const EPOCH_TURN = 4_020_617_733;
export const DRAIN_TURN = 4_020_617_734;
const WAIT_FOR_TURN_MS = 5_000;

const COLUMNS = `epoch, fence_floor, max_ttl_seconds,
  GREATEST(0, ceil(extract(epoch FROM lock_epoch.grace_until - clock_timestamp()) * 1000)) AS grace_ms`;

const toRow = (row: Record<keyof EpochRow, string | number | null>): EpochRow => ({
  epoch: Number(row.epoch),
  fence_floor: Number(row.fence_floor),
  max_ttl_seconds: Number(row.max_ttl_seconds),
  grace_ms: Number(row.grace_ms ?? 0),
});

/** The row of `lock_epoch` (null before the first use of an installation) and PostgreSQL's time in microseconds. */
export async function readEpoch(db: Pool | PoolClient): Promise<{ row: EpochRow | null; now_us: number }> {
  const { rows } = await db.query(
    `SELECT ${COLUMNS}, floor(extract(epoch FROM clock_timestamp()) * 1000000) AS now_us
       FROM (SELECT 1) AS one LEFT JOIN lock_epoch ON id = 1`,
  );
  const row = rows[0]!;
  return { row: row.epoch === null ? null : toRow(row), now_us: Number(row.now_us) };
}

/**
 * Moves from one epoch (null: no row yet) to another by compare-and-swap. After a loss nothing is granted for the
 * longest lease there can be, and the longest lease is learnt anew. Null where somebody else moved it.
 */
export async function beginEpoch(
  db: Pool | PoolClient,
  from: number | null,
  to: { epoch: number; fence_floor: number; lost: boolean },
): Promise<EpochRow | null> {
  const { rows } = await db.query(
    `INSERT INTO lock_epoch (id, epoch, fence_floor, max_ttl_seconds, grace_until)
     VALUES (1, $2, $3, ${DEFAULT_TTL_SECONDS},
       CASE WHEN $4 THEN clock_timestamp() + make_interval(secs => ${MAX_TTL_SECONDS + DRIFT_SECONDS}) END)
     ON CONFLICT (id) DO UPDATE SET epoch = $2, fence_floor = GREATEST(lock_epoch.fence_floor, $3),
       max_ttl_seconds = CASE WHEN $4 THEN ${DEFAULT_TTL_SECONDS} ELSE lock_epoch.max_ttl_seconds END,
       grace_until = CASE WHEN $4 THEN GREATEST(lock_epoch.grace_until,
           clock_timestamp() + make_interval(secs => lock_epoch.max_ttl_seconds + ${DRIFT_SECONDS}))
         ELSE lock_epoch.grace_until END
     WHERE lock_epoch.epoch = $1
     RETURNING ${COLUMNS}`,
    [from, to.epoch, to.fence_floor, to.lost],
  );
  return rows[0] ? toRow(rows[0]) : null;
}

/** Remembers, before it is granted, that leases can be this long. False where the epoch is over. */
export async function raiseMaxTtl(db: Pool, epoch: number, ttlSeconds: number): Promise<boolean> {
  const { rowCount } = await db.query(
    "UPDATE lock_epoch SET max_ttl_seconds = GREATEST(max_ttl_seconds, $2) WHERE id = 1 AND epoch = $1",
    [epoch, ttlSeconds],
  );
  return rowCount === 1;
}

/** Runs `work` while no other process does. The turn ends with the session, so a killed process holds nobody up. */
export async function inTurn<T>(
  pool: Pool,
  work: (client: PoolClient) => Promise<T>,
  turn = EPOCH_TURN,
): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query(`SET lock_timeout = ${WAIT_FOR_TURN_MS}`);
    await client.query("SELECT pg_advisory_lock($1)", [turn]);
    return await work(client);
  } finally {
    await endTurn(client);
  }
}

async function endTurn(client: PoolClient): Promise<void> {
  try {
    await client.query("SELECT pg_advisory_unlock_all()");
    await client.query("RESET lock_timeout");
    client.release();
  } catch {
    // The session ends with its connection, and the turn with it.
    client.release(true);
  }
}
