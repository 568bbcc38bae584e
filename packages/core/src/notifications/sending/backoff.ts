/** As Standard Webhooks recommends: soon at first, then over a day, so that an outage of a night costs nothing. */
const WAITS_SECONDS = [5, 30, 300, 1_800, 7_200, 18_000, 36_000];

/**
 * Milliseconds until the next attempt after `attempts` were made, or null where it is given up. Up to a fifth is added
 * by `random` (in [0, 1)), so that what failed together does not come back together.
 */
export function nextAttemptMs(attempts: number, random: number): number | null {
  const seconds = WAITS_SECONDS[attempts - 1];
  return seconds === undefined ? null : Math.round(seconds * 1000 * (1 + random / 5));
}
