import { lockErrors } from "@ade/core/locks/errors";
import type { MAX_POLL_SECONDS } from "@ade/core/locks/schema";
import { ApiError } from "./errors.ts";
import { type LockCalls, ONCE, type Wanted } from "./lock-calls.ts";
import type { AcquiredLock, AcquiredLocks, AcquireOptions, LockAnswer, LockOfSeveral } from "./shapes.ts";
import type { Answer } from "./transport.ts";

export type Grant = {
  answer: AcquiredLock | AcquiredLocks;
  /** In the order in which they were taken. */
  locks: readonly LockOfSeveral[];
  /** Monotonic time of sending the call that was answered with it. */
  sent_at_ms: number;
};

// Typed by the schema's own value, which is not imported: it would bring zod along.
const POLL_SECONDS: typeof MAX_POLL_SECONDS = 30;
/** What the API takes where `max_wait_seconds` is absent. */
const MAX_WAIT_SECONDS = 60;
/** The server ends a wait; so long after it should have, the client does. */
const OVERDUE_MS = 10_000;
/** Answers after which there is no place in the queue to leave. */
const OVER: readonly number[] = [403, 404, 409, 423];

/**
 * Asks for locks and waits for its turn by long polls. However it ends without a grant, nothing stays behind: the place
 * is left, and what was granted in the last moment is released.
 *
 * @throws what ended the wait: RESOURCE_LOCKED, DEADLOCK_DETECTED, …; the reason of the signal
 */
export async function waitForGrant(
  calls: LockCalls,
  wanted: Wanted,
  options: AcquireOptions,
  signal?: AbortSignal,
): Promise<Grant> {
  // By this the server knows a retry after an unknown answer.
  const asked = { acquire_id: crypto.randomUUID(), ...options };
  let answer = await calls.request(wanted, asked, { signal }).catch((error: unknown) => {
    // It may have arrived: where that can be found out now, it is undone. Else it ends by itself.
    if (signal?.aborted) calls.request(wanted, asked, ONCE).then(undo, () => {});
    throw error;
  });
  const endsAtMs = answer.sent_at_ms + (options.max_wait_seconds ?? MAX_WAIT_SECONDS) * 1000;
  try {
    while (!answer.body.acquired) {
      const { request_id, resource_type, resource_id, holder } = answer.body;
      const leftMs = endsAtMs - calls.clock.monotonicMs();
      if (leftMs < -OVERDUE_MS) {
        throw lockErrors.RESOURCE_LOCKED({ details: { key: `${resource_type}:${resource_id}`, holder } });
      }
      const wait_seconds = Math.min(POLL_SECONDS, Math.max(1, Math.ceil(leftMs / 1000)));
      answer = await calls.poll(request_id, { wait_seconds, signal, patienceMs: Math.max(0, leftMs) });
    }
    signal?.throwIfAborted();
    return { answer: answer.body, locks: locksOf(answer.body), sent_at_ms: answer.sent_at_ms };
  } catch (error) {
    const isOver = error instanceof ApiError && OVER.includes(error.status);
    if (!isOver) await undo(answer).catch(() => {});
    throw error;
  }

  async function undo({ body }: Answer<LockAnswer>): Promise<void> {
    if (!body.acquired) return calls.leave(body.request_id, ONCE);
    await Promise.all(locksOf(body).map(({ id }) => calls.release(id, {}, ONCE)));
  }
}

function locksOf(answer: AcquiredLock | AcquiredLocks): readonly LockOfSeveral[] {
  return "locks" in answer ? answer.locks : [answer];
}
