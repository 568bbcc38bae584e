import type { Clock } from "../kernel/clock.ts";
import { isCoded } from "../kernel/errors.ts";
import { lockErrors } from "./errors.ts";
import type { DEFAULT_TTL_SECONDS, Lock, MAX_HEARTBEAT_LOCKS } from "./schema.ts";

/** A holder stops itself at this part of its lease: what it began may take the rest to end. */
const TRUSTED_PART = 2 / 3;
const HEARTBEAT_MS = 10_000;
/** After a heartbeat that failed. */
const RETRY_MS = 1_000;
/** One without an answer is sent again after so long; the late answer still counts. */
const UNANSWERED_MS = 3_000;
/** A batch with room takes along what is due within this part of the interval. */
const EARLY_PART = 1 / 4;
// Typed by the values of the schema, which are not imported: they would bring zod into the SDK.
const BATCH: typeof MAX_HEARTBEAT_LOCKS = 200;
const UNKNOWN_TTL_SECONDS: typeof DEFAULT_TTL_SECONDS = 30;

/** How one lock's heartbeat ended. */
export type Beat = { id: string; ok: boolean; lease_ms: number };

/** A lock as it was granted: since when (monotonic, time of sending) and for how long. */
export type Granted = { id: string; ttl_seconds: number; sent_at_ms: number; lease_ms: number };

/** Runs something once after a delay; what it answers calls that off. */
export type After = (delayMs: number, run: () => void) => () => void;

export type Lease = {
  /** Aborted, with LOCK_LOST as reason, once a lock is lost or can no longer be trusted. */
  readonly signal: AbortSignal;
  /** Throws LOCK_LOST past the trusted time, also where a blocked event loop has kept the signal from firing. */
  assertHeld(): void;
  /** Ends the heartbeats; the locks stay for the caller to release. */
  stop(): void;
};

export type LeaseKeeper = {
  /** Keeps these locks alive as one lease: what happens to one of them, happens to the lease, and to no other. */
  keep(granted: readonly Granted[]): Lease;
};

type Holding = { lose(lockIds: string[], reason: string): void };
type Held = {
  readonly id: string;
  readonly ttl_seconds: number;
  readonly interval_ms: number;
  readonly of: Holding;
  due_at_ms: number;
  trusted_until_ms: number;
};

const LAPSED = "No heartbeat was answered in time.";
const TAKEN = "A lock expired or was taken away.";

/**
 * Keeps all locks of a process alive, up to 200 with one heartbeat, each every third of its TTL or 10 s. A lock is
 * trusted from the time its last good heartbeat was *sent*, on the monotonic clock, and given up when it is lost or at
 * two thirds of its lease. A lost lock is never taken again. While nothing is held, there is no timer.
 *
 * @param options.beat extends locks by their TTL and answers for each; rejects where nobody can tell
 */
export function createLeaseKeeper(options: {
  beat(input: { lock_ids: readonly string[]; ttl_extension_seconds: number }): Promise<readonly Beat[]>;
  clock: Pick<Clock, "monotonicMs">;
  after?: After;
}): LeaseKeeper {
  const { clock, after = systemTimer } = options;
  const held = new Set<Held>();
  let wakeAtMs = Number.POSITIVE_INFINITY;
  let callOff = () => {};

  function wakeBy(atMs: number): void {
    if (atMs >= wakeAtMs) return;
    callOff();
    wakeAtMs = atMs;
    callOff = after(Math.max(0, atMs - clock.monotonicMs()), wake);
  }

  function wake(): void {
    wakeAtMs = Number.POSITIVE_INFINITY;
    const nowMs = clock.monotonicMs();
    // First: a timer can fire late, after a pause longer than the lease, and then there is nothing to extend.
    giveUp(held, (lock) => nowMs >= lock.trusted_until_ms, LAPSED);
    const batches = dueBatches(held, nowMs);
    // Spread over the next round, so that what began at one moment does not stay one burst.
    batches.forEach((batch, index) => void send(batch, (EARLY_PART * index) / batches.length));
    let nextMs = Number.POSITIVE_INFINITY;
    for (const lock of held) nextMs = Math.min(nextMs, lock.due_at_ms, lock.trusted_until_ms);
    wakeBy(nextMs);
  }

  async function send(batch: readonly Held[], earlyPart: number): Promise<void> {
    const sentAtMs = clock.monotonicMs();
    for (const lock of batch) {
      lock.due_at_ms = sentAtMs + Math.min(UNANSWERED_MS, lock.interval_ms / 2);
    }
    const lock_ids = batch.map(({ id }) => id);
    const answers = new Map<string, Beat>();
    try {
      const beats = await options.beat({ lock_ids, ttl_extension_seconds: batch[0]!.ttl_seconds });
      for (const beat of beats) answers.set(beat.id, beat);
    } catch {
      // Not answered is not lost; the trusted time decides.
    }
    for (const lock of batch) {
      const answer = answers.get(lock.id);
      if (answer?.ok) {
        const trustedMs = sentAtMs + answer.lease_ms * TRUSTED_PART;
        lock.trusted_until_ms = Math.max(lock.trusted_until_ms, trustedMs);
        lock.due_at_ms = Math.max(lock.due_at_ms, sentAtMs + lock.interval_ms * (1 - earlyPart));
      } else if (!answer && held.has(lock)) {
        const retryMs = clock.monotonicMs() + Math.min(RETRY_MS, lock.interval_ms / 4);
        lock.due_at_ms = Math.min(lock.due_at_ms, retryMs);
        wakeBy(lock.due_at_ms);
      }
    }
    giveUp(batch, (lock) => held.has(lock) && answers.get(lock.id)?.ok === false, TAKEN);
  }

  return {
    keep(granted) {
      const abort = new AbortController();
      const stop = () => {
        for (const lock of own) held.delete(lock);
        if (held.size > 0) return;
        callOff();
        wakeAtMs = Number.POSITIVE_INFINITY;
      };
      const holding: Holding = {
        lose(lock_ids, reason) {
          stop();
          abort.abort(lockErrors.LOCK_LOST({ message: reason, details: { lock_ids } }));
        },
      };
      const own = granted.map((lock) => toHeld(lock, holding));
      const assertHeld = () => {
        const nowMs = clock.monotonicMs();
        giveUp(own, (lock) => held.has(lock) && nowMs >= lock.trusted_until_ms, LAPSED);
        abort.signal.throwIfAborted();
      };
      for (const lock of own) {
        held.add(lock);
        wakeBy(Math.min(lock.due_at_ms, lock.trusted_until_ms));
      }
      return { signal: abort.signal, assertHeld, stop };
    },
  };
}

function toHeld({ id, ttl_seconds, sent_at_ms, lease_ms }: Granted, of: Holding): Held {
  const interval_ms = Math.min(HEARTBEAT_MS, (ttl_seconds * 1000) / 3);
  const due_at_ms = sent_at_ms + interval_ms;
  return {
    id,
    ttl_seconds,
    interval_ms,
    of,
    due_at_ms,
    trusted_until_ms: sent_at_ms + lease_ms * TRUSTED_PART,
  };
}

/** Ends every lease that one of these locks belongs to. */
function giveUp(locks: Iterable<Held>, isGone: (lock: Held) => boolean, reason: string): void {
  const gone = new Map<Holding, string[]>();
  for (const lock of locks) {
    if (isGone(lock)) gone.set(lock.of, [...(gone.get(lock.of) ?? []), lock.id]);
  }
  for (const [lease, lockIds] of gone) lease.lose(lockIds, reason);
}

/** What to send now: all that are due, and into the room of the last batch what will be soon. One TTL a batch. Pure. */
function dueBatches(held: Iterable<Held>, nowMs: number): Held[][] {
  const byTtl = new Map<number, Held[]>();
  for (const lock of held) {
    if (lock.due_at_ms > nowMs + lock.interval_ms * EARLY_PART) continue;
    const same = byTtl.get(lock.ttl_seconds);
    if (same) same.push(lock);
    else byTtl.set(lock.ttl_seconds, [lock]);
  }
  return [...byTtl.values()].flatMap((soon) => {
    soon.sort((a, b) => a.due_at_ms - b.due_at_ms);
    const due = soon.filter((lock) => lock.due_at_ms <= nowMs).length;
    return Array.from({ length: Math.ceil(due / BATCH) }, (_, index) =>
      soon.slice(index * BATCH, (index + 1) * BATCH),
    );
  });
}

function systemTimer(delayMs: number, run: () => void): () => void {
  const timer = setTimeout(run, delayMs);
  return () => clearTimeout(timer);
}

/** What a lease needs of the locks service. */
export type LeaseSource = {
  /** Extends locks; rejects where nobody can tell. */
  beat(input: {
    principal_id: string;
    lock_ids: readonly string[];
    ttl_extension_seconds: number;
  }): Promise<Beat[]>;
  /** The lease as granted; undefined where unknown. */
  leaseOf(lockId: string): Omit<Granted, "id"> | undefined;
};

/** Whatever a principal of a locks service holds in this process shares its heartbeats. */
const keepers = new WeakMap<LeaseSource, Map<string, LeaseKeeper>>();

/** Keeps locks of the service in this process alive, as one lease. */
export function keepLease(options: {
  locks: readonly Pick<Lock, "id">[];
  service: LeaseSource;
  principal_id: string;
  clock: Clock;
  onLost?: (lost: { lock_ids: string[]; reason: string }) => void;
}): Lease {
  const { locks, service, principal_id, clock, onLost } = options;
  const ofService = keepers.get(service) ?? new Map<string, LeaseKeeper>();
  const keeper =
    ofService.get(principal_id) ??
    createLeaseKeeper({ clock, beat: (input) => service.beat({ principal_id, ...input }) });
  keepers.set(service, ofService.set(principal_id, keeper));
  const lease = keeper.keep(locks.map(({ id }) => ({ id, ...(service.leaseOf(id) ?? unknownLease(clock)) })));
  lease.signal.addEventListener("abort", () => {
    const { reason } = lease.signal;
    if (!isCoded(reason)) return;
    const { lock_ids } = reason.details as { lock_ids: string[] };
    onLost?.({ lock_ids, reason: reason.message });
  });
  return lease;
}

/** Of a grant that this process does not know: asked for at once, and trusted for one interval. */
function unknownLease(clock: Clock): Omit<Granted, "id"> {
  const lease_ms = UNKNOWN_TTL_SECONDS * 1000;
  return { ttl_seconds: UNKNOWN_TTL_SECONDS, sent_at_ms: clock.monotonicMs() - lease_ms / 3, lease_ms };
}
