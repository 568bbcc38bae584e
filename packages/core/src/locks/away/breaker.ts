export type BreakerOptions = {
  monotonicMs: () => number;
  /** From 0 to 1. */
  random: () => number;
  /** So many failures in a row open it. */
  threshold?: number;
  /** The first interval and the longest; each is twice the one before. */
  first_interval_ms?: number;
  max_interval_ms?: number;
};

export type Breaker = ReturnType<typeof createBreaker>;

/** A probe of which nothing was heard for so long is given up. */
const PROBE_MS = 5_000;

/**
 * A circuit breaker: after some failures in a row calls fail at once, and one probe in each interval finds out whether
 * it is over. The probe comes at a random moment of its interval (full jitter: Brooker, "Exponential Backoff And
 * Jitter", 2015), so that many processes don't knock together. Knows no clock but the one it is given.
 */
export function createBreaker(options: BreakerOptions) {
  const { monotonicMs, random, threshold = 3, first_interval_ms = 250, max_interval_ms = 2_000 } = options;
  let failures = 0;
  /** Null while closed. */
  let interval: { start_ms: number; length_ms: number; probe_at_ms: number } | null = null;
  let probingUntilMs = 0;

  function begin(start_ms: number, length_ms: number): void {
    interval = { start_ms, length_ms, probe_at_ms: start_ms + random() * length_ms };
    probingUntilMs = 0;
  }

  return {
    isOpen: (): boolean => interval !== null,
    /** Whether a call may go out; where it is open, true makes the call the probe. */
    allows(): boolean {
      if (!interval) return true;
      const now = monotonicMs();
      if (now < interval.probe_at_ms || now < probingUntilMs) return false;
      probingUntilMs = now + PROBE_MS;
      return true;
    },
    /** A call was answered. */
    succeeded(): void {
      failures = 0;
      interval = null;
    },
    /** A call was not answered. */
    failed(): void {
      const now = monotonicMs();
      if (!interval) {
        failures += 1;
        if (failures >= threshold) begin(now, first_interval_ms);
      } else if (probingUntilMs > 0) {
        const { start_ms, length_ms } = interval;
        begin(Math.max(now, start_ms + length_ms), Math.min(2 * length_ms, max_interval_ms));
      }
      // What went out before it opened and fails now says nothing new.
    },
    /** There is reason to believe that it is over, as after a reconnect: the next call is a probe. */
    hint(): void {
      if (interval && probingUntilMs === 0) interval.probe_at_ms = monotonicMs();
    },
  };
}
