import { isCoded } from "./errors.ts";

const FIRST_MS = 200;
const LONGEST_MS = 5_000;

/**
 * How long to wait before a call that may be repeated is sent again; null where asking again would change nothing.
 * Again after no answer, and where the server said when to come back (429, 503, and 409 while the first call with the
 * same Idempotency-Key is under way). Full jitter, on top of what the server asked for. Pure but for `random` in [0, 1).
 */
export function retryDelayMs(error: unknown, tries: number, random: () => number): number | null {
  if (!isCoded(error)) return null;
  const { code, status, retryAfterSeconds = 0 } = error;
  const isInvited = error.retryAfterSeconds !== undefined && [409, 429, 503].includes(status);
  if (code !== "NO_ANSWER" && !isInvited) return null;
  const jitterMs = random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** (tries - 1));
  return retryAfterSeconds * 1000 + jitterMs;
}

/** Resolves after a delay, or at once when the signal is aborted. */
export function pause(delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, delayMs);
    signal?.addEventListener("abort", done, { once: true });
  });
}
