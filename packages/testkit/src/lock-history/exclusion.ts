import type { Violation } from "./check.ts";
import type { Acquire, Write } from "./history.ts";

/**
 * At the sink nobody writes after a later grant did: an exclusive token comes after everything accepted, a shared one
 * (which only reads) after every exclusive one. Pure.
 */
export function staleWrites(writes: readonly Write[]): Violation[] {
  const violations: Violation[] = [];
  let [exclusive, any] = [0, 0];
  for (const { key, at_ms, accepted, mode, token, client } of writes) {
    if (!accepted) continue;
    const after = mode === "exclusive" ? any : exclusive;
    if (token < after) {
      const sentence = `${client} wrote to ${key} under token ${token} after token ${after} had.`;
      violations.push({ rule: "stale-write", key, at_ms, sentence });
    }
    any = Math.max(any, token);
    if (mode === "exclusive") exclusive = Math.max(exclusive, token);
  }
  return violations;
}

/** When a holder believes that it holds: from the answer until it lets go, is told, or stops trusting its lease. */
function trustOf({ hold }: Acquire): { from: number; until: number } | null {
  if (!hold) return null;
  const released = hold.release?.invoked_ms ?? Number.POSITIVE_INFINITY;
  return { from: hold.granted_ms, until: Math.min(hold.trusted_until_ms, released, hold.lost_ms) };
}

/** No two holders of one key trust at once, unless both share it. Pure. */
export function overlappingTrust(acquires: readonly Acquire[]): Violation[] {
  const trusted = acquires
    .flatMap((acquire) => {
      const trust = trustOf(acquire);
      return trust && trust.until > trust.from ? [{ acquire, ...trust }] : [];
    })
    .sort((a, b) => a.from - b.from);
  const violations: Violation[] = [];
  type Trust = (typeof trusted)[number];
  let [lastExclusive, lastShared]: (Trust | null)[] = [null, null];
  for (const now of trusted) {
    const isExclusive = now.acquire.mode === "exclusive";
    for (const before of isExclusive ? [lastExclusive, lastShared] : [lastExclusive]) {
      if (!before || before.until <= now.from) continue;
      const { key, client, hold } = now.acquire;
      const sentence = `${client} held ${key} under token ${hold?.token} while ${before.acquire.client} still trusted token ${before.acquire.hold?.token} for ${Math.ceil(before.until - now.from)} ms.`;
      violations.push({ rule: "two-holders", key, at_ms: now.from, sentence });
    }
    if (isExclusive && now.until > (lastExclusive?.until ?? 0)) lastExclusive = now;
    if (!isExclusive && now.until > (lastShared?.until ?? 0)) lastShared = now;
  }
  return violations;
}
