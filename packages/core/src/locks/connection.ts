import type { Redis } from "ioredis";
import type { Pool } from "pg";
import type { Logger } from "pino";
import { errors, isCoded } from "../kernel/errors.ts";
import { scripts } from "./scripts.generated.ts";
import { closeSession, openSession, partitionKeys, type Session } from "./session.ts";
import { raiseMaxTtl } from "./store.ts";

export type ScriptName = Exclude<keyof typeof scripts, "open" | "close">;
/** What a script answers: a word, then what its header says. */
export type Reply = [status: string, ...rest: unknown[]];

export type RunOptions = {
  /** The lease that the call grants or extends, in seconds. */
  ttl_seconds?: number;
  /** Called where the command went out and its answer never came: it may have run, or may yet. */
  onUnknown?: () => void;
};

export type LockConnection = ReturnType<typeof createLockConnection>;

/** After a loss of memory the next try succeeds; more than this many, and Redis is flapping. */
const MAX_TRIES = 4;

/** Calls the scripts, each under a session that was proven against the Redis that runs it (see session.ts). */
export function createLockConnection({ redis, pool, log }: { redis: Redis; pool: Pool; log: Logger }) {
  let session: Session | null = null;
  let opening: Promise<Session> | null = null;
  const forgetSession = (): void => {
    session = null;
  };
  redis.on("close", forgetSession);
  if (redis.options.enableOfflineQueue || redis.options.maxRetriesPerRequest !== 0) {
    log.warn("locks want a Redis connection that queues nothing while it is away and sends nothing again");
  }

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

  return {
    /**
     * Runs a script on one partition, with the sentinel in front of `args` where `guarded`. Begins a new epoch and
     * tries again where Redis turns out to have forgotten.
     *
     * @throws DEPENDENCY_UNAVAILABLE (503) without Redis, or without PostgreSQL where an epoch is to be compared
     */
    async run(
      name: ScriptName,
      partition: number,
      args: readonly (string | number)[],
      options: RunOptions = {},
    ): Promise<Reply> {
      const { keys, sha } = scripts[name];
      for (let tries = 0; tries < MAX_TRIES; tries++) {
        const current = await prepare(options.ttl_seconds ?? 0);
        if (!current) continue;
        const argv = GUARDED.has(name) ? [current.sentinel, ...args] : args;
        try {
          const names = partitionKeys(partition).slice(0, keys);
          const reply = (await redis.evalsha(sha, keys, ...names, ...argv)) as Reply;
          if (reply[0] !== "LOST_EPOCH") return reply;
        } catch (error) {
          if (!isReply(error, "NOSCRIPT")) {
            if (mayHaveRun(error)) options.onUnknown?.();
            throw unavailable(error);
          }
        }
        if (session === current) session = null;
      }
      throw errors.DEPENDENCY_UNAVAILABLE({
        message: "Redis keeps forgetting its state.",
        retryAfterSeconds: 5,
      });
    },
    /** Proves Redis fit for locks now; for boot and readiness. */
    async check(): Promise<void> {
      await open();
    },
    async close(): Promise<void> {
      redis.off("close", forgetSession);
      if (session) await closeSession(redis, session);
      session = null;
    },
  };
}

/** Scripts whose answer means something only under the right epoch take the sentinel first. */
const GUARDED: ReadonlySet<ScriptName> = new Set(["acquire", "heartbeat", "reassert", "sweep", "holders"]);

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
  if (isCoded(error, "DEPENDENCY_UNAVAILABLE") || isReply(error, "ERR")) return error;
  return errors.DEPENDENCY_UNAVAILABLE({
    message: "The lock store is not available right now.",
    retryAfterSeconds: 2,
    cause: error,
  });
}
