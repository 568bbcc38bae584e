import type { Pool } from "pg";
import type { Logger } from "pino";
import type { Clock } from "../kernel/clock.ts";
import { isCoded } from "../kernel/errors.ts";
import type { Ids } from "../kernel/ids.ts";
import type { EventDraft, HistoryQuery } from "../ledger/schema.ts";
import type { Ledger } from "../ledger/service.ts";
import type { AnyRedis } from "../redis.ts";
import { type AcquireRequest, acquireNow } from "./acquire.ts";
import { drainWaitingRoom } from "./away/drain.ts";
import { readStatus } from "./away/status.ts";
import { createTurnstile, OPEN_TURNSTILE } from "./away/turnstile.ts";
import { createWaitingRoom } from "./away/waiting-room.ts";
import { createLockConnection } from "./connection.ts";
import { createDeadlocks } from "./deadlocks/deadlocks.ts";
import { listDeadlocks } from "./deadlocks/history.ts";
import { createForgetter } from "./forgetter.ts";
import { createGrants } from "./grants.ts";
import { createKeeping } from "./keeping.ts";
import { lockName } from "./keys.ts";
import { createPushes } from "./pushes.ts";
import { createQueueAlarm } from "./queue-alarm.ts";
import { createReading } from "./reading.ts";
import { createReleasing } from "./releasing.ts";
import { createRequests, type WaitingRequest } from "./requests.ts";
import type { DeadlockStrategy, Lock, LockKeyInput, LockKind, LockMode, LockStanding } from "./schema.ts";
import { acquireSeveral } from "./several.ts";
import { type Answer, createStoredRequests } from "./stored-requests.ts";
import { acquireWaiting, type WaitOptions } from "./waiting.ts";
import { ownerOf } from "./who.ts";
import { lockEvents, toHeldLock, toLock } from "./wire.ts";

export { lockProjections } from "./deadlocks/history.ts";
export { keepLease, type Lease } from "./lease.ts";
export type { Lock } from "./schema.ts";

export type LocksDeps = {
  /** With offline queue and resending (`maxRetriesPerRequest: 0`) off, and a command timeout on. */
  redis: AnyRedis;
  pool: Pool;
  clock: Clock;
  ids: Ids;
  log: Logger;
  ledger: Pick<Ledger, "record" | "commit" | "history">;
  emitLive?: (event: EventDraft) => void;
  /** A heartbeat alone can't hold a lock for longer. */
  max_hold_seconds?: number;
  /** Who of a deadlock gives way; `abort_youngest` where nothing is said. */
  deadlock_strategy?: DeadlockStrategy;
};

type OneKey = { resource_type: LockKind; resource_id: string; mode?: LockMode | undefined };
/** With `wait` the caller waits here for its turn; without, it tries once. */
export type AcquireOne = AcquireRequest & OneKey & { wait?: WaitOptions | undefined };
export type RequestInput = WaitingRequest & ({ keys: readonly LockKeyInput[] } | OneKey);
/** What a request came to: locks (several where it named `keys`), or a place in the queue. */
export type RequestAnswer = { held: Lock[]; several: boolean } | { queued: LockStanding };
export type LocksService = ReturnType<typeof createLocksService>;

/** So many locks and waits a person's or an agent's key may have. */
export const LOCK_QUOTA = 10_000;
const MAX_HOLD_SECONDS = 7_200;
const SWEEP_BATCH = 200;

/**
 * Locks on Redis, fenced from PostgreSQL. Everything rejects with DEPENDENCY_UNAVAILABLE (503) while Redis is away;
 * further codes stand with each command.
 */
export function createLocksService(deps: LocksDeps) {
  const { redis, pool, clock, ids, log, ledger, max_hold_seconds = MAX_HOLD_SECONDS } = deps;
  const connection = createLockConnection({ ...deps, onAway: () => turnstile.shut() });
  const grants = createGrants();
  const forgetter = createForgetter({ connection, log });
  const pushes = createPushes({ redis, connection, clock, ids, log });
  const emit = deps.emitLive ?? (() => {});
  const room = createWaitingRoom({
    ...{ pool, partitionOf: connection.partitionOf, monotonicMs: clock.monotonicMs },
  });
  const turnstile = createTurnstile({
    room,
    probe: connection.probe,
    drain: () =>
      drainWaitingRoom({ pool, log, ...createStoredRequests({ ...acquiring, turnstile: OPEN_TURNSTILE }) }),
    onOpen: () => void pushes.recheck(),
  });
  const acquiring = {
    ...{ connection, grants, forgetter, pushes, turnstile, clock, ids, log, emit, max_hold_seconds },
    onQueueFull: createQueueAlarm({ clock, log, emit }),
    onEnqueue(request: AcquireRequest, { id }: LockStanding) {
      const owner = ownerOf(request.principal_id, request.owner_id ?? request.principal_id);
      // Who holds nothing closes no cycle; what it holds by another process is the scan's to see.
      if (grants.isHolding(owner)) void deadlocks.check(owner, id);
    },
  };
  const deadlocks = createDeadlocks({
    ...{ connection, ledger, clock, ids, log, emit },
    strategy: deps.deadlock_strategy ?? "abort_youngest",
  });
  const stored = createStoredRequests(acquiring);
  const requests = createRequests({ ...acquiring, stored, room });

  const reading = createReading(connection);
  const keeping = createKeeping({ connection, grants, clock, get: reading.get });
  const releasing = createReleasing({ connection, grants, ledger, emit, get: reading.get });

  const shown = (answer: Answer): RequestAnswer =>
    "held" in answer ? { ...answer, held: answer.held.map(toLock) } : answer;

  return {
    /**
     * Gets one lock: at once or not at all, or with `wait` in its turn.
     *
     * @throws RESOURCE_LOCKED 423 (`details: {key, holder?}`; with Retry-After during a lock delay), ALREADY_HELD 409
     *   (`details: {lock_id, key, mode}`), DEADLOCK_DETECTED 423, QUEUE_FULL 503, LOCK_QUOTA_EXCEEDED 429,
     *   VALIDATION_ERROR and INVALID_RESOURCE_NAME 400, DEPENDENCY_UNAVAILABLE 503; the reason of `wait.signal`
     */
    async acquire({
      resource_type,
      resource_id,
      mode = "exclusive",
      wait,
      ...request
    }: AcquireOne): Promise<Lock> {
      const name = { ...lockName(resource_type, resource_id), mode };
      return toLock(
        wait
          ? await acquireWaiting(acquiring, request, name, wait)
          : await acquireNow(acquiring, request, name),
      );
    },

    /** The same for several keys, taken in canonical order: all of them, or none. Codes as acquire. */
    async acquireAll({
      keys,
      wait,
      ...request
    }: AcquireRequest & { keys: readonly LockKeyInput[]; wait?: WaitOptions }): Promise<Lock[]> {
      return (await acquireSeveral(acquiring, request, keys, wait)).map(toLock);
    },

    /** Gets locks or a place in the queue, and answers at once; for callers that ask again. Codes as acquire. */
    async request(input: RequestInput): Promise<RequestAnswer> {
      if ("keys" in input) return shown(await requests.begin({ ...input, several: true }));
      const { resource_type, resource_id, mode = "exclusive", ...request } = input;
      const keys = [{ resource_type, resource_id, mode }];
      return shown(await requests.begin({ ...request, keys, several: false }));
    },

    /** Where a request stands, held open up to `wait_seconds`. @throws NOT_FOUND 404, FORBIDDEN 403; 423 as acquire */
    standing: async (input: Parameters<typeof requests.standing>[0]): Promise<RequestAnswer> =>
      shown(await requests.standing(input)),

    /** Where an owner stands in all queues, without keeping its places. */
    places: stored.places,

    /**
     * Hears how the waits of all requests end that named this group, whoever asked for them: another process may go on
     * where the one that asked is gone. What is granted is held for nobody until `standing` is asked.
     */
    follow: pushes.follow,

    /** Gives up a place, or what was granted meanwhile. @throws NOT_FOUND 404, FORBIDDEN 403 */
    leave: requests.leave,

    ...keeping,
    ...releasing,
    ...reading,

    /**
     * Does what became due: expired locks, waits and delays; the next are granted. Also what finds out first that Redis
     * forgot, and hands on who queued in PostgreSQL while it was away. Answers how many locks expired.
     */
    async sweepExpired(): Promise<number> {
      // Locks in Redis end on time without PostgreSQL too.
      await room
        .prune()
        .catch((error: unknown) => log.debug({ err: error }, "the waiting room was not pruned"));
      if (!turnstile.isOpen()) await turnstile.pass();
      const counts = await Promise.all(
        connection.partitions.map(async (partition) => {
          let count = 0;
          for (;;) {
            const [, done, ended, ...expired] = await connection.run("sweep", partition, [SWEEP_BATCH]);
            void deadlocks.recordLeft(ended as string[], partition);
            for (const described of expired) emit(lockEvents.expired(toHeldLock(described)));
            count += expired.length;
            if (Number(done) < SWEEP_BATCH) return count;
          }
        }),
      );
      return counts.reduce((sum, count) => sum + count, 0);
    },

    /** Ends deadlocks that closed unseen; every second, in a worker. Answers how many. */
    scanForDeadlocks: () => deadlocks.scan(),

    /** The wait-for graph as it is now: every key that is waited for, who for whom, and cycles. */
    graph: () => deadlocks.graph(),

    /** A page of the deadlocks that were found and how they ended, the newest first. */
    deadlocks: (query: HistoryQuery) => listDeadlocks(ledger, query),

    /** Whether the lock store is there, whether it waits out a loss, and how many queue in PostgreSQL. */
    status: () => readStatus({ connection, pool, room, clock }),

    /** Proves that this Redis can be used for locks now. @throws DEPENDENCY_UNAVAILABLE or LOCK_STORE_UNFIT 503 */
    async check(): Promise<void> {
      await connection.check();
    },

    /** For boot: a Redis that is away may come back, one that may drop locks is refused. @throws LOCK_STORE_UNFIT */
    async refuseUnfitStore(): Promise<void> {
      await connection.check().catch((error: unknown) => {
        if (isCoded(error, "LOCK_STORE_UNFIT")) throw error;
        log.warn({ err: error }, "the lock store is not there yet: nobody is granted a lock until it is");
      });
    },

    /** Ends the background work and closes the epoch, so that an orderly stop of everything costs no grace. */
    async close(): Promise<void> {
      forgetter.stop();
      pushes.stop();
      await connection.close().catch((error: unknown) => {
        if (!isCoded(error)) log.debug({ err: error }, "the epoch of locks was not closed");
      });
    },
  };
}
