import { wilson } from "../calibration.ts";
import { type LearnedModel, RISK_FACTORS, type RiskFactor } from "../schema.ts";
import { fitLogistic, predict, type Sample, type Weights } from "./logistic.ts";

/** A task that was applied, with the factors that were found before it was. */
export type AppliedTask = { factors: readonly Pick<RiskFactor, "name" | "value">[]; failed: boolean };

/** The last quarter by time is held out: a model is to be judged by what came after it. */
const HELD_OUT = 0.25;
const LEAST = { tasks: 100, failures: 15, held_out_failures: 5 };
/** Draws weights that little speaks for towards none. */
const RIDGE = 1;
const GROUPS = 5;

type Untimed = Omit<LearnedModel, "trained_at">;

/**
 * A model of failure over the four factors (risk.md, "Beyond"): trained on the older three quarters of what was applied,
 * judged on the rest. `tasks` come oldest first. Where there is too little to learn from it says so, and there are no
 * weights. Pure.
 */
export function train(tasks: readonly AppliedTask[]): Untimed {
  const samples = tasks.map(({ factors, failed }): Sample => ({ x: featuresOf(factors), failed }));
  const cut = Math.floor(samples.length * (1 - HELD_OUT));
  const [known, later] = [samples.slice(0, cut), samples.slice(cut)];
  const [failures, laterFailures] = [failuresOf(known), failuresOf(later)];
  const counts = {
    trained_on: { tasks: known.length, failures },
    held_out: { tasks: later.length, failures: laterFailures },
  };
  if (known.length < LEAST.tasks || failures < LEAST.failures || laterFailures < LEAST.held_out_failures) {
    const why =
      `There is too little to learn from: ${known.length} applied tasks with ${failures} failures, and ${later.length} with ` +
      `${laterFailures} to be judged by. It takes ${LEAST.tasks} with ${LEAST.failures}, and ${LEAST.held_out_failures} failures to be judged by.`;
    return { ...counts, weights: null, why, judged: null };
  }
  const weights = fitLogistic(known, RIDGE);
  const judged = judge(weights, later, failures / known.length);
  const why =
    judged.log_loss < judged.base_log_loss
      ? "It foretells the held-out failures better than their plain share does."
      : "It foretells the held-out failures no better than their plain share does: do not rely on it.";
  return { ...counts, weights: [...weights], why, judged };
}

/** The probability that a change with these factors fails. */
export function probabilityOf(
  weights: Weights,
  factors: readonly Pick<RiskFactor, "name" | "value">[],
): number {
  return predict(weights, featuresOf(factors));
}

/** In the factors' order, 0 to 1. */
function featuresOf(factors: readonly Pick<RiskFactor, "name" | "value">[]): number[] {
  return RISK_FACTORS.map((name) => (factors.find((factor) => factor.name === name)?.value ?? 0) / 100);
}

function failuresOf(samples: readonly Sample[]): number {
  return samples.filter(({ failed }) => failed).length;
}

/** Against a forecaster who always names the share of failures of the time before. */
function judge(weights: Weights, later: readonly Sample[], base: number): NonNullable<Untimed["judged"]> {
  const told = later.map(({ x, failed }) => ({ p: predict(weights, x), failed }));
  const mean = (of: (one: (typeof told)[number]) => number) =>
    told.reduce((sum, one) => sum + of(one), 0) / told.length;
  const logLoss = (p: number, failed: boolean) => -Math.log(failed ? p : 1 - p);
  const brier = (p: number, failed: boolean) => (p - Number(failed)) ** 2;
  const sorted = told.sort((a, b) => a.p - b.p);
  return {
    log_loss: mean(({ p, failed }) => logLoss(p, failed)),
    base_log_loss: mean(({ failed }) => logLoss(base, failed)),
    brier: mean(({ p, failed }) => brier(p, failed)),
    base_brier: mean(({ failed }) => brier(base, failed)),
    auc: areaUnderCurve(sorted),
    groups: Array.from({ length: GROUPS }, (_, group) => {
      const part = sorted.slice(
        Math.floor((group * sorted.length) / GROUPS),
        Math.floor(((group + 1) * sorted.length) / GROUPS),
      );
      return {
        foretold: part.reduce((sum, { p }) => sum + p, 0) / part.length,
        failed: wilson(part.filter(({ failed }) => failed).length, part.length),
      };
    }),
  };
}

/** How often a failure was given the higher probability than a success; ties count half. */
function areaUnderCurve(told: readonly { p: number; failed: boolean }[]): number {
  const failed = told.filter((one) => one.failed);
  const fine = told.filter((one) => !one.failed);
  const wins = failed.reduce(
    (sum, bad) =>
      sum + fine.reduce((won, good) => won + (bad.p > good.p ? 1 : bad.p === good.p ? 0.5 : 0), 0),
    0,
  );
  return wins / (failed.length * fine.length);
}
