import { Cluster, type Redis } from "ioredis";
import type { Pool, PoolClient } from "pg";
import type { Logger } from "pino";
import { errors } from "../kernel/errors.ts";
import type { AnyRedis } from "../redis.ts";
import { type EpochRow, formatSentinel, judge, parseSentinel, type Sentinel } from "./epoch.ts";
import { lockErrors } from "./errors.ts";
import { scripts } from "./scripts.generated.ts";
import { beginEpoch, FLOOR_MARGIN_US, inTurn, readEpoch } from "./store.ts";

/** A cluster reads its map anew whenever something moved, also as it comes up. */
const MAX_TRIES = 4;
/** Tokens come from Redis' clock; further off than this, the floor's margin would not cover them. */
const MAX_CLOCK_SKEW_US = FLOOR_MARGIN_US / 2;

/** Under what the scripts may be called: proven against this very run of Redis. */
export type Session = {
  /** Of each partition. */
  readonly sentinels: readonly string[];
  readonly epoch: number;
  /** As PostgreSQL knows it; longer leases must be told there first. */
  max_ttl_seconds: number;
  /** Redis TIME until which nothing new is granted; 0 where there was no loss. */
  readonly grace_us: number;
};

/** In a cluster so many partitions share all locks, each in one slot. */
const CLUSTER_PARTITIONS = 16;

/**
 * On one server all locks lie in one partition: what is asked for in one moment goes in one call. Another number moves
 * every lock; where it changes, that shows as a loss, with its grace.
 */
export const countPartitions = (redis: AnyRedis): number =>
  redis instanceof Cluster ? CLUSTER_PARTITIONS : 1;

const KEYS_OF_PARTITION = Array.from({ length: CLUSTER_PARTITIONS }, (_, partition) =>
  ["resources", "due", "queue", "waits"].map((key) => `lock:{p${partition}}:${key}`),
);

/** The Redis keys of one partition; one hash tag, so one slot. */
export function partitionKeys(partition: number): string[] {
  return KEYS_OF_PARTITION[partition]!;
}

type Deps = { redis: AnyRedis; pool: Pool; log: Logger };

/**
 * Compares Redis with what PostgreSQL remembers, begins a new epoch where they differ, and only then loads the
 * scripts. A server that was restarted or promoted has no scripts, so every EVALSHA to it fails until somebody has
 * been through here: also one that a driver sends again by itself over a new connection.
 *
 * @throws DEPENDENCY_UNAVAILABLE where this Redis must not be used
 */
export async function openSession(deps: Deps): Promise<Session> {
  for (let tries = 1; ; tries++) {
    const opened = await compare(deps);
    if (opened) return opened;
    if (tries === MAX_TRIES) throw new Error("The connection to Redis broke while its state was compared");
  }
}

/** Null where between the comparison and its end another server may have taken over. */
async function compare({ redis, pool, log }: Deps): Promise<Session | null> {
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
    if (connection.isBroken()) return null;
    await Promise.all(
      serversOf(redis).flatMap((server) =>
        Object.values(scripts).map(({ body }) => server.script("LOAD", body)),
      ),
    );
    return connection.isBroken() ? null : opened;
  } finally {
    connection.end();
  }
}

const serversOf = (redis: AnyRedis): Redis[] => (redis instanceof Cluster ? redis.nodes("master") : [redis]);

/** What each partition's server is and remembers; of a single Redis they are all the same server. */
type Observed = { now_us: number; partitions: { run_id: string; sentinel: Sentinel | null }[] };

async function observe(redis: AnyRedis): Promise<Observed> {
  const { body, keys } = scripts.observe;
  const found = (await Promise.all(
    partitions(redis, (names) => redis.eval(body, keys, ...names.slice(0, keys))),
  )) as [string, string, string, number, string?][];
  const evicting = found.map(([, , policy]) => policy).find((policy) => policy !== "noeviction");
  if (evicting) {
    throw lockErrors.LOCK_STORE_UNFIT({
      message: `Redis has maxmemory-policy ${evicting} and may drop locks; it must be noeviction.`,
      details: { maxmemory_policy: evicting },
    });
  }
  return {
    now_us: Math.max(...found.map(([, , , now_us]) => now_us)),
    partitions: found.map(([, run_id, , , sentinel]) => ({
      run_id,
      sentinel: parseSentinel(sentinel ?? null),
    })),
  };
}

function attach(kept: { row: EpochRow | null }, { partitions: found }: Observed): Session | null {
  const verdict = judge({ row: kept.row, partitions: found });
  if (verdict.kind === "begin" || !kept.row) return null;
  const { epoch, max_ttl_seconds } = kept.row;
  const sentinels = found.map(({ sentinel }) => formatSentinel(sentinel!));
  return { sentinels, epoch, max_ttl_seconds, grace_us: found[0]!.sentinel!.grace_us };
}

async function begin({ redis, client, log }: { redis: AnyRedis; client: PoolClient; log: Logger }) {
  // Read again: whoever had the turn before may have done it.
  const kept = await readEpoch(client);
  const observed = await observe(redis);
  const attached = attach(kept, observed);
  if (attached) return attached;

  const { now_us } = observed;
  if (Math.abs(now_us - kept.now_us) > MAX_CLOCK_SKEW_US) {
    throw errors.DEPENDENCY_UNAVAILABLE({
      message: `The clocks of Redis and PostgreSQL are ${Math.round(Math.abs(now_us - kept.now_us) / 1e6)} s apart.`,
    });
  }
  const verdict = judge({ row: kept.row, partitions: observed.partitions });
  if (verdict.kind === "attach") throw errors.CONFLICT();
  const floor = verdict.lost
    ? Math.max(verdict.fence_floor, kept.now_us, now_us) + FLOOR_MARGIN_US
    : verdict.fence_floor;
  const row = await beginEpoch(client, kept.row?.epoch ?? null, { ...verdict, fence_floor: floor });
  if (!row) throw errors.CONFLICT();

  const grace_us = row.grace_ms > 0 ? now_us + row.grace_ms * 1000 : 0;
  const sentinels = observed.partitions.map(({ run_id }) =>
    formatSentinel({ ...row, state: "open", run_id, grace_us }),
  );
  await Promise.all(
    partitions(redis, (keys, at) =>
      redis.eval(scripts.open.body, 1, keys[0]!, sentinels[at]!, String(row.epoch)),
    ),
  );
  const facts = { epoch: row.epoch, grace_seconds: Math.ceil(row.grace_ms / 1000) };
  if (verdict.lost)
    log.warn(facts, "Redis forgot locks: a new epoch begins, nothing new is granted in its grace");
  else log.info(facts, "a new epoch of locks begins, nothing was lost");
  return { sentinels, epoch: row.epoch, max_ttl_seconds: row.max_ttl_seconds, grace_us };
}

/** Closes the session's epoch in every partition, so that the next start of Redis knows that nothing was lost. */
export async function closeSession(redis: AnyRedis, session: Session): Promise<void> {
  await Promise.all(
    partitions(redis, (keys, at) => {
      const sentinel = session.sentinels[at]!;
      const closed = sentinel.replace(":open:", ":closed:");
      return redis.evalsha(scripts.close.sha, 1, keys[0]!, sentinel, closed);
    }),
  );
}

function partitions<T>(redis: AnyRedis, work: (keys: string[], partition: number) => T): T[] {
  return Array.from({ length: countPartitions(redis) }, (_, at) => work(partitionKeys(at), at));
}

function watchConnection(redis: AnyRedis) {
  let broken = redis.status !== "ready";
  const stop = onChange(redis, () => {
    broken = true;
  });
  return { isBroken: () => broken, end: stop };
}

/** Calls back when another server may stand behind the connection. Answers what ends it. */
export function onChange(redis: AnyRedis, changed: () => void): () => void {
  // A cluster's own connection stays while one of its servers goes; then its map is read anew.
  const events = redis instanceof Cluster ? ["close", "refresh"] : ["close"];
  for (const event of events) redis.on(event as "close", changed);
  return () => {
    for (const event of events) redis.off(event as "close", changed);
  };
}
