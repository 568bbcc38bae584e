import type { Violation } from "./check.ts";
import type { Acquire, Fault } from "./history.ts";

/**
 * Overtakes on one key: grants to those who asked after another, of the same or a higher priority, knew its place, and
 * who got it before. A place is gone with the memory of Redis, and a turn with a grant that nobody heard of, so a wait
 * through such a fault promises nothing. Pure.
 */
export function overtakes(acquires: readonly Acquire[], faults: readonly Fault[]): Violation[] {
  const losses = faults.filter(({ loses, unheard }) => loses || unheard);
  const isLost = (from: number, until: number): boolean =>
    losses.some(({ at_ms, healed_ms }) => at_ms <= until && healed_ms >= from);
  const granted = acquires
    .flatMap((acquire) => (acquire.hold ? [{ ...acquire, hold: acquire.hold }] : []))
    .sort((a, b) => a.hold.token - b.hold.token);
  const priorities = [...new Set(granted.map(({ priority }) => priority))];
  /** Of each priority, who was granted so far and had asked last. */
  const newest = new Map<number, Acquire>();
  const violations: Violation[] = [];
  for (const waited of granted) {
    const { key, client, invoked_ms, queued_ms, ended_ms, priority, hold } = waited;
    // From the call on: the answer that tells a place can be older than the loss that took it.
    if (queued_ms !== null && !isLost(invoked_ms, ended_ms)) {
      for (const other of priorities.filter((level) => level <= priority)) {
        const first = newest.get(other);
        if (!first || first.invoked_ms <= queued_ms) continue;
        const sentence = `${first.client} asked for ${key} ${Math.ceil(first.invoked_ms - queued_ms)} ms after ${client} (token ${hold.token}) knew its place, and had it before (token ${first.hold?.token}).`;
        violations.push({ rule: "overtaken", key, at_ms: hold.granted_ms, sentence });
        break;
      }
    }
    if (waited.invoked_ms > (newest.get(priority)?.invoked_ms ?? 0)) newest.set(priority, waited);
  }
  return violations;
}
