import { mayReview } from "../kernel/actor.ts";
import { type DelegationRule, stateAt } from "./match.ts";
import type { Delegate } from "./resolve.ts";

/**
 * What its owner should know about a delegation before a request takes it: that it can go in a circle, or reaches
 * nobody who can answer. Conditions of the others are not compared: two that never hold together are warned of too,
 * and the sentence says "where all of them apply". Pure; `rules` are those of everybody, with or without this one.
 */
export function pitfallsOf(
  rule: DelegationRule,
  rules: readonly DelegationRule[],
  people: readonly Delegate[],
  at: Date,
): string[] {
  const state = stateAt(rule, at);
  if (state === "ended") return ["It has ended already, so it does nothing."];
  const byId = new Map(people.map((person) => [person.id, person]));
  const nameOf = (id: string) => byId.get(id)?.name ?? "somebody unknown";
  const canAnswer = (id: string) => {
    const person = byId.get(id);
    return person?.active === true && mayReview(person);
  };
  const others = rules.filter(
    (other) => other.id !== rule.id && ["in_force", "scheduled"].includes(stateAt(other, at)),
  );
  const paths = rule.cascade
    ? pathsFrom(rule.delegate_to, others)
    : new Map([[rule.delegate_to, [rule.delegate_to]]]);
  const warnings: string[] = [];

  const circle = paths.get(rule.owner_id);
  if (circle) {
    const names = [rule.owner_id, ...circle].map(nameOf).join(" → ");
    warnings.push(
      `${names} is a circle: where all of these delegations apply, ${nameOf(rule.owner_id)} is asked.`,
    );
  }
  const delegate = nameOf(rule.delegate_to);
  const reached = [...paths.keys()].filter((id) => id !== rule.owner_id);
  if (!reached.some(canAnswer)) {
    warnings.push(
      `${delegate} may not review and passes on to nobody who may, so ${nameOf(rule.owner_id)} is still asked.`,
    );
  } else if (!canAnswer(rule.delegate_to)) {
    warnings.push(
      `${delegate} may not review: only what their own delegations pass on goes further, the rest comes back.`,
    );
  }
  if (!canAnswer(rule.owner_id)) {
    warnings.push(
      `${nameOf(rule.owner_id)} may not review, so it only passes on what others delegate to them.`,
    );
  }
  return warnings;
}

/** The shortest way from `start` to everybody who can be reached, by ids, both ends included. */
function pathsFrom(start: string, rules: readonly DelegationRule[]): Map<string, string[]> {
  const paths = new Map([[start, [start]]]);
  const queue = [start];
  for (let here = queue.shift(); here !== undefined; here = queue.shift()) {
    for (const rule of rules) {
      if (rule.owner_id !== here || paths.has(rule.delegate_to)) continue;
      paths.set(rule.delegate_to, [...paths.get(here)!, rule.delegate_to]);
      // Nobody passes on what came by a delegation that does not cascade.
      if (rule.cascade) queue.push(rule.delegate_to);
    }
  }
  return paths;
}
