import type { Beat } from "@ade/core/locks/lease";
import { isCoded } from "./errors.ts";
import type {
  AcquiredLock,
  AcquireOptions,
  HeartbeatResult,
  LockAnswer,
  LockKey,
  ReleaseOptions,
} from "./shapes.ts";
import type { Answer, Transport } from "./transport.ts";

/** A heartbeat's expiry less its `Date`, which has whole seconds, is exact to so much. */
const DATE_STEP_MS = 1_000;

/** What is asked for: one key, or several that are got all or none. */
export type Wanted = LockKey | readonly LockKey[];
type How = { signal?: AbortSignal | undefined; patienceMs?: number };
/** Where another try would only hold up what comes after it. */
export const ONCE: How = { patienceMs: 0 };
export type LockCalls = ReturnType<typeof createLockCalls>;

/** The calls of `/locks` as they are; `createLocks` waits and renews with them. */
export function createLockCalls(transport: Transport) {
  const { clock, send } = transport;

  return {
    clock,

    /**
     * Asks once. Sent again with the same `acquire_id` it gets the same grant, or the same place.
     *
     * @param how.signal ends the repeating; an answer that is under way is waited for, so that it can be undone
     */
    request(wanted: Wanted, options: AcquireOptions, how: How = {}): Promise<Answer<LockAnswer>> {
      const body = { acquire_id: crypto.randomUUID(), ...options, ...keysOf(wanted) };
      const { wait_for_available = true, max_wait_seconds } = options;
      const patience =
        wait_for_available && max_wait_seconds !== undefined ? { patienceMs: max_wait_seconds * 1000 } : {};
      return send({ method: "POST", path: "/locks/acquire", body, finishes: true, ...patience, ...how });
    },

    /** Where a request stands, held open up to `wait_seconds`. @throws NOT_FOUND, FORBIDDEN; what ended the wait */
    poll(
      requestId: string,
      { wait_seconds, ...how }: { wait_seconds: number } & How,
    ): Promise<Answer<LockAnswer>> {
      const query = { wait_seconds: String(wait_seconds) };
      const heldOpenMs = wait_seconds * 1000;
      return send({ method: "GET", path: `/locks/requests/${requestId}`, query, heldOpenMs, ...how });
    },

    /** Leaves the queue; what was granted meanwhile is released. Gone already is as good. */
    async leave(requestId: string, how: How = {}): Promise<void> {
      await send({ method: "DELETE", path: `/locks/requests/${requestId}`, ...how }).catch(
        (error: unknown) => {
          if (!isCoded(error, "NOT_FOUND")) throw error;
        },
      );
    },

    /** Extends one lock. @throws NOT_FOUND where it expired, FORBIDDEN where another holds it */
    async heartbeat(
      lock_id: string,
      options: { ttl_extension_seconds?: number } = {},
    ): Promise<AcquiredLock> {
      return (await send<AcquiredLock>({ ...HEARTBEAT, body: { lock_id, ...options } })).body;
    },

    /** Extends up to 200 locks; answers for each of them. */
    async heartbeatMany(
      lock_ids: readonly string[],
      options: { ttl_extension_seconds?: number } = {},
    ): Promise<HeartbeatResult[]> {
      return (await send<Heartbeats>({ ...HEARTBEAT, body: { lock_ids, ...options } })).body.locks;
    },

    /** The same for a lease keeper, which repeats by itself. */
    async beat(input: { lock_ids: readonly string[]; ttl_extension_seconds: number }): Promise<Beat[]> {
      const { body, headers } = await send<Heartbeats>({ ...HEARTBEAT, body: input, ...ONCE });
      const ttlMs = input.ttl_extension_seconds * 1000;
      return body.locks.map(({ id, ok, expires_at }) => {
        const lease_ms = ok ? leaseMs(ttlMs, expires_at, headers?.get("date") ?? null) : 0;
        return { id, ok, lease_ms };
      });
    },

    /**
     * Gives a lock back; with `force` and a `reason` an admin takes it from its holder.
     *
     * @throws NOT_FOUND where it expired, FORBIDDEN where another holds it
     */
    async release(lock_id: string, options: ReleaseOptions = {}, how: How = {}): Promise<void> {
      const body = { lock_id, ...options };
      await send({ method: "POST", path: "/locks/release", body, mayBeDone: true, ...how });
    },
  };
}

const HEARTBEAT = { method: "POST", path: "/locks/heartbeat" } as const;
type Heartbeats = { locks: HeartbeatResult[] };

function keysOf(wanted: Wanted): LockKey | { keys: readonly LockKey[] } {
  return "resource_type" in wanted ? wanted : { keys: wanted };
}

/**
 * How long a lease is that was extended by a TTL: less than that once the maximum hold comes near. Both times are of
 * the same clock and moment, the server's. Pure.
 */
export function leaseMs(ttlMs: number, expiresAt: string | undefined, date: string | null): number {
  const toldMs = Date.parse(expiresAt ?? "") - Date.parse(date ?? "");
  return toldMs < ttlMs - DATE_STEP_MS ? Math.max(0, toldMs - DATE_STEP_MS) : ttlMs;
}
