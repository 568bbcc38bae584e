import { overlappingTrust, staleWrites } from "./exclusion.ts";
import { type Folded, fold, type History } from "./history.ts";
import { stalledKeys, unansweredCalls } from "./liveness.ts";
import { overtakes } from "./order.ts";
import { notAsARegister, unexplainedRefusals } from "./register.ts";

/** Something that must not happen, with enough to find it in the history. */
export type Violation = {
  rule:
    | "stale-write"
    | "two-holders"
    | "token-again"
    | "not-linearisable"
    | "refused-while-free"
    | "overtaken"
    | "stalled"
    | "never-answered";
  key: string;
  at_ms: number;
  sentence: string;
};

export type CheckOptions = {
  /** Clocks of Redis and of clients are compared in whole milliseconds, and run apart a little. */
  tolerance_ms?: number;
  /** A key for which somebody waits is granted again within so long. */
  stall_ms?: number;
  /** So long after a fault healed what it left behind may last: grace, lock delay, backoff. */
  recovery_ms?: number;
  /** A call is answered so long after the longest that it may wait. */
  answer_ms?: number;
};

export type Verdict = {
  operations: number;
  keys: number;
  grants: number;
  waits: number;
  writes: number;
  /** Writes that the fence refused. */
  refused_writes: number;
  faults: number;
  overtakes: number;
  violations: Violation[];
};

const DEFAULTS = { tolerance_ms: 5, stall_ms: 3_000, recovery_ms: 10_000, answer_ms: 10_000 };

/**
 * Judges a history of locks: mutual exclusion at the sink by fence order and among holders by trusted intervals, growing
 * tokens, each key linearisable as one register, first come first served within a priority, and nobody starved. Pure.
 *
 * Each check sorts and sweeps once: the order of tokens is a witness of the order of grants, so nothing is searched, and
 * a million operations take seconds. (General linearisability is NP-complete: Gibbons and Korach, 1997.)
 */
export function checkHistory(history: History, options: CheckOptions = {}): Verdict {
  const settings = { ...DEFAULTS, ...options };
  const folded = fold(history);
  const overtaken = perKey(folded, (key) => overtakes(key.acquires, folded.faults));
  const violations = [
    ...perKey(folded, ({ writes }) => staleWrites(writes)),
    ...perKey(folded, ({ acquires }) => overlappingTrust(acquires)),
    ...perKey(folded, ({ acquires }) => notAsARegister(acquires, settings.tolerance_ms)),
    ...perKey(folded, ({ acquires }) => unexplainedRefusals(acquires, folded.faults, settings)),
    ...overtaken,
    ...perKey(folded, ({ acquires }) => stalledKeys(acquires, folded, settings)),
    ...perKey(folded, ({ acquires }) => unansweredCalls(acquires, folded, settings)),
  ];
  violations.sort((a, b) => a.at_ms - b.at_ms);
  return { ...count(folded), overtakes: overtaken.length, violations };
}

type OfKey = Folded["keys"] extends Map<string, infer V> ? V : never;

function perKey(folded: Folded, check: (key: OfKey) => Violation[]): Violation[] {
  return [...folded.keys.values()].flatMap(check);
}

function count({ operations, keys, faults }: Folded) {
  let [grants, waits, writes, refused_writes] = [0, 0, 0, 0];
  for (const of of keys.values()) {
    for (const acquire of of.acquires) {
      if (acquire.hold) grants += 1;
      if (acquire.queued_ms !== null) waits += 1;
    }
    for (const { accepted } of of.writes) {
      writes += 1;
      if (!accepted) refused_writes += 1;
    }
  }
  return { operations, keys: keys.size, grants, waits, writes, refused_writes, faults: faults.length };
}
