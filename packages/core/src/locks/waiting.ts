import { errors, isCoded } from "../kernel/errors.ts";
import { type AcquireDeps, type AcquireRequest, requestId, tryAcquire, type Waiting } from "./acquire.ts";
import { lockErrors, waitedTooLong } from "./errors.ts";
import { compactId, expandId, type LockName, modeLetter } from "./keys.ts";
import type { Outcome, Pushes } from "./pushes.ts";
import type { LockMode, LockStanding } from "./schema.ts";
import { type HeldLock, heldLock, lockEvents, type Standing, toHeldLock } from "./wire.ts";

export type WaitingDeps = AcquireDeps & {
  pushes: Pushes;
  /** Called when an owner that may block others begins to wait. */
  onEnqueue(request: AcquireRequest, standing: LockStanding): void;
};

export type WaitOptions = Waiting & {
  signal?: AbortSignal | undefined;
  /** Told when it has to wait. */
  onQueued?: ((standing: LockStanding) => void) | undefined;
};

type Name = LockName & { mode: LockMode };

/** Between two tries while Redis is away. */
const RETRY_MS = 1_000;

/**
 * Gets one key, waiting in this process for its turn: granted by push, without a further command.
 *
 * @throws as tryAcquire; RESOURCE_LOCKED 423 after `max_wait_seconds`, DEADLOCK_DETECTED 423; the signal's reason
 */
export async function acquireWaiting(
  deps: WaitingDeps,
  request: AcquireRequest,
  name: Name,
  options: WaitOptions,
  id = requestId(deps.ids, request, name),
): Promise<HeldLock> {
  const { signal, max_wait_seconds } = options;
  signal?.throwIfAborted();
  const until = deps.clock.monotonicMs() + max_wait_seconds * 1000;
  let watched = id;
  await deps.pushes.ready().catch((error: unknown) => {
    throw errors.DEPENDENCY_UNAVAILABLE({ retryAfterSeconds: 2, cause: error });
  });
  let hasWaited = false;
  for (;;) {
    const watch = deps.pushes.watch(watched, request.principal_id);
    try {
      const leftMs = Math.max(0, until - deps.clock.monotonicMs());
      const wait = { ...options, max_wait_seconds: leftMs / 1000, channel: deps.pushes.channel };
      const tried = await tryAcquire(deps, request, name, watched, wait);
      if ("held" in tried) return tried.held;
      const { standing } = tried.queued;
      if (standing.request_id !== watched) {
        // This owner waited already, under another request: its place is this one's.
        watched = standing.request_id;
        continue;
      }
      if (!hasWaited) tellQueued(deps, request, standing, options);
      hasWaited = true;
      const outcome = await ended(deps, watch.outcome, until, signal);
      if (outcome.kind === "timeout" || outcome.kind === "aborted") {
        const kept = await leave(deps, request, watched, tried.attempt, outcome.kind === "timeout");
        if (kept) return kept;
        signal?.throwIfAborted();
        throw waitedTooLong(name.key);
      }
      const held = settle(deps, request, name, tried, watched, outcome);
      if (held) return held;
    } catch (error) {
      // Its place is kept for a while, and asked for again: Redis may be back before the wait is over.
      if (!hasWaited || !isCoded(error, "DEPENDENCY_UNAVAILABLE") || deps.clock.monotonicMs() >= until)
        throw error;
      await pause(Math.min(RETRY_MS, until - deps.clock.monotonicMs()), signal);
    } finally {
      watch.stop();
    }
  }
}

function tellQueued(
  deps: WaitingDeps,
  request: AcquireRequest,
  standing: LockStanding,
  options: WaitOptions,
): void {
  deps.emit(lockEvents.queued(standing, request.agent_id));
  options.onQueued?.(standing);
  deps.onEnqueue(request, standing);
}

type Ended = Outcome | { kind: "timeout" } | { kind: "aborted" };

/** The outcome, or that the time is over or the caller wants no more. */
function ended(
  deps: WaitingDeps,
  outcome: Promise<Outcome>,
  untilMs: number,
  signal: AbortSignal | undefined,
): Promise<Ended> {
  return new Promise((resolve) => {
    const timer = setTimeout(
      () => finish({ kind: "timeout" }),
      Math.max(0, untilMs - deps.clock.monotonicMs()),
    );
    const onAbort = (): void => finish({ kind: "aborted" });
    const finish = (how: Ended): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      resolve(how);
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    if (signal?.aborted) onAbort();
    outcome.then(finish);
  });
}

/** The lock of an outcome; null where the request must be made again. @throws what ended it */
function settle(
  deps: WaitingDeps,
  request: AcquireRequest,
  name: Name,
  tried: { queued: Standing; sent_at_ms: number; attempt: string },
  id: string,
  outcome: Outcome,
): HeldLock | null {
  switch (outcome.kind) {
    case "pushed":
      return keepPushed(deps, request, name, tried, id, outcome);
    case "found": {
      const { held, sent_at_ms, lease_ms } = outcome;
      keepGrant(deps, request, held, tried.attempt, { sent_at_ms, lease_ms });
      return held;
    }
    case "ended":
      throwEnded(outcome, name.key);
      return null;
    case "unknown":
      return null;
  }
}

/**
 * A pushed grant happened before it was heard of, and so long after the request went out as Redis' clock says: its
 * lease is counted from the earlier of the two, on the monotonic clock.
 */
function keepPushed(
  deps: WaitingDeps,
  request: AcquireRequest,
  name: Name,
  tried: { queued: Standing; sent_at_ms: number; attempt: string },
  id: string,
  { numbers, heard_at_ms }: Extract<Outcome, { kind: "pushed" }>,
): HeldLock {
  const [fencing_token = 0, acquired_ms = 0, expires_ms = 0, hold_until_ms = 0] = numbers;
  const { principal_id, owner_id = principal_id, agent_id, purpose = null } = request;
  const held = heldLock(
    id,
    name.key,
    modeLetter(name.resource_type, name.mode),
    { principal_id, owner_id, agent_id, purpose },
    { fencing_token, acquired_ms, expires_ms, hold_until_ms },
  );
  const sent_at_ms = Math.min(heard_at_ms, tried.sent_at_ms + (acquired_ms - tried.queued.now_ms));
  keepGrant(deps, request, held, tried.attempt, { sent_at_ms, lease_ms: expires_ms - acquired_ms });
  return held;
}

/** Remembers a lock that was granted to a waiter, and tells of it. */
export function keepGrant(
  deps: AcquireDeps,
  request: Pick<AcquireRequest, "lock_delay_seconds" | "ttl_seconds">,
  held: HeldLock,
  attempt: string,
  lease: { sent_at_ms: number; lease_ms: number },
): void {
  const { lock_delay_seconds = 0, ttl_seconds } = request;
  deps.grants.keep({ lock: held, attempt, lock_delay_seconds, ttl_seconds, ...lease });
  deps.emit(lockEvents.acquired(held));
}

/** Leaves the queue. What was granted in the meantime is answered where it is to be kept, else let go of. */
async function leave(
  deps: WaitingDeps,
  request: AcquireRequest,
  id: string,
  attempt: string,
  keep: boolean,
): Promise<HeldLock | null> {
  const id32 = compactId(id)!;
  const sent_at_ms = deps.clock.monotonicMs();
  try {
    const reply = await deps.connection.run("leave", id32, [id32, request.principal_id, keep ? 1 : 0]);
    if (reply[0] !== "GRANTED") return null;
    const held = toHeldLock(reply[2]);
    keepGrant(deps, request, held, attempt, { sent_at_ms, lease_ms: held.expires_ms - Number(reply[1]) });
    return held;
  } catch (error) {
    // Whether it left, nobody can tell: taken back in the background, as an acquire without an answer.
    deps.forgetter.forget(expandId(id32), attempt);
    if (!isCoded(error, "DEPENDENCY_UNAVAILABLE")) throw error;
    return null;
  }
}

/** @throws what ended a wait: DEADLOCK_DETECTED or RESOURCE_LOCKED 423; a lapsed place ends silently, to be asked for anew */
export function throwEnded({ outcome, detail }: { outcome: string; detail: string }, key: string): void {
  if (outcome === "DEADLOCK") throw lockErrors.DEADLOCK_DETECTED({ details: { deadlock_id: detail, key } });
  if (outcome === "TIMEOUT") throw waitedTooLong(key);
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, Math.max(0, ms));
    signal?.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
