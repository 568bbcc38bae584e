import type { TaskRecord } from "../tasks/service.ts";

/** Attempts a task gets in all; after that it ends (lifecycle.md). */
export const MAX_ATTEMPTS = 5;
/** A task that killed its worker this often is held back until an admin looks at it. */
export const MAX_CRASHES = 3;
const BASE_BACKOFF_MS = 1_000;
const MAX_BACKOFF_MS = 60_000;
const MIN_RECHECK_MS = 3_000;
const MAX_RECHECK_MS = 20_000;

/**
 * Milliseconds until the next attempt: exponential backoff with full jitter (Brooker, "Exponential Backoff And
 * Jitter", AWS Architecture Blog, 2015). `random` is in [0, 1).
 */
export function backoffMs(attempt: number, random: number): number {
  return Math.floor(random * Math.min(MAX_BACKOFF_MS, BASE_BACKOFF_MS * 2 ** attempt));
}

/**
 * Milliseconds until a blocked task looks at its lock by itself. A release is told at once, so this is only for a
 * lost message, and the longer a task has waited, the seldomer it asks.
 */
export function recheckMs(waitedMs: number, random: number): number {
  const full = Math.min(MAX_RECHECK_MS, Math.max(MIN_RECHECK_MS, waitedMs / 2));
  return Math.floor(full * (0.5 + random / 2));
}

const LEAST_ROLLBACK_SECONDS = 60;

/** How long rolling a task back may take: as long as applying it, but at least a minute. */
export function rollbackSeconds({ timeout_seconds }: { timeout_seconds: number }): number {
  return Math.max(LEAST_ROLLBACK_SECONDS, timeout_seconds);
}

/**
 * Why it could not be found out how things stand before an attempt: `passing` may be over by itself (a busy server, an
 * answer that took too long), `lasting` may not, and of `unknown` its executor knows that nobody can ever tell.
 */
export type TroubleKind = "passing" | "lasting" | "unknown";

/** How often in a row it is looked. With jittered waits of up to a minute, what passes has half an hour for it. */
const MAX_LOOKS: Record<TroubleKind, number> = { passing: 60, lasting: MAX_ATTEMPTS, unknown: 1 };

/**
 * Milliseconds until it is looked again how things stand; null where that is given up. Pure. `looks` counts those
 * before this one that failed too. Before a first attempt nothing has been done: what lasts is for people at once.
 */
export function lookAgainMs(
  kind: TroubleKind,
  { looks, isFirst }: { looks: number; isFirst: boolean },
  random: number,
): number | null {
  const most = isFirst && kind === "lasting" ? 1 : MAX_LOOKS[kind];
  return looks + 1 >= most ? null : backoffMs(looks + 1, random);
}

/**
 * `died`: the worker is gone, found by the watchdog. `lost`: it lives, but a lock of the attempt is gone.
 * `drained`: it is being stopped.
 */
export type Interruption = "died" | "lost" | "drained";

export type AfterInterruption =
  | { to: "APPROVED"; retry_in_ms: number; reason: string }
  /** Held back until an admin looks. */
  | { to: "APPROVED"; retry_in_ms: null; reason: string }
  | { to: "COMPLETED"; result: "failure" | "unknown"; error: string };

const REASONS: Record<Interruption, string> = {
  died: "its worker was lost while applying it",
  lost: "a lock was lost while applying it",
  drained: "its worker was stopped",
};

/**
 * What becomes of a task whose attempt ended in the middle. Pure.
 * Only an executor that allows it is tried again, and nothing that an admin wanted stopped; where nobody can tell
 * what happened the end is `unknown`. `failure` it is only where its worker lives and holds its locks: then what was
 * done is rolled back by its strategy.
 */
export function afterInterruption(
  task: Pick<TaskRecord, "attempts" | "crashes" | "abort_requested_at">,
  why: Interruption,
  executor: { retry: boolean },
  random: number,
): AfterInterruption {
  if (task.abort_requested_at) {
    const error = `An admin aborted it, and ${REASONS[why]}: nobody can tell how far it came.`;
    return { to: "COMPLETED", result: "unknown", error };
  }
  if (!executor.retry) {
    const error = `It stopped in the middle (${REASONS[why]}), and this kind of change cannot be tried again safely.`;
    return { to: "COMPLETED", result: "unknown", error };
  }
  const crashes = task.crashes + (why === "died" ? 1 : 0);
  if (crashes >= MAX_CRASHES) {
    return {
      to: "APPROVED",
      retry_in_ms: null,
      reason: `its worker was lost ${crashes} times while applying it`,
    };
  }
  if (task.attempts >= MAX_ATTEMPTS) {
    const what = `Given up after ${task.attempts} attempts`;
    return why === "drained"
      ? { to: "COMPLETED", result: "failure", error: `${what}.` }
      : {
          to: "COMPLETED",
          result: "unknown",
          error: `${what}: ${REASONS[why]}, and nobody can tell how far it came.`,
        };
  }
  const retry_in_ms = why === "drained" ? 0 : backoffMs(task.attempts, random);
  return { to: "APPROVED", retry_in_ms, reason: REASONS[why] };
}
