import type { Violation } from "./check.ts";
import type { Acquire, Fault, Folded } from "./history.ts";

type Span = { from: number; until: number };

/**
 * While somebody waits for a key it does not lie idle: from when nobody holds it to the next grant no more passes than
 * `stall_ms`, faults and the recovery from them apart. Pure.
 */
export function stalledKeys(
  acquires: readonly Acquire[],
  { faults, ended_ms }: Pick<Folded, "faults" | "ended_ms">,
  { stall_ms, recovery_ms }: { stall_ms: number; recovery_ms: number },
): Violation[] {
  const holds = acquires.filter(({ hold }) => hold !== null).map(heldBy);
  const idle = gaps(holds, ended_ms).filter(({ from, until }) => until - from > stall_ms);
  if (idle.length === 0) return [];
  const waits = acquires
    .filter(({ queued_ms, outcome }) => queued_ms !== null && (outcome === "ok" || outcome === "fail"))
    .map(({ queued_ms, ended_ms: until, client, key }) => ({ from: queued_ms!, until, client, key }));
  const excused = faults.map((fault) => outageOf(fault, recovery_ms));
  return idle.flatMap(({ from, until }) => {
    for (const wait of waits) {
      const span = { from: Math.max(from, wait.from), until: Math.min(until, wait.until) };
      const stalled = longest(span, excused);
      if (stalled <= stall_ms) continue;
      const { key, client } = wait;
      const sentence = `${client} waited for ${key} ${Math.round(stalled)} ms while nobody held it.`;
      return [{ rule: "stalled" as const, key, at_ms: span.from, sentence }];
    }
    return [];
  });
}

/** Every call of a client that lives is answered: within the time that it may wait and `answer_ms`. Pure. */
export function unansweredCalls(
  acquires: readonly Acquire[],
  { faults, ended_ms }: Pick<Folded, "faults" | "ended_ms">,
  { answer_ms, recovery_ms }: { answer_ms: number; recovery_ms: number },
): Violation[] {
  return acquires.flatMap(({ outcome, invoked_ms, wait_ms, key, client, ended_ms: answered_ms }) => {
    // Whoever was killed is answered no more, and its client's name is known from the fault.
    if (outcome === "open" && faults.some(({ name }) => isDeathOf(name, client))) return [];
    const late = { from: invoked_ms + wait_ms, until: Math.min(answered_ms, ended_ms) };
    const excused = faults.map((fault) => outageOf(fault, recovery_ms));
    if (longest(late, excused) <= answer_ms) return [];
    const sentence = `${client} had no answer about ${key} ${Math.round(late.until - late.from)} ms after its wait was over.`;
    return [{ rule: "never-answered" as const, key, at_ms: late.from, sentence }];
  });
}

/** The name of the fault that ends a client (or the process that its name begins with) for good. */
export const deathOf = (client: string): string => `death of ${client}`;
const isDeathOf = (name: string, client: string): boolean =>
  name === deathOf(client) || (name.startsWith("death of ") && client.startsWith(`${name.slice(9)}/`));

function heldBy({ hold, invoked_ms, ttl_ms }: Acquire): Span {
  const { granted_ms = invoked_ms, renewed = null, release = null } = hold ?? {};
  const expires = Math.max(granted_ms, renewed?.ended_ms ?? 0) + ttl_ms;
  return { from: granted_ms, until: release?.outcome === "ok" ? release.ended_ms : expires };
}

/** Where none of the spans is, from the end of the first to `end`. */
function gaps(spans: readonly Span[], end: number): Span[] {
  const found: Span[] = [];
  let covered = Number.NEGATIVE_INFINITY;
  for (const { from, until } of spans.toSorted((a, b) => a.from - b.from)) {
    if (from > covered) found.push({ from: covered, until: from });
    covered = Math.max(covered, until);
  }
  return end > covered ? [...found, { from: covered, until: end }] : found;
}

const outageOf = ({ at_ms, healed_ms, recovery_ms }: Fault, usual_ms: number): Span => ({
  from: at_ms,
  until: healed_ms + (recovery_ms ?? usual_ms),
});

/** How long the longest part of a span is that lies in no excuse. */
function longest(span: Span, excused: readonly Span[]): number {
  let [from, best] = [span.from, 0];
  for (const excuse of excused.toSorted((a, b) => a.from - b.from)) {
    if (excuse.until <= from || excuse.from >= span.until) continue;
    best = Math.max(best, excuse.from - from);
    from = Math.max(from, excuse.until);
  }
  return Math.max(best, span.until - from);
}
