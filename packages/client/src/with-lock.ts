import { lockErrors } from "@ade/core/locks/errors";
import type { Granted, LeaseKeeper } from "@ade/core/locks/lease";
import type { DEFAULT_TTL_SECONDS } from "@ade/core/locks/schema";
import { type LockCalls, ONCE, type Wanted } from "./lock-calls.ts";
import type { AcquireOptions, LockOfSeveral } from "./shapes.ts";
import { type Grant, waitForGrant } from "./waiting.ts";

/** What is given to the work: proof of the lock, and news of its loss. */
export type HeldLock = {
  readonly owner_id: string;
  /** Of one lock its token; of several that of the first of `locks`. */
  readonly fencing_token: number;
  /** Every lock with its own token, in the order in which they were taken. */
  readonly locks: readonly LockOfSeveral[];
  /** Aborted with LOCK_LOST once a lock is lost or can no longer be trusted, or with the caller's own reason. */
  readonly signal: AbortSignal;
  /** Throws LOCK_LOST, also where a blocked event loop has kept the signal from firing. Before every guarded write. */
  assertHeld(): void;
};

export type WithLockOptions = AcquireOptions & {
  /** Ends the wait and leaves the queue; afterwards it is passed on by the lock's signal. */
  signal?: AbortSignal;
};

const TTL_SECONDS: typeof DEFAULT_TTL_SECONDS = 30;
/** Older than this part of its TTL, a grant is confirmed by a heartbeat before it is used. */
const FRESH_PART = 1 / 3;

/**
 * Runs work under a lock, or under several that are got all or none; waits for its turn, renews the lock meanwhile and
 * gives it back. Every call is an owner of its own.
 *
 * @throws what the work throws, before anything else; LOCK_LOST where the lock was lost before the work ended; what
 *   ended the wait; the reason of `signal`; why the lock could not be given back
 */
export async function withLock<T>(
  { calls, keeper }: { calls: LockCalls; keeper: LeaseKeeper },
  wanted: Wanted,
  options: WithLockOptions,
  work: (lock: HeldLock) => Promise<T> | T,
): Promise<T> {
  const { signal, ...asked } = options;
  const { owner_id = crypto.randomUUID(), ttl_seconds = TTL_SECONDS } = asked;
  const grant = await waitForGrant(calls, wanted, { ...asked, owner_id, ttl_seconds }, signal);
  const { locks } = grant;
  let end = () => {};
  let result: T;
  try {
    const lease = keeper.keep(await confirmed(calls, grant, ttl_seconds));
    end = lease.stop;
    result = await work({
      ...{ owner_id, locks, fencing_token: locks[0]!.fencing_token },
      signal: signal ? AbortSignal.any([lease.signal, signal]) : lease.signal,
      assertHeld: lease.assertHeld,
    });
    lease.assertHeld();
  } catch (error) {
    end();
    // What is not given back ends by its TTL.
    await Promise.all(locks.map(({ id }) => calls.release(id, {}, ONCE))).catch(() => {});
    throw error;
  }
  end();
  await Promise.all(locks.map(({ id }) => calls.release(id)));
  return result;
}

/**
 * The leases, trusted from a time of sending. One that came by a long poll was sent for long ago, so it is extended
 * first. @throws LOCK_LOST, ApiError
 */
async function confirmed(calls: LockCalls, grant: Grant, ttl_seconds: number): Promise<Granted[]> {
  const lock_ids = grant.locks.map(({ id }) => id);
  const lease = { ttl_seconds, sent_at_ms: grant.sent_at_ms, lease_ms: ttl_seconds * 1000 };
  if (calls.clock.monotonicMs() - grant.sent_at_ms < lease.lease_ms * FRESH_PART) {
    return lock_ids.map((id) => ({ ...lease, id }));
  }
  const sent_at_ms = calls.clock.monotonicMs();
  const beats = await calls.beat({ lock_ids, ttl_extension_seconds: ttl_seconds });
  const lost = beats.filter(({ ok }) => !ok).map(({ id }) => id);
  if (lost.length > 0) throw lockErrors.LOCK_LOST({ details: { lock_ids: lost } });
  return beats.map(({ id, lease_ms }) => ({ id, ttl_seconds, sent_at_ms, lease_ms }));
}
