import type { TaskRecord } from "../tasks/service.ts";

/** Attempts a task gets in all; after that it ends as a failure (lifecycle.md). */
export const MAX_ATTEMPTS = 5;
/** A task that killed its worker this often is held back until an admin looks at it. */
export const MAX_CRASHES = 3;
const BASE_BACKOFF_MS = 1_000;
const MAX_BACKOFF_MS = 60_000;

/**
 * Milliseconds until the next attempt: exponential backoff with full jitter (Brooker, "Exponential Backoff And
 * Jitter", AWS Architecture Blog, 2015). `random` is in [0, 1).
 */
export function backoffMs(attempt: number, random: number): number {
  return Math.floor(random * Math.min(MAX_BACKOFF_MS, BASE_BACKOFF_MS * 2 ** attempt));
}

export type Interruption = "lost" | "drained";

export type AfterInterruption =
  | { to: "APPROVED"; retry_in_ms: number }
  | { to: "APPROVED"; quarantined: string }
  | { to: "COMPLETED"; result: "failure" | "unknown"; error: string };

/**
 * What becomes of a task whose worker is gone or gave up in the middle. Pure.
 * Only an executor that allows it is tried again; where nobody can tell what happened the end is `unknown`.
 */
export function afterInterruption(
  task: Pick<TaskRecord, "attempts" | "crashes">,
  why: Interruption,
  executor: { retry: boolean },
  random: number,
): AfterInterruption {
  if (!executor.retry) {
    return {
      to: "COMPLETED",
      result: "unknown",
      error: "The worker stopped in the middle, and this kind of change cannot be tried again safely.",
    };
  }
  const crashes = task.crashes + (why === "lost" ? 1 : 0);
  if (crashes >= MAX_CRASHES) {
    return { to: "APPROVED", quarantined: `its worker was lost ${crashes} times while applying it` };
  }
  if (task.attempts >= MAX_ATTEMPTS) {
    return { to: "COMPLETED", result: "failure", error: `Given up after ${task.attempts} attempts.` };
  }
  return { to: "APPROVED", retry_in_ms: backoffMs(task.attempts, random) };
}
