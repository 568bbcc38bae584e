import { createLeaseKeeper } from "@ade/core/locks/lease";
import { createLockCalls, type Wanted } from "./lock-calls.ts";
import type {
  AcquiredLock,
  AcquireOptions,
  LockKey,
  LockList,
  LockOfSeveral,
  LocksQuery,
  ReleaseOptions,
} from "./shapes.ts";
import type { Transport } from "./transport.ts";
import { waitForGrant } from "./waiting.ts";
import { type HeldLock, type WithLockOptions, withLock } from "./with-lock.ts";

/** A lock's name: `{ resource_type, resource_id, mode? }`, or a resource's alone, `database:prod/main`. */
export type LockName = string | LockKey;
type How = { signal?: AbortSignal };
export type Locks = ReturnType<typeof createLocks>;

/** Locks over REST. The heartbeats of all that `withLock` holds go out together, up to 200 locks at once. */
export function createLocks(transport: Transport) {
  const calls = createLockCalls(transport);
  const keeper = createLeaseKeeper({ clock: calls.clock, beat: calls.beat });
  const { heartbeat, heartbeatMany } = calls;

  return {
    heartbeat,
    heartbeatMany,

    /** Held locks with the heads of their queues; for admins. */
    list: async (query: LocksQuery = {}): Promise<LockList> =>
      (await transport.send<LockList>({ method: "GET", path: "/locks", query })).body,

    /** Gives a lock back; with `force` and a `reason` an admin takes it. @throws NOT_FOUND, FORBIDDEN */
    release: (lockId: string, options: ReleaseOptions = {}) => calls.release(lockId, options),

    /** Leaves the queue; what was granted meanwhile is released. Gone already is as good. */
    leave: (requestId: string) => calls.leave(requestId),

    /** Asks once: a lock, or a place in the queue that is kept for 60 s after the last `poll`. */
    request: async (name: LockName | readonly LockName[], options: AcquireOptions = {}) =>
      (await calls.request(wantedOf(name), options)).body,

    /** Where a request stands, held open up to `wait_seconds` (0-30). @throws NOT_FOUND, FORBIDDEN; what ended the wait */
    poll: async (requestId: string, { wait_seconds = 0, ...how }: { wait_seconds?: number } & How = {}) =>
      (await calls.poll(requestId, { wait_seconds, ...how })).body,

    /**
     * Gets one lock, in its turn. It ends after `ttl_seconds` without heartbeats, which are the caller's here; `withLock`
     * sends them.
     *
     * @throws RESOURCE_LOCKED, DEADLOCK_DETECTED, ALREADY_HELD, QUEUE_FULL, …; the reason of `signal`
     */
    async acquire(name: LockName, { signal, ...options }: AcquireOptions & How = {}): Promise<AcquiredLock> {
      const { answer } = await waitForGrant(calls, keyOf(name), options, signal);
      return answer as AcquiredLock;
    },

    /** The same for several keys: all of them or none, in one canonical order. */
    async acquireAll(
      names: readonly LockName[],
      { signal, ...options }: AcquireOptions & How = {},
    ): Promise<readonly LockOfSeveral[]> {
      return (await waitForGrant(calls, names.map(keyOf), options, signal)).locks;
    },

    /**
     * Runs work under a lock, or under several: see `HeldLock` for what the work is given.
     *
     * @throws what the work throws, before anything else; LOCK_LOST where the lock was lost before the work ended; what
     *   ended the wait; the reason of `signal`; why the lock could not be given back
     */
    withLock: <T>(
      name: LockName | readonly LockName[],
      options: WithLockOptions,
      work: (lock: HeldLock) => Promise<T> | T,
    ): Promise<T> => withLock({ calls, keeper }, wantedOf(name), options, work),
  };
}

function wantedOf(name: LockName | readonly LockName[]): Wanted {
  return typeof name === "string" || "resource_type" in name ? keyOf(name) : name.map(keyOf);
}

function keyOf(name: LockName): LockKey {
  return typeof name === "string" ? { resource_type: "resource", resource_id: name } : name;
}
