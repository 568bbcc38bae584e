import type { Pool } from "pg";
import type { Logger } from "pino";
import type { Clock } from "../kernel/clock.ts";
import { errors, isCoded } from "../kernel/errors.ts";
import type { AnyRedis } from "../redis.ts";
import { type Breaker, createBreaker } from "./away/breaker.ts";
import { createBatches } from "./batches.ts";
import { partitionOf } from "./keys.ts";
import { type ManyScript, type ScriptArgs, type ScriptStatus, scripts } from "./scripts.generated.ts";
import {
  closeSession,
  countPartitions,
  onChange,
  openSession,
  partitionKeys,
  type Session,
} from "./session.ts";
import { raiseMaxTtl } from "./store.ts";

type ScriptName = Exclude<keyof typeof scripts, "open" | "close" | "observe">;
type OneScript = Exclude<ScriptName, ManyScript>;
/** What a script answers: a word, then what its header says. */
export type Reply<N extends OneScript = OneScript> = [
  status: Exclude<ScriptStatus[N], "LOST_EPOCH">,
  ...rest: unknown[],
];

export type RunOptions = {
  /** The lease that the call grants or extends, in seconds. */
  ttl_seconds?: number;
  /** Called where the command went out and its answer never came: it may have run, or may yet. */
  onUnknown?: () => void;
};

export type LockConnection = ReturnType<typeof createLockConnection>;

/** After a loss of memory the next try succeeds; more than this many, and Redis is flapping. */
const MAX_TRIES = 4;

/** An id that nothing has. */
const NOBODY = "0".repeat(32);

export type ConnectionDeps = {
  redis: AnyRedis;
  pool: Pool;
  log: Logger;
  clock: Clock;
  /** Told when another server may stand behind the connection, or the same one after it was away. */
  onAway(): void;
};

/**
 * Calls the scripts, each under a session that was proven against the Redis that runs it (see session.ts). While Redis
 * is away calls fail at once, but for one probe in each interval (breaker.ts).
 */
export function createLockConnection({ redis, pool, log, clock, onAway }: ConnectionDeps) {
  let session: Session | null = null;
  let opening: Promise<Session> | null = null;
  const partitions = Array.from({ length: countPartitions(redis) }, (_, at) => at);
  const placeOf = (place: number | string): number =>
    typeof place === "number" ? place : partitionOf(place, partitions.length);
  // Of a cluster one server can be away while the others are there.
  const breakers = partitions.map(() =>
    createBreaker({ monotonicMs: clock.monotonicMs, random: Math.random }),
  );
  const onReady = (): void => {
    for (const breaker of breakers) breaker.hint();
  };
  const stopWatching = onChange(redis, () => {
    session = null;
    onAway();
  });
  redis.on("ready", onReady);
  warnOfUnfitOptions(redis, log);

  async function open(): Promise<Session> {
    if (session) return session;
    opening ??= openSession({ redis, pool, log }).finally(() => {
      opening = null;
    });
    try {
      session = await opening;
      return session;
    } catch (error) {
      throw unavailable(error);
    }
  }

  async function prepare(ttlSeconds: number): Promise<Session | null> {
    const current = await open();
    if (ttlSeconds <= current.max_ttl_seconds) return current;
    try {
      if (!(await raiseMaxTtl(pool, current.epoch, ttlSeconds))) {
        session = null;
        return null;
      }
    } catch (error) {
      throw unavailable(error);
    }
    current.max_ttl_seconds = Math.max(current.max_ttl_seconds, ttlSeconds);
    return current;
  }

  async function sessionFor(breaker: Breaker, ttlSeconds: number): Promise<Session | null> {
    try {
      return await prepare(ttlSeconds);
    } catch (error) {
      // Without a session nothing can be asked; but an unfit Redis is there.
      if (!session && !isCoded(error, "LOCK_STORE_UNFIT")) breaker.failed();
      throw error;
    }
  }

  async function call(
    name: ScriptName,
    partition: number,
    args: readonly (string | number)[],
    ttlSeconds: number,
    onUnknown: (() => void) | undefined,
  ): Promise<unknown[]> {
    const breaker = breakers[partition]!;
    if (!breaker.allows()) throw unavailable(new Error("Redis was away a moment ago"));
    const { keys, sha, guarded } = scripts[name];
    const names = partitionKeys(partition).slice(0, keys);
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      // Nearly always there: then no promise is waited for.
      const isReady = session !== null && ttlSeconds <= session.max_ttl_seconds;
      const current = isReady ? session : await sessionFor(breaker, ttlSeconds);
      if (!current) continue;
      const argv = guarded ? [current.sentinels[partition]!, ...args] : args;
      try {
        const reply = (await redis.evalsha(sha, keys, ...names, ...argv)) as unknown[];
        breaker.succeeded();
        if (reply[0] !== "LOST_EPOCH") return reply;
      } catch (error) {
        if (!isReply(error, "NOSCRIPT")) {
          if (mayHaveRun(error)) onUnknown?.();
          // A refusal is an answer: of a Redis out of memory locks can still be released.
          if (!isReply(error, "")) breaker.failed();
          throw unavailable(error);
        }
      }
      if (session === current) session = null;
    }
    throw errors.DEPENDENCY_UNAVAILABLE({
      message: "Redis keeps forgetting its state.",
      retryAfterSeconds: 5,
    });
  }
  const batches = createBatches(call);

  return {
    /** The numbers of all partitions. */
    partitions,
    partitionOf: (field: string): number => partitionOf(field, partitions.length),

    /**
     * Runs a script on the partition of a field (or of what begins with it), with the sentinel in front of `args` where it wants it. Begins a new epoch and
     * tries again where Redis turns out to have forgotten.
     *
     * @throws DEPENDENCY_UNAVAILABLE (503) without Redis, or without PostgreSQL where an epoch is to be compared
     */
    run: <N extends OneScript>(
      name: N,
      place: number | string,
      args: ScriptArgs[N],
      { ttl_seconds = 0, onUnknown }: RunOptions = {},
    ): Promise<Reply<N>> => call(name, placeOf(place), args, ttl_seconds, onUnknown) as Promise<Reply<N>>,

    /** The same for one of several things that one call does: it goes with others of the same moment. */
    join: <N extends ManyScript>(
      name: N,
      place: number | string,
      args: ScriptArgs[N],
      options: RunOptions = {},
    ): Promise<{ now_ms: number; result: unknown }> => batches.add(name, placeOf(place), args, options),

    /** Proves Redis fit for locks now; for boot and readiness. Answers under what session. */
    check: (): Promise<Session> => open(),
    /** Asks something of Redis now. @throws DEPENDENCY_UNAVAILABLE 503 while it is away */
    async probe(): Promise<void> {
      await call("recall", 0, [NOBODY], 0, undefined);
    },
    async close(): Promise<void> {
      stopWatching();
      redis.off("ready", onReady);
      if (session) await closeSession(redis, session);
      session = null;
    },
  };
}

function warnOfUnfitOptions(redis: AnyRedis, log: Logger): void {
  const options = "options" in redis ? redis.options : undefined;
  const perRequest =
    options && "redisOptions" in options
      ? options.redisOptions
      : (options as { maxRetriesPerRequest?: number | null });
  if (options?.enableOfflineQueue || perRequest?.maxRetriesPerRequest !== 0) {
    log.warn("locks want a Redis connection that queues nothing while it is away and sends nothing again");
  }
}

function isReply(error: unknown, code: string): boolean {
  return error instanceof Error && error.name === "ReplyError" && error.message.startsWith(code);
}

/** An error that Redis itself answered, or a command that never left, did not run. */
function mayHaveRun(error: unknown): boolean {
  if (!(error instanceof Error) || error.name === "ReplyError") return false;
  return !error.message.startsWith("Stream isn't writeable");
}

/** A fault in a script is a bug and stays one; all else means that Redis or PostgreSQL is not there for us. */
function unavailable(error: unknown): unknown {
  if (isCoded(error, "DEPENDENCY_UNAVAILABLE", "LOCK_STORE_UNFIT") || isReply(error, "ERR")) return error;
  return errors.DEPENDENCY_UNAVAILABLE({
    message: "The lock store is not available right now.",
    retryAfterSeconds: 2,
    cause: error,
  });
}
