import type { Violation } from "./check.ts";
import type { Acquire, Fault } from "./history.ts";

/**
 * Whether one key's grants and releases can have happened one after the other on a single lock, each at a moment within
 * its call. The tokens say in which order the grants did, so every grant is put as early as it can be; one that would
 * have to come after its own answer has no place. A release that was not answered, and a lease that ran out, may have
 * ended a hold; an acquire that was not answered may have happened or not and constrains nobody. Pure.
 */
export function notAsARegister(acquires: readonly Acquire[], tolerance_ms: number): Violation[] {
  const violations: Violation[] = [];
  const grants = acquires
    .flatMap((acquire) => (acquire.hold ? [{ acquire, hold: acquire.hold }] : []))
    .sort((a, b) => a.hold.token - b.hold.token);
  let before = { token: Number.NaN, at_ms: Number.NEGATIVE_INFINITY };
  let [exclusiveEnd, anyEnd] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { acquire, hold } of grants) {
    const { key, mode, client } = acquire;
    if (hold.token === before.token || !Number.isSafeInteger(hold.token)) {
      const sentence = `${client} was granted ${key} under token ${hold.token}, which is not a new one.`;
      violations.push({ rule: "token-again", key, at_ms: hold.granted_ms, sentence });
    }
    const free = mode === "exclusive" ? anyEnd : exclusiveEnd;
    const at_ms = Math.max(acquire.invoked_ms, before.at_ms, free);
    if (at_ms > hold.granted_ms + tolerance_ms) {
      const sentence = `${client} had ${key} under token ${hold.token} ${Math.ceil(at_ms - hold.granted_ms)} ms before the grants with lower tokens could have been over.`;
      violations.push({ rule: "not-linearisable", key, at_ms: hold.granted_ms, sentence });
    }
    before = { token: hold.token, at_ms: Math.min(at_ms, hold.granted_ms) };
    const end = earliestEnd(acquire, before.at_ms);
    anyEnd = Math.max(anyEnd, end);
    if (mode === "exclusive") exclusiveEnd = Math.max(exclusiveEnd, end);
  }
  return violations;
}

/** When a hold that began at `from_ms` can have been over at the earliest. */
function earliestEnd({ hold, ttl_ms }: Acquire, from_ms: number): number {
  const expires = Math.max(from_ms, hold?.renewed?.invoked_ms ?? 0) + ttl_ms;
  const release = hold?.release;
  if (!release || release.outcome === "fail") return expires;
  return Math.min(expires, Math.max(release.invoked_ms, from_ms));
}

/** When it was over at the latest, as far as anybody can tell. */
function latestEnd({ hold, ttl_ms, ended_ms, outcome }: Acquire): number {
  if (outcome === "fail") return ended_ms;
  if (hold?.release?.outcome === "ok") return hold.release.ended_ms;
  const known = Math.max(ended_ms, hold?.renewed?.ended_ms ?? 0, hold?.release?.ended_ms ?? 0);
  return known + ttl_ms;
}

/** What else keeps a key from being granted after its holder is gone: it is swept once a second. */
const SWEEP_MS = 2_000;

/** A try that was refused needs somebody who held, waited or asked at that time, or a fault. Pure. */
export function unexplainedRefusals(
  acquires: readonly Acquire[],
  faults: readonly Fault[],
  { recovery_ms }: { recovery_ms: number },
): Violation[] {
  const byStart = acquires.toSorted((a, b) => a.invoked_ms - b.invoked_ms);
  const refused = byStart
    .filter(({ code }) => code === "RESOURCE_LOCKED")
    .sort((a, b) => a.ended_ms - b.ended_ms);
  const violations: Violation[] = [];
  // The two that last longest of those that began so far: one of them may be the refused call itself.
  let [first, second]: ({ call: string; until: number } | null)[] = [null, null];
  let next = 0;
  for (const refusal of refused) {
    for (; next < byStart.length && byStart[next]!.invoked_ms <= refusal.ended_ms; next += 1) {
      const lasting = { call: byStart[next]!.call, until: latestEnd(byStart[next]!) + SWEEP_MS };
      if (lasting.until > (first?.until ?? 0)) [first, second] = [lasting, first];
      else if (lasting.until > (second?.until ?? 0)) second = lasting;
    }
    const other = first?.call === refusal.call ? second : first;
    if (other && other.until >= refusal.invoked_ms) continue;
    const isFaulty = faults.some(
      ({ at_ms, healed_ms }) => at_ms <= refusal.ended_ms && healed_ms + recovery_ms >= refusal.invoked_ms,
    );
    if (isFaulty) continue;
    const { key, client, ended_ms } = refusal;
    const sentence = `${client} was refused ${key} although nobody can have held it.`;
    violations.push({ rule: "refused-while-free", key, at_ms: ended_ms, sentence });
  }
  return violations;
}
