import type { CatalogueFact, Reach, ResourceRef } from "../resources/schema.ts";
import { blastRadius } from "./factors/blast-radius.ts";
import { changeMagnitude, type PreviewedChange } from "./factors/change-magnitude.ts";
import type { FactorValue } from "./factors/factor-value.ts";
import { historicalFailureRate } from "./factors/historical-failure-rate.ts";
import { resourceCriticality } from "./factors/resource-criticality.ts";
import { touchedResources } from "./factors/touched-resource.ts";
import {
  RISK_FACTORS,
  type RiskAssessment,
  type RiskFactor,
  type RiskFactorName,
  type RiskHistory,
  type RiskSettings,
} from "./schema.ts";
import { DEFAULT_RISK_SETTINGS, levelOf } from "./settings.ts";

/** The facts that a score is made of. */
export type RiskFacts = {
  /** As the task declares them. */
  resources: readonly ResourceRef[];
  /** Canonical keys of all that it touches, the executor's findings with them. */
  keys: readonly string[];
  /** What the catalogue says of those keys; a missing one counts as unknown. */
  catalogue: readonly CatalogueFact[];
  /** null where there is none: `worst_case` counts. */
  preview: { readonly changes: readonly PreviewedChange[] } | null;
  /** The greatest change magnitude (0-100) that the task's type can have. */
  worst_case: number;
  reach: Pick<Reach, "resources" | "services" | "via" | "truncated">;
  history: RiskHistory;
  settings?: RiskSettings;
};

/**
 * The same factors weighed by other settings: their values are what was found then, and stay.
 */
export function reweigh(
  factors: readonly Pick<RiskFactor, "name" | "value">[],
  { weights, bands }: RiskSettings,
): Pick<ScoredRisk, "score" | "level"> {
  const score = scoreOf(factors.map(({ name, value }) => weights[name] * value));
  return { score, level: levelOf(score, bands) };
}

/** The sum of the contributions, rounded, 0-100. */
function scoreOf(contributions: readonly number[]): number {
  const sum = contributions.reduce((total, contribution) => total + contribution, 0);
  return Math.min(100, Math.max(0, Math.round(sum)));
}

/** An assessment before policies have said whether they would waive review. */
export type ScoredRisk = Omit<RiskAssessment, "auto_approvable" | "lower" | "learned_probability">;

/**
 * The risk of a task (risk.md): weighted sum of four factors, rounded to an integer 0-100, with every factor's weight,
 * value, unrounded contribution and a sentence. Monotone: no further resource, change, deletion, dependent or failure
 * lowers it.
 *
 * @throws INVALID_RESOURCE_NAME where a resource or key is no name
 */
export function assessRisk(facts: RiskFacts): ScoredRisk {
  const { weights, bands } = facts.settings ?? DEFAULT_RISK_SETTINGS;
  const resources = touchedResources(facts.resources, facts.keys);
  const values: Record<RiskFactorName, FactorValue> = {
    resource_criticality: resourceCriticality(resources, facts.catalogue),
    change_magnitude: changeMagnitude(resources, facts.preview, facts.worst_case),
    blast_radius: blastRadius(facts.reach),
    historical_failure_rate: historicalFailureRate(facts.history),
  };
  const factors = RISK_FACTORS.map((name) => {
    const { value, explanation } = values[name];
    const weight = weights[name];
    return { name, weight, value, contribution: weight * value, explanation };
  });
  const score = scoreOf(factors.map(({ contribution }) => contribution));
  return { score, level: levelOf(score, bands), factors };
}
