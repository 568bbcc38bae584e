import type { Redis } from "ioredis";
import type { Pool } from "pg";
import type { Logger } from "pino";
import type { Actor } from "../kernel/actor.ts";
import type { Clock } from "../kernel/clock.ts";
import { isCoded } from "../kernel/errors.ts";
import type { Ids } from "../kernel/ids.ts";
import type { EventDraft } from "../ledger/schema.ts";
import type { Ledger } from "../ledger/service.ts";
import { type AcquireRequest, acquireKey, inGrace } from "./acquire.ts";
import { createLockConnection } from "./connection.ts";
import { lockExpired, notHolder } from "./errors.ts";
import { createForgetter } from "./forgetter.ts";
import { createGrants } from "./grants.ts";
import { extendLocks } from "./heartbeat.ts";
import { inCanonicalOrder, lockName, PARTITIONS, partitionOfId } from "./keys.ts";
import { listLocks } from "./listing.ts";
import type { HeartbeatResult, ListLocksQuery, Lock, LockKeyInput, LockKind, LockMode } from "./schema.ts";
import { lockEvents, toHeldLock, toIso, toLock } from "./wire.ts";

export { keepLease, type Lease } from "./lease.ts";
export type { Lock } from "./schema.ts";

export type LocksDeps = {
  /** With offline queue and resending (`maxRetriesPerRequest: 0`) off, and a command timeout on. */
  redis: Redis;
  pool: Pool;
  clock: Clock;
  ids: Ids;
  log: Logger;
  ledger: Pick<Ledger, "record">;
  emitLive?: (event: EventDraft) => void;
  /** A heartbeat alone can't hold a lock for longer. */
  max_hold_seconds?: number;
};

export type AcquireOne = AcquireRequest & {
  resource_type: LockKind;
  resource_id: string;
  mode?: LockMode | undefined;
};
export type LocksService = ReturnType<typeof createLocksService>;

const MAX_HOLD_SECONDS = 7_200;
const SWEEP_BATCH = 200;

/**
 * Locks on Redis, fenced from PostgreSQL. Everything rejects with DEPENDENCY_UNAVAILABLE (503) while Redis is away;
 * further codes stand with each command.
 */
export function createLocksService(deps: LocksDeps) {
  const { clock, ids, log, ledger, max_hold_seconds = MAX_HOLD_SECONDS } = deps;
  const connection = createLockConnection(deps);
  const grants = createGrants();
  const forgetter = createForgetter({ connection, log });
  const emit = deps.emitLive ?? (() => {});
  const acquiring = { connection, grants, forgetter, clock, ids, emit, max_hold_seconds };

  async function release(input: { principal_id: string; lock_id: string }): Promise<void> {
    const [status, described, at] = await letGo(input.lock_id, input.principal_id, false);
    if (status === "FOREIGN") throw notHolder();
    if (status !== "RELEASED") throw lockExpired();
    emit(lockEvents.released(toLock(toHeldLock(described)), toIso(at)));
  }

  async function letGo(id: string, principalId: string, force: boolean) {
    const partition = partitionOfId(id);
    if (partition === null) throw lockExpired();
    const reply = await connection.run("release", partition, [id, principalId, force ? 1 : 0]);
    if (reply[0] !== "FOREIGN") grants.drop(id);
    return reply;
  }

  async function holders(kind: LockKind, id: string): Promise<{ locks: Lock[]; grace_left_ms: number }> {
    const { key, partition } = lockName(kind, id);
    const [, graceLeft, ...locks] = await connection.run("holders", partition, [key]);
    return { locks: locks.map((lock) => toLock(toHeldLock(lock))), grace_left_ms: Number(graceLeft) };
  }

  async function get(id: string): Promise<Lock> {
    const partition = partitionOfId(id);
    const reply = partition === null ? null : await connection.run("get", partition, [id]);
    if (reply?.[0] !== "OK") throw lockExpired();
    return toLock(toHeldLock(reply[1]));
  }

  return {
    /**
     * Tries once to get one lock; nothing queues yet.
     *
     * @throws RESOURCE_LOCKED 423 (`details: {key, holder?}`; with Retry-After during a lock delay), ALREADY_HELD 409
     *   (`details: {lock_id, key, mode}`), VALIDATION_ERROR and INVALID_RESOURCE_NAME 400, DEPENDENCY_UNAVAILABLE 503
     */
    async acquire({ resource_type, resource_id, mode = "exclusive", ...request }: AcquireOne): Promise<Lock> {
      return acquireKey(acquiring, request, { ...lockName(resource_type, resource_id), mode });
    },

    /** The same for several keys, taken in canonical order: all of them, or none. Codes as acquire. */
    async acquireAll({
      keys,
      ...request
    }: AcquireRequest & { keys: readonly LockKeyInput[] }): Promise<Lock[]> {
      const locks: Lock[] = [];
      try {
        for (const name of inCanonicalOrder(keys)) locks.push(await acquireKey(acquiring, request, name));
        return locks;
      } catch (error) {
        const { principal_id } = request;
        const released = await Promise.allSettled(
          locks.map(({ id }) => release({ principal_id, lock_id: id })),
        );
        for (const result of released) {
          // What is not released ends by its TTL.
          if (result.status === "rejected") log.warn({ err: result.reason }, "a lock was not released");
        }
        throw error;
      }
    },

    /** @throws NOT_FOUND 404 where it expired, FORBIDDEN 403 where another principal holds it */
    async heartbeat(input: {
      principal_id: string;
      lock_id: string;
      ttl_extension_seconds: number;
    }): Promise<Lock> {
      const { lock_id, ...request } = input;
      const [result] = await extendLocks({ connection, grants, clock }, { ...request, lock_ids: [lock_id] });
      if (result?.status === "held") return toLock(result.lock);
      throw result?.status === "foreign" ? notHolder() : lockExpired();
    },

    /** Up to 200 locks, one script call for each partition. Answers in the order of `lock_ids`. */
    async heartbeatMany(input: {
      principal_id: string;
      lock_ids: readonly string[];
      ttl_extension_seconds: number;
    }): Promise<HeartbeatResult[]> {
      const results = await extendLocks({ connection, grants, clock }, input);
      return results.map((result) =>
        result.status === "held"
          ? { id: result.id, ok: true, expires_at: result.lock.expires_at }
          : { id: result.id, ok: false, code: result.status === "foreign" ? "FORBIDDEN" : "NOT_FOUND" },
      );
    },

    /** As heartbeatMany, with the length of each lease; for keepLease. */
    async beat(input: { principal_id: string; lock_ids: readonly string[]; ttl_extension_seconds: number }) {
      const results = await extendLocks({ connection, grants, clock }, input);
      return results.map((result) => ({
        id: result.id,
        ok: result.status === "held",
        lease_ms: result.status === "held" ? result.lease_ms : 0,
      }));
    },

    /** The lease of a lock that this process was granted, from the time of sending; for keepLease. */
    leaseOf: (lockId: string) => grants.get(lockId),

    /** @throws NOT_FOUND 404, FORBIDDEN 403 */
    release,

    /**
     * Takes a lock from its holder, who finds out by its next heartbeat; the lock delay applies. Recorded as
     * `lock.force_released` before it is done.
     *
     * @throws NOT_FOUND 404
     */
    async forceRelease(
      actor: Actor,
      { lock_id, reason }: { lock_id: string; reason: string },
    ): Promise<void> {
      const lock = await get(lock_id);
      const { key, mode, owner_id, agent_id, fencing_token, purpose } = lock;
      await ledger.record(actor, [
        {
          action: "lock.force_released",
          entity_type: "lock",
          entity_id: lock_id,
          ...(lock.resource_type === "task" ? { task_id: lock.resource_id } : {}),
          reason,
          detail: { key, mode, owner_id, agent_id, fencing_token, purpose },
        },
      ]);
      const [status, , at] = await letGo(lock_id, "", true);
      if (status === "RELEASED") emit(lockEvents.released(lock, toIso(at), reason));
    },

    /** @throws NOT_FOUND 404 */
    get,

    /** A page of the held locks. @throws VALIDATION_ERROR 400 for a cursor of another list */
    list: (query: ListLocksQuery) => listLocks(connection, query),

    /** Who holds a resource now; of several (shared) the first. Null too where nobody can tell, in the grace after a loss. */
    async holderOf(kind: LockKind, id: string): Promise<Lock | null> {
      return (await holders(kind, id)).locks[0] ?? null;
    },

    /**
     * Whether the holder under this token is gone for good.
     *
     * @throws DEPENDENCY_UNAVAILABLE 503 while nobody can tell: without Redis, and in the grace after a loss
     */
    async isLost(kind: LockKind, id: string, fencingToken: number): Promise<boolean> {
      const { locks, grace_left_ms } = await holders(kind, id);
      if (locks.some((lock) => lock.fencing_token === fencingToken)) return false;
      const isSucceeded = locks.some((lock) => lock.fencing_token > fencingToken);
      if (!isSucceeded && grace_left_ms > 0) throw inGrace(grace_left_ms);
      return true;
    },

    /** Clears expired locks and tells of them; also what finds out first that Redis forgot. Answers how many. */
    async sweepExpired(): Promise<number> {
      const counts = await Promise.all(
        Array.from({ length: PARTITIONS }, async (_, partition) => {
          let count = 0;
          for (;;) {
            const [, ...swept] = await connection.run("sweep", partition, [SWEEP_BATCH]);
            for (const described of swept) emit(lockEvents.expired(toLock(toHeldLock(described))));
            count += swept.length;
            if (swept.length < SWEEP_BATCH) return count;
          }
        }),
      );
      return counts.reduce((sum, count) => sum + count, 0);
    },

    /** Proves that this Redis can be used for locks; for boot. @throws DEPENDENCY_UNAVAILABLE 503 with the reason */
    check: () => connection.check(),

    /** Ends the background work and closes the epoch, so that an orderly stop of everything costs no grace. */
    async close(): Promise<void> {
      forgetter.stop();
      await connection.close().catch((error: unknown) => {
        if (!isCoded(error)) log.debug({ err: error }, "the epoch of locks was not closed");
      });
    },
  };
}
