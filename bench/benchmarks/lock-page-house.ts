import { MAX_HEARTBEAT_LOCKS, MAX_TTL_SECONDS, MAX_WAIT_SECONDS } from "@ade/core/locks/schema";
import type { LocksService } from "@ade/core/locks/service";
import { openLocks, PRINCIPAL, requestFor, takeMany } from "../frame/locks.ts";
import { startDashboard } from "../frame/product-processes.ts";
import type { Servers } from "../frame/servers.ts";

const TTL_SECONDS = 30;
const BEAT_EVERY_MS = 10_000;
/** The waiting queue up for so many of the held locks. */
const CONTENDED = 200;
/** Somebody takes and gives back a lock so often, for everybody to see. */
const CHURN_EVERY_MS = 250;
const IN_CIRCLE = 3;

/** A dashboard over many locks that are kept alive, taken and given back, with a deadlock that nobody ends. */
export type LockPageHouse = { url: string; stop: () => Promise<void> };

export async function openLockPageHouse(
  servers: Servers,
  { held, waiting }: { held: number; waiting: number },
): Promise<LockPageHouse> {
  const place = {
    databaseUrl: await servers.newDatabase(),
    redisUrl: await servers.newRedis(),
    dataDir: servers.folder("lock-page"),
  };
  const api = await startDashboard({ ...place, poolSize: 8 });
  // Two processes: whoever waits by another one than it holds by is found by a worker's scan alone, and there is none.
  const [holders, waiters] = [await openLocks(place), await openLocks(place)];
  const over = new AbortController();
  const ids = await takeMany(holders.locks, held, TTL_SECONDS);
  const stopBeating = keepBeating(holders.locks, ids);
  await queueUp(waiters.locks, waiting, over.signal);
  await closeCircle(holders.locks, waiters.locks, over.signal);
  const stopChurn = churn(holders.core.locks);

  return {
    url: api.url.origin,
    async stop() {
      over.abort();
      stopChurn();
      stopBeating();
      await waiters.close();
      await holders.close();
      await api.stop();
    },
  };
}

/** One batch after the other, each once in an interval. Answers what ends it. */
function keepBeating(locks: LocksService, ids: readonly string[]): () => void {
  const batches = Array.from({ length: Math.ceil(ids.length / MAX_HEARTBEAT_LOCKS) }, (_, at) =>
    ids.slice(at * MAX_HEARTBEAT_LOCKS, (at + 1) * MAX_HEARTBEAT_LOCKS),
  );
  let at = 0;
  const beat = { principal_id: PRINCIPAL, ttl_extension_seconds: TTL_SECONDS };
  const timer = setInterval(() => {
    void locks.heartbeatMany({ ...beat, lock_ids: batches[at % batches.length]! });
    at += 1;
  }, BEAT_EVERY_MS / batches.length);
  return () => clearInterval(timer);
}

/** Waits for a lock until it is called off. Resolves once it stands in the queue. */
function queueFor(locks: LocksService, name: string, owner: string, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const wait = { max_wait_seconds: MAX_WAIT_SECONDS, signal, onQueued: () => resolve() };
  locks
    .acquire({ ...requestFor(name, owner), ttl_seconds: TTL_SECONDS, wait })
    .catch((error: unknown) => (signal.aborted ? undefined : reject(error)));
  return promise;
}

async function queueUp(locks: LocksService, count: number, signal: AbortSignal): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, (_, at) =>
      queueFor(locks, `held-${at % CONTENDED}`, `waiting-${at}`, signal),
    ),
  );
}

async function closeCircle(holding: LocksService, waiting: LocksService, signal: AbortSignal): Promise<void> {
  const owners = Array.from({ length: IN_CIRCLE }, (_, at) => at);
  for (const at of owners) {
    const request = requestFor(`circle-${at}`, `circle-owner-${at}`);
    await holding.acquire({ ...request, ttl_seconds: MAX_TTL_SECONDS });
  }
  for (const at of owners)
    await queueFor(waiting, `circle-${(at + 1) % IN_CIRCLE}`, `circle-owner-${at}`, signal);
}

/** Takes and gives back one lock after the other, as a process that tells of it. Answers what ends it. */
function churn(locks: LocksService): () => void {
  let turn = 0;
  const timer = setInterval(async () => {
    turn += 1;
    const request = requestFor(`passing-${turn % 8}`, `passing-owner-${turn}`);
    const lock = await locks.acquire({ ...request, ttl_seconds: TTL_SECONDS }).catch(() => null);
    if (lock) await locks.release({ principal_id: PRINCIPAL, lock_id: lock.id }).catch(() => undefined);
  }, CHURN_EVERY_MS);
  return () => clearInterval(timer);
}
