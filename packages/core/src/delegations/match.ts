import { compileGlob, compileNameGlob } from "../resources/service.ts";
import type { DelegationConditions, DelegationState } from "./schema.ts";

/** A delegation as it is decided on. Times are ISO text, to the microsecond. */
export type DelegationRule = {
  id: string;
  owner_id: string;
  delegate_to: string;
  conditions: DelegationConditions;
  cascade: boolean;
  starts_at: string | null;
  expires_at: string | null;
  active: boolean;
};

/** What a delegation's conditions are held against. */
export type DelegationFacts = {
  /** The task's type. */
  type: string;
  /** Canonical keys of all that it touches. */
  keys: readonly string[];
  /** Risk score, 0-100. */
  score: number;
  tags: readonly string[];
  /** The moment of asking; ISO text where milliseconds are not enough. */
  at: Date | string;
  /** Author, last editor and the owners of agents among them. */
  makers: readonly string[];
};

/** Whether a delegation applies and why, in words; `rank` orders those of one owner, the most specific first. */
export type Fit = { applies: boolean; why: string; rank: readonly [stated: number, literals: number] };

/** Microseconds since 1970, exact: a Date ends at milliseconds, a delegation does not. */
export function microsecondsOf(at: Date | string): number {
  if (at instanceof Date) return at.getTime() * 1000;
  const [, whole = at, fraction = "", zone = ""] = /^([^.]+)\.(\d+)(.*)$/.exec(at) ?? [];
  return Date.parse(whole + zone) * 1000 + Number(fraction.slice(0, 6).padEnd(6, "0"));
}

/** Where a delegation stands at a moment. It holds from `starts_at` on and at `expires_at` no more. */
export function stateAt(
  rule: Pick<DelegationRule, "active" | "starts_at" | "expires_at">,
  at: Date | string,
): DelegationState {
  const now = microsecondsOf(at);
  if (!rule.active) return "off";
  if (rule.expires_at !== null && microsecondsOf(rule.expires_at) <= now) return "ended";
  return rule.starts_at !== null && microsecondsOf(rule.starts_at) > now ? "scheduled" : "in_force";
}

const OUT_OF_FORCE: Record<Exclude<DelegationState, "in_force">, string> = {
  off: "it is switched off",
  ended: "it has ended",
  scheduled: "it has not begun yet",
};

/** Holds a delegation against a change. Pure; all stated conditions must hold. */
export function fitOf(rule: DelegationRule, facts: DelegationFacts): Fit {
  const state = stateAt(rule, facts.at);
  const not = (why: string): Fit => ({ applies: false, why, rank: [0, 0] });
  if (state !== "in_force") return not(OUT_OF_FORCE[state]);
  const { task_types, resource_patterns, risk_above, namespaces, tags } = rule.conditions;
  const reasons: string[] = [];
  let literals = 0;
  const lists = [
    hit(TYPE, task_types, [facts.type], compileNameGlob),
    hit(RESOURCE, resource_patterns, facts.keys, compileGlob),
    hit(NAMESPACE, namespaces, facts.keys.map(namespaceOf), compileNameGlob),
    hit(TAG, tags, facts.tags, compileNameGlob),
  ];
  for (const list of lists) {
    if (list === null) continue;
    if ("missed" in list) return not(list.missed);
    reasons.push(list.why);
    literals += list.literals;
  }
  if (risk_above !== undefined) {
    if (facts.score <= risk_above) return not(`its risk ${facts.score} is not above ${risk_above}`);
    reasons.push(`its risk ${facts.score} is above ${risk_above}`);
    literals += risk_above / 100;
  }
  const why = reasons.length === 0 ? "it holds for every change" : reasons.join("; ");
  return { applies: true, why, rank: [reasons.length, literals] };
}

/** More conditions first, then the longer patterns, then the newer delegation (ids sort by time). */
export function bySpecificity<T extends { rule: DelegationRule; fit: Fit }>(a: T, b: T): number {
  return b.fit.rank[0] - a.fit.rank[0] || b.fit.rank[1] - a.fit.rank[1] || (a.rule.id < b.rule.id ? 1 : -1);
}

/** How a list of patterns is told of: the text that is one of them, that fits one, and that none fits. */
type Words = { is: (text: string) => string; fits: (text: string, pattern: string) => string; none: string };

const TYPE: Words = {
  is: (text) => `its type is ${text}`,
  fits: (text, pattern) => `its type ${text} fits ${pattern}`,
  none: "its type fits none of",
};
const RESOURCE: Words = {
  is: (text) => `it touches ${text}`,
  fits: (text, pattern) => `it touches ${text}, which fits ${pattern}`,
  none: "no resource of it fits",
};
const NAMESPACE: Words = {
  is: (text) => `it is in the namespace ${text}`,
  fits: (text, pattern) => `its namespace ${text} fits ${pattern}`,
  none: "no namespace of it fits",
};
const TAG: Words = {
  is: (text) => `it has the tag ${text}`,
  fits: (text, pattern) => `its tag ${text} fits ${pattern}`,
  none: "no tag of it fits",
};

type Hit = { why: string; literals: number } | { missed: string };

/** The longest of the patterns that fits one of the texts; null where no pattern is stated. */
function hit(
  words: Words,
  patterns: readonly string[] | undefined,
  texts: readonly string[],
  compile: (pattern: string) => (text: string) => boolean,
): Hit | null {
  if (!patterns) return null;
  let best: { why: string; literals: number } | null = null;
  for (const pattern of patterns) {
    const text = texts.find(compile(pattern));
    const literals = pattern.replace(/[*?]/g, "").length;
    if (text === undefined || (best && best.literals >= literals)) continue;
    best = { why: text === pattern ? words.is(text) : words.fits(text, pattern), literals };
  }
  return best ?? { missed: `${words.none} ${listed(patterns)}` };
}

function listed(texts: readonly string[]): string {
  const shown = texts.slice(0, 3).join(", ");
  return texts.length > 3 ? `${shown} and ${texts.length - 3} more` : shown;
}

/** The namespace of a canonical key `type:namespace/id`. */
function namespaceOf(key: string): string {
  return key.slice(key.indexOf(":") + 1, key.indexOf("/"));
}
