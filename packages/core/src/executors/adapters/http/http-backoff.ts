const BASE_MS = 500;
const MAX_MS = 30_000;
export const MAX_TRIES = 6;

/** Milliseconds that a `Retry-After` asks for (seconds, or a date); null where it asks for nothing readable. */
export function retryAfterMs(header: string | undefined, nowMs: number): number | null {
  if (header === undefined) return null;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - nowMs);
}

/**
 * Milliseconds before the next try after `tries`: what the other side asks for, else exponential backoff with jitter.
 * `random` is in [0, 1). Pure.
 */
export function waitMs(tries: number, asked: number | null, random: number): number {
  return asked ?? Math.round(Math.min(MAX_MS, BASE_MS * 2 ** (tries - 1)) * (0.5 + random / 2));
}
