import type { RiskHistory } from "../schema.ts";
import { countOf, type FactorValue } from "./factor-value.ts";

/**
 * The prior Beta(0.5, 4.5): before anything is known, one task in ten is expected to fail, and that expectation weighs
 * as much as five tasks.
 */
const PRIOR = { failures: 0.5, successes: 4.5 };

/** How far back the history goes, in days. */
export const HISTORY_DAYS = 90;

/**
 * The failure rate of completed tasks of this type on these resources, as the mean of a Beta posterior,
 * `100 * (failures + 0.5) / (completed + 5)`: one failure out of one is 25 rather than 100, none out of none is 10,
 * ten out of ten is 70. A Beta prior rather than a Wilson lower bound, because that bound calls the unknown safe (0
 * where nothing has run yet). One more failure never lowers it, one more success never raises it.
 */
export function historicalFailureRate({ failures, completed }: RiskHistory): FactorValue {
  const value = (100 * (failures + PRIOR.failures)) / (completed + PRIOR.failures + PRIOR.successes);
  const explanation =
    completed === 0
      ? `no task of this type ended on these resources in ${HISTORY_DAYS} days; one failure in ten is assumed`
      : `${failures} of ${countOf(completed, "task")} of this type on these resources failed in ${HISTORY_DAYS} days`;
  return { value, explanation };
}
