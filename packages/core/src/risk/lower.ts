import type { ResourceRef } from "../resources/schema.ts";
import { canonicalKey } from "../resources/service.ts";
import { actionOf } from "./factors/change-magnitude.ts";
import { countOf } from "./factors/factor-value.ts";
import { touchedResources } from "./factors/touched-resource.ts";
import type { RiskLowering } from "./schema.ts";
import { assessRisk, type RiskFacts, type ScoredRisk } from "./score.ts";

/** What a task without one of its resources would reach, by that resource's canonical key. */
export type ReachWithout = ReadonlyMap<string, RiskFacts["reach"]>;

/** More would be a list nobody reads. */
const SHOWN = 4;
/** A change of this many parts is one that a person can look through. */
const PART = 10;

/**
 * What would lower the score, each alone, the most helpful first: the same rule on facts that differ in one thing. Past
 * failures are taken to stay as they are. Only what lowers the rounded score is told. Pure.
 */
export function lowerings(
  facts: RiskFacts,
  scored: ScoredRisk,
  reachWithout: ReachWithout = new Map(),
): RiskLowering[] {
  const candidates = [
    ...withPreview(facts, scored),
    ...withoutAction(facts, "delete"),
    ...withoutAction(facts, "execute"),
    ...withoutResource(facts, reachWithout),
    ...narrower(facts),
    ...inParts(facts),
  ];
  return candidates
    .map(({ change, facts: changed, at_best = false }) => {
      const { score, level } = assessRisk(changed);
      return { text: `${change} it would be ${score} (${level})${at_best ? " at best" : ""}`, score, level };
    })
    .filter(({ score }) => score < scored.score)
    .sort((one, other) => one.score - other.score)
    .slice(0, SHOWN);
}

type Candidate = { change: string; facts: RiskFacts; at_best?: boolean };

/** A preview counts what really changes; nothing less than the declared actions. */
function withPreview(facts: RiskFacts, scored: ScoredRisk): Candidate[] {
  if (facts.preview) return [];
  const changed = { ...facts, preview: { changes: [] } };
  const magnitude = (risk: ScoredRisk) =>
    Math.round(risk.factors.find(({ name }) => name === "change_magnitude")?.value ?? 0);
  const [now, then] = [magnitude(scored), magnitude(assessRisk(changed))];
  const change = `with a preview the magnitude counts from ${then} instead of ${now}:`;
  return [{ change, facts: changed, at_best: true }];
}

function withoutAction(facts: RiskFacts, action: "delete" | "execute"): Candidate[] {
  const changes = facts.preview?.changes ?? [];
  const dropped = changes.filter((change) => actionOf(change.action) === action).length;
  const isDeclared = facts.resources.some(({ actions }) => actions.includes(action));
  if (dropped === 0 && !isDeclared) return [];
  const name = action === "delete" ? "deletion" : "execution";
  const change = `without the ${dropped > 1 ? countOf(dropped, name) : name}`;
  return [
    {
      change,
      facts: {
        ...facts,
        resources: facts.resources.map((ref) => ({ ...ref, actions: otherActions(ref, action) })),
        preview: facts.preview && { changes: changes.filter((each) => actionOf(each.action) !== action) },
      },
    },
  ];
}

/** A resource is touched for something: what is left of nothing is a write. */
function otherActions({ actions }: ResourceRef, action: string): ResourceRef["actions"] {
  const others = actions.filter((each) => each !== action);
  return others.length > 0 ? others : ["write"];
}

function withoutResource(facts: RiskFacts, reachWithout: ReachWithout): Candidate[] {
  const keys = touchedResources(facts.resources, facts.keys).map(({ key }) => key);
  if (keys.length < 2) return [];
  return keys.flatMap((key) => {
    const reach = reachWithout.get(key);
    if (!reach) return [];
    const isOther = (ref: Parameters<typeof canonicalKey>[0]) => canonicalKey(ref) !== key;
    const left: RiskFacts = {
      ...facts,
      reach,
      resources: facts.resources.filter(isOther),
      keys: facts.keys.filter((each) => each !== key),
      catalogue: facts.catalogue.filter((fact) => fact.key !== key),
      preview: facts.preview && {
        changes: facts.preview.changes.filter(({ resource }) => !resource || isOther(resource)),
      },
    };
    return [{ change: `without ${key}`, facts: left }];
  });
}

function narrower(facts: RiskFacts): Candidate[] {
  const wide = (["global", "cluster"] as const).find((scope) =>
    facts.resources.some((ref) => ref.scope === scope),
  );
  if (!wide) return [];
  const resources = facts.resources.map((ref) => ({ ...ref, scope: "namespace" as const }));
  return [{ change: `with the scope namespace instead of ${wide}`, facts: { ...facts, resources } }];
}

function inParts(facts: RiskFacts): Candidate[] {
  const changes = facts.preview?.changes ?? [];
  if (changes.length <= PART) return [];
  return [
    {
      change: `in parts of ${PART} changes instead of ${changes.length}`,
      facts: { ...facts, preview: { changes: changes.slice(0, PART) } },
      at_best: true,
    },
  ];
}
