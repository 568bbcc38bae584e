const FIRST_MS = 500;
const MOST_MS = 30_000;

/** How long to wait before the next start: half a second after the first crash in a row, doubling up to 30 s. */
export function backoffMs(crashesInARow: number): number {
  return Math.min(MOST_MS, FIRST_MS * 2 ** Math.max(0, crashesInARow - 1));
}
