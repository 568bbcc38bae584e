import type { Redis } from "ioredis";
import type { Pool, PoolClient } from "pg";
import type { Logger } from "pino";
import { errors } from "../kernel/errors.ts";
import { type EpochRow, formatSentinel, judge, parseSentinel, type Sentinel } from "./epoch.ts";
import { PARTITIONS } from "./keys.ts";
import { scripts } from "./scripts.generated.ts";
import { beginEpoch, FLOOR_MARGIN_US, inTurn, readEpoch } from "./store.ts";

/** Tokens come from Redis' clock; further off than this, the floor's margin would not cover them. */
const MAX_CLOCK_SKEW_US = FLOOR_MARGIN_US / 2;

/** Under what the scripts may be called: proven against this very run of Redis. */
export type Session = {
  readonly sentinel: string;
  readonly epoch: number;
  /** As PostgreSQL knows it; longer leases must be told there first. */
  max_ttl_seconds: number;
};

/** The Redis keys of one partition; one hash tag, so one slot. */
export function partitionKeys(partition: number): string[] {
  const keys = ["resources", "locks", "expiries", "marks"];
  return keys.map((key) => `lock:{p${partition}}:${key}`);
}

/** The sentinel's field in the hash of resources. */
const SENTINEL = "@";

type Deps = { redis: Redis; pool: Pool; log: Logger };

/**
 * Compares Redis with what PostgreSQL remembers, begins a new epoch where they differ, and only then loads the
 * scripts. A server that was restarted or promoted has no scripts, so every EVALSHA to it fails until somebody has
 * been through here: also one that a driver sends again by itself over a new connection.
 *
 * @throws DEPENDENCY_UNAVAILABLE where this Redis must not be used
 */
export async function openSession({ redis, pool, log }: Deps): Promise<Session> {
  let connection = watchConnection(redis);
  try {
    let opened = attach(await readEpoch(pool), await observe(redis));
    if (!opened) {
      opened = await inTurn(pool, async (client) => {
        connection.end();
        connection = watchConnection(redis);
        return begin({ redis, client, log });
      });
    }
    // Between the comparison and here the server may have been another one.
    if (connection.isBroken()) throw new Error("The connection to Redis broke while its state was compared");
    await Promise.all(Object.values(scripts).map(({ body }) => redis.script("LOAD", body)));
    return opened;
  } finally {
    connection.end();
  }
}

type Observed = { run_id: string; now_us: number; sentinels: (Sentinel | null)[] };

async function observe(redis: Redis): Promise<Observed> {
  const [server, memory, [seconds, micros], ...found] = await Promise.all([
    redis.info("server"),
    redis.info("memory"),
    redis.time(),
    ...partitions((keys) => redis.hget(keys[0]!, SENTINEL)),
  ]);
  const policy = /^maxmemory_policy:(\S+)/m.exec(memory)?.[1] ?? "noeviction";
  if (policy !== "noeviction") {
    throw errors.DEPENDENCY_UNAVAILABLE({
      message: `Redis has maxmemory-policy ${policy} and may drop locks; it must be noeviction.`,
    });
  }
  return {
    run_id: /^run_id:(\S+)/m.exec(server)?.[1] ?? "unknown",
    now_us: Number(seconds) * 1_000_000 + Number(micros),
    sentinels: found.map(parseSentinel),
  };
}

function attach(kept: { row: EpochRow | null }, { sentinels, run_id }: Observed): Session | null {
  const verdict = judge({ row: kept.row, sentinels, run_id });
  if (verdict.kind === "begin" || !kept.row) return null;
  const sentinel = formatSentinel(verdict.sentinel);
  return { sentinel, epoch: kept.row.epoch, max_ttl_seconds: kept.row.max_ttl_seconds };
}

async function begin({ redis, client, log }: { redis: Redis; client: PoolClient; log: Logger }) {
  // Read again: whoever had the turn before may have done it.
  const kept = await readEpoch(client);
  const observed = await observe(redis);
  const attached = attach(kept, observed);
  if (attached) return attached;

  const { run_id, now_us } = observed;
  if (Math.abs(now_us - kept.now_us) > MAX_CLOCK_SKEW_US) {
    throw errors.DEPENDENCY_UNAVAILABLE({
      message: `The clocks of Redis and PostgreSQL are ${Math.round(Math.abs(now_us - kept.now_us) / 1e6)} s apart.`,
    });
  }
  const verdict = judge({ row: kept.row, sentinels: observed.sentinels, run_id });
  if (verdict.kind === "attach") throw errors.CONFLICT();
  const floor = verdict.lost
    ? Math.max(verdict.fence_floor, kept.now_us, now_us) + FLOOR_MARGIN_US
    : verdict.fence_floor;
  const row = await beginEpoch(client, kept.row?.epoch ?? null, { ...verdict, fence_floor: floor });
  if (!row) throw errors.CONFLICT();

  const grace_us = row.grace_ms > 0 ? now_us + row.grace_ms * 1000 : 0;
  const sentinel = formatSentinel({ ...row, state: "open", run_id, grace_us });
  await Promise.all(
    partitions((keys) => redis.eval(scripts.open.body, 1, keys[0]!, sentinel, String(row.epoch))),
  );
  const facts = { epoch: row.epoch, grace_seconds: Math.ceil(row.grace_ms / 1000) };
  if (verdict.lost)
    log.warn(facts, "Redis forgot locks: a new epoch begins, nothing new is granted in its grace");
  else log.info(facts, "a new epoch of locks begins, nothing was lost");
  return { sentinel, epoch: row.epoch, max_ttl_seconds: row.max_ttl_seconds };
}

/** Closes the session's epoch in every partition, so that the next start of Redis knows that nothing was lost. */
export async function closeSession(redis: Redis, session: Session): Promise<void> {
  const closed = session.sentinel.replace(":open:", ":closed:");
  await Promise.all(
    partitions((keys) => redis.evalsha(scripts.close.sha, 1, keys[0]!, session.sentinel, closed)),
  );
}

function partitions<T>(work: (keys: string[], partition: number) => T): T[] {
  return Array.from({ length: PARTITIONS }, (_, partition) => work(partitionKeys(partition), partition));
}

function watchConnection(redis: Redis) {
  let broken = redis.status !== "ready";
  const onClose = (): void => {
    broken = true;
  };
  redis.on("close", onClose);
  return { isBroken: () => broken, end: () => redis.off("close", onClose) };
}
