import type { Clock } from "../kernel/clock.ts";
import { lockErrors } from "./errors.ts";
import { DEFAULT_TTL_SECONDS, type Lock } from "./schema.ts";

/** A holder stops itself at this part of its lease: what it began may take the rest to end. */
const TRUSTED_PART = 2 / 3;
const HEARTBEAT_MS = 10_000;
/** After a heartbeat that was not answered. */
const RETRY_MS = 1_000;

/** How one lock's heartbeat ended. */
export type Beat = { id: string; ok: boolean; lease_ms: number };

/** What a lease needs of the locks service. */
export type LeaseSource = {
  /** Extends locks; rejects where nobody can tell. */
  beat(input: {
    principal_id: string;
    lock_ids: readonly string[];
    ttl_extension_seconds: number;
  }): Promise<Beat[]>;
  /** The lease as granted: since when (monotonic, time of sending) and for how long; undefined where unknown. */
  leaseOf(lockId: string): { sent_at_ms: number; lease_ms: number; ttl_seconds: number } | undefined;
};

export type Lease = {
  /** Aborted, with LOCK_LOST as reason, once a lock is lost or can no longer be trusted. */
  readonly signal: AbortSignal;
  /** Throws LOCK_LOST past the trusted time, also where a blocked event loop has kept the signal from firing. */
  assertHeld(): void;
  /** Ends the heartbeats; the locks stay for the caller to release. */
  stop(): void;
};

/**
 * Keeps locks alive by one heartbeat for all of them, every third of their TTL or 10 s. It trusts them from the time
 * it *sent* the last good heartbeat, on the monotonic clock, and gives all up when one is lost or at two thirds of
 * the TTL without an answer. A lost lock is never taken again.
 */
export function keepLease(options: {
  locks: readonly Lock[];
  service: LeaseSource;
  principal_id: string;
  clock: Clock;
  onLost?: (lost: { lock_ids: string[]; reason: string }) => void;
}): Lease {
  const { service, principal_id, clock } = options;
  const lock_ids = options.locks.map((lock) => lock.id);
  const granted = lock_ids.map((id) => service.leaseOf(id));
  const ttl_seconds = Math.min(...granted.map((lease) => lease?.ttl_seconds ?? DEFAULT_TTL_SECONDS));
  const intervalMs = Math.min(HEARTBEAT_MS, (ttl_seconds * 1000) / 3);
  const abort = new AbortController();
  let stopped = false;
  let beatTimer: NodeJS.Timeout | undefined;
  let trustTimer: NodeJS.Timeout | undefined;
  let trustedUntilMs = Math.min(
    ...granted.map((lease) =>
      lease ? lease.sent_at_ms + lease.lease_ms * TRUSTED_PART : clock.monotonicMs() + intervalMs,
    ),
  );

  function stop(): void {
    stopped = true;
    clearTimeout(beatTimer);
    clearTimeout(trustTimer);
  }

  function lose(ids: string[], reason: string): void {
    if (stopped) return;
    stop();
    abort.abort(lockErrors.LOCK_LOST({ message: reason, details: { lock_ids: ids } }));
    options.onLost?.({ lock_ids: ids, reason });
  }

  function watchTrust(): void {
    clearTimeout(trustTimer);
    trustTimer = setTimeout(checkTrust, Math.max(0, trustedUntilMs - clock.monotonicMs()));
  }

  function checkTrust(): void {
    if (clock.monotonicMs() >= trustedUntilMs) lose(lock_ids, "No heartbeat was answered in time.");
    else watchTrust();
  }

  async function beat(): Promise<void> {
    // A timer can fire late, after a pause longer than the lease: then there is nothing to extend.
    checkTrust();
    if (stopped) return;
    const sentAtMs = clock.monotonicMs();
    try {
      const beats = await service.beat({ principal_id, lock_ids, ttl_extension_seconds: ttl_seconds });
      const lost = beats.filter(({ ok }) => !ok).map(({ id }) => id);
      if (lost.length > 0) return lose(lost, "A lock expired or was taken away.");
      const leaseMs = Math.min(...beats.map(({ lease_ms }) => lease_ms));
      trustedUntilMs = Math.max(trustedUntilMs, sentAtMs + leaseMs * TRUSTED_PART);
      next(intervalMs);
    } catch {
      // Not answered is not lost; the trusted time decides.
      next(Math.min(RETRY_MS, intervalMs));
    }
  }

  function next(delayMs: number): void {
    if (stopped) return;
    checkTrust();
    if (!stopped) beatTimer = setTimeout(beat, delayMs);
  }

  if (lock_ids.length > 0) {
    const known = granted.every((lease) => lease !== undefined);
    next(
      known
        ? Math.max(0, intervalMs - (clock.monotonicMs() - Math.min(...granted.map((g) => g!.sent_at_ms))))
        : 0,
    );
  }
  return {
    signal: abort.signal,
    assertHeld() {
      if (!stopped && lock_ids.length > 0) checkTrust();
      abort.signal.throwIfAborted();
    },
    stop,
  };
}
