import { compileGlob, compileNameGlob } from "../resources/service.ts";
import type { PolicyEntry } from "./schema.ts";
import { describeWindow, isWithin } from "./time-window.ts";

/** What a policy's conditions are held against. */
export type MatchFacts = {
  /** The task's type. */
  type: string;
  /** Of a rollback: the type of what it brings back. What is decided about that is decided about bringing it back too. */
  original_type?: string | null | undefined;
  /** Canonical keys of all that it touches. */
  keys: readonly string[];
  /** Risk score, 0-100. */
  score: number;
  /** The moment of assessment. */
  at: Date;
};

/** A policy that applies, and why, for people. */
export type PolicyMatch = {
  policy: PolicyEntry;
  why: string;
  /** It speaks of what a rollback brings back: it demands, and waives nothing that was not meant for rollbacks. */
  only_original?: boolean;
};

/**
 * The active policies whose stated conditions all hold (approvals.md, "Policies"): the type fits one of `task_types`,
 * one resource fits one of `resource_patterns`, the score reaches `risk_threshold`, the moment lies in one of
 * `time_windows`. A policy without conditions applies to every task.
 */
export function matchPolicies(policies: readonly PolicyEntry[], facts: MatchFacts): PolicyMatch[] {
  return policies.flatMap((policy) => {
    const why = policy.active ? whyMatches(policy, facts) : null;
    if (why === null) return [];
    return [{ policy, why, ...(fitsType(policy, facts.type) ? {} : { only_original: true }) }];
  });
}

/** Whether it is about tasks of this type; one that names no types is about all. */
function fitsType({ task_types }: PolicyEntry, type: string): boolean {
  return !task_types || task_types.some((pattern) => compileNameGlob(pattern)(type));
}

function whyMatches(
  policy: PolicyEntry,
  { type, original_type, keys, score, at }: MatchFacts,
): string | null {
  const reasons: string[] = [];
  if (policy.task_types) {
    const patternOf = (name: string): string | undefined =>
      policy.task_types?.find((one) => compileNameGlob(one)(name));
    const [own, original] = [patternOf(type), original_type ? patternOf(original_type) : undefined];
    if (own !== undefined) reasons.push(`its type ${type} fits ${own}`);
    else if (original !== undefined) reasons.push(`what it brings back, ${original_type}, fits ${original}`);
    else return null;
  }
  if (policy.resource_patterns) {
    const hit = firstHit(policy.resource_patterns, keys);
    if (!hit) return null;
    reasons.push(`it touches ${hit.key}, which fits ${hit.pattern}`);
  }
  if (policy.risk_threshold !== undefined) {
    if (score < policy.risk_threshold) return null;
    reasons.push(`its risk ${score} is at or above ${policy.risk_threshold}`);
  }
  if (policy.time_windows) {
    const window = policy.time_windows.find((one) => isWithin(one, at));
    if (!window) return null;
    reasons.push(`it falls into ${describeWindow(window)}`);
  }
  return reasons.length === 0 ? "it applies to every task" : reasons.join("; ");
}

function firstHit(patterns: readonly string[], keys: readonly string[]) {
  for (const pattern of patterns) {
    const matches = compileGlob(pattern);
    const key = keys.find(matches);
    if (key !== undefined) return { pattern, key };
  }
  return null;
}
