import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { closeConnections, openConnections } from "@ade/core/connect";
import { isCoded } from "@ade/core/kernel/errors";
import { randomIds } from "@ade/core/kernel/ids";
import type { Lock, LockMode } from "@ade/core/locks/schema";
import { createLocksService, type LocksService } from "@ade/core/locks/service";
import pino from "pino";
import { type SeededRandom, seededRandom } from "../seeded-random.ts";
import { type HistoryEvent, historyClock } from "./history.ts";
import type { WriteRequest } from "./sink.ts";

/** Leases are the shortest that there are, so that what a fault leaves behind is over soon. */
export const HISTORY_TTL_SECONDS = 5;
/** As keepLease: a holder stops itself at this part of its lease. */
const TRUSTED_PART = 2 / 3;
const SWEEP_EVERY_MS = 500;
/** After a refusal or without Redis, a client looks again this late. */
const AGAIN_MS = 25;
const DEFAULT_PRIORITY = 50;
/** Longer than the grace after a loss, so that a waiter lives through it. */
const LONGEST_WAIT_MS = 20_000;

export type MemberOptions = {
  name: string;
  seed: number;
  clients: number;
  keys: readonly string[];
  databaseUrl: string;
  redisUrl: string;
};

/** Where a member's clients tell what they do, and what their locks guard. */
export type MemberPorts = {
  record(event: HistoryEvent): void;
  write(request: WriteRequest): Promise<boolean>;
};

export type Member = {
  /** Resolves when all its clients have ended, which begins with this. */
  stop(): Promise<void>;
  /** One client stands still with a lock in hand until after its lease, and then writes all the same. */
  freezeOne(): void;
};

type Wish = { key: string; mode: LockMode; priority: number; wait_ms: number };

/** The locks of one process of the product: its own pool, connection and memory. */
export async function openLocks(options: { databaseUrl: string; redisUrl: string }) {
  const connections = await openConnections({ ...options, poolSize: 4, onError: () => undefined });
  const { redis, pool } = connections;
  if (redis.status !== "ready") await once(redis, "ready");
  const log = pino({ level: process.env.LOG_LEVEL ?? "silent" });
  const none = () => Promise.reject(new Error("Nothing is recorded in a history"));
  const ledger = { record: none, commit: none, history: none };
  const locks = createLocksService({ redis, pool, clock: historyClock, ids: randomIds, log, ledger });
  return {
    locks,
    async close(): Promise<void> {
      await locks.close();
      await closeConnections(connections);
    },
  };
}

/** One process of the product as far as locks go, with clients that take, use and release them until they are stopped. */
export async function startMember(options: MemberOptions, ports: MemberPorts): Promise<Member> {
  const { locks, close } = await openLocks(options);
  const stopping = new AbortController();
  const frozen = { count: 0 };
  const random = seededRandom(options.seed);
  const running = Array.from({ length: options.clients }, (_, at) =>
    runClient(`${options.name}/${at}`, random.fork(), { locks, ports, options, frozen }, stopping.signal),
  );
  let sweeping: Promise<unknown> = Promise.resolve();
  const sweeper = setInterval(() => {
    sweeping = locks.sweepExpired().catch(() => undefined);
  }, SWEEP_EVERY_MS);
  return {
    freezeOne() {
      frozen.count += 1;
    },
    async stop() {
      stopping.abort();
      await Promise.all(running);
      clearInterval(sweeper);
      await sweeping;
      await close();
    },
  };
}

type World = { locks: LocksService; ports: MemberPorts; options: MemberOptions; frozen: { count: number } };

async function runClient(
  client: string,
  random: SeededRandom,
  world: World,
  stop: AbortSignal,
): Promise<void> {
  const now = historyClock.monotonicMs;
  const { locks, ports, options } = world;
  let calls = 0;
  const newCall = (): string => {
    calls += 1;
    return `${client}:${calls}`;
  };

  /** Runs one call and records how it ended. What nobody answered may have happened. */
  async function call<T>(
    invocation: object,
    run: (call: string) => Promise<T>,
    done: (result: T) => object,
  ): Promise<T | null> {
    const id = newCall();
    ports.record({ type: "invoke", at_ms: now(), call: id, client, ...invocation } as HistoryEvent);
    const end = (event: object) => ports.record({ at_ms: now(), call: id, ...event } as HistoryEvent);
    try {
      const result = await run(id);
      end(done(result));
      return result;
    } catch (error) {
      if (!isCoded(error)) throw error;
      const isOpen = error.code === "DEPENDENCY_UNAVAILABLE";
      end(isOpen ? { type: "unknown" } : { type: "fail", code: error.code });
      return null;
    }
  }

  const trustOf = ({ id }: Lock): number => {
    const lease = locks.leaseOf(id);
    return lease ? lease.sent_at_ms + lease.lease_ms * TRUSTED_PART : now();
  };

  function wish(): Wish {
    const wanted = {
      key: random.pick(options.keys),
      mode: random.chance(0.3) ? ("shared" as const) : ("exclusive" as const),
      priority: random.chance(0.2) ? random.pick([10, 90]) : DEFAULT_PRIORITY,
      wait_ms: random.chance(0.8) ? LONGEST_WAIT_MS : 0,
    };
    // Who tries once says no priority, and goes before those of a lower one than everybody's.
    return wanted.wait_ms > 0 ? wanted : { ...wanted, priority: DEFAULT_PRIORITY };
  }

  function acquire({ key, mode, priority, wait_ms }: Wish): Promise<Lock | null> {
    const ttl_ms = HISTORY_TTL_SECONDS * 1000;
    return call(
      { op: "acquire", key, mode, priority, wait_ms, ttl_ms },
      (owner_id) => {
        const onQueued = () => ports.record({ type: "queued", at_ms: now(), call: owner_id });
        return locks.acquire({
          ...{ principal_id: client, owner_id, agent_id: client, mode },
          ...{ resource_type: "resource", resource_id: key, ttl_seconds: HISTORY_TTL_SECONDS },
          ...(wait_ms > 0 ? { wait: { max_wait_seconds: wait_ms / 1000, priority, onQueued } } : {}),
        });
      },
      (lock) => ({ type: "ok", token: lock.fencing_token, trusted_until_ms: trustOf(lock) }),
    );
  }

  async function use(lock: Lock, { key, mode }: Wish): Promise<void> {
    const token = lock.fencing_token;
    if (world.frozen.count > 0 && mode === "exclusive") {
      world.frozen.count -= 1;
      await delay(HISTORY_TTL_SECONDS * 1000 + 2 * SWEEP_EVERY_MS + random.int(0, 500));
    }
    if (random.chance(0.05)) await delay(random.int(5, 40));
    for (let left = random.int(0, 2); left >= 0; left -= 1) await ports.write({ client, key, mode, token });
    if (!random.chance(0.2)) return;
    await call(
      { op: "heartbeat", key, token },
      () =>
        locks.beat({
          principal_id: client,
          lock_ids: [lock.id],
          ttl_extension_seconds: HISTORY_TTL_SECONDS,
        }),
      ([beat]) =>
        beat?.ok
          ? { type: "ok", token, trusted_until_ms: trustOf(lock) }
          : { type: "fail", code: "NOT_FOUND" },
    );
    await ports.write({ client, key, mode, token });
  }

  /** "Gone" is open too: where messages are doubled, the copy may have released it. */
  const release = (lock: Lock, { key }: Wish): Promise<unknown> =>
    call(
      { op: "release", key, token: lock.fencing_token },
      async () => {
        try {
          await locks.release({ principal_id: client, lock_id: lock.id });
          return "ok";
        } catch (error) {
          if (isCoded(error, "NOT_FOUND")) return "unknown";
          throw error;
        }
      },
      (type) => ({ type }),
    );

  while (!stop.aborted) {
    const wanted = wish();
    const lock = await acquire(wanted);
    if (!lock) {
      await delay(AGAIN_MS);
      continue;
    }
    await use(lock, wanted);
    await release(lock, wanted);
  }
}
