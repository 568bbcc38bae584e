import { span } from "#lib/time-text.ts";

/** How long one may have to wait, from recent hold times. */
export function waitText({
  estimated_wait_seconds: seconds,
}: {
  estimated_wait_seconds: number | null;
}): string {
  if (seconds === null) return "expected wait not known yet";
  return seconds === 0 ? "expected any moment" : `expected wait about ${span(seconds)}`;
}
