import { RISK_LEVELS, type RiskFactor, type RiskSettings, type RiskSettingsEffect } from "./schema.ts";
import { reweigh } from "./score.ts";

const SHOWN = 10;

/** Tasks of the past under the settings in force and under others: how many fall into each band, and what moves most. */
export function settingsEffect(
  tasks: readonly { id: string; title: string; factors: readonly RiskFactor[] }[],
  inForce: RiskSettings,
  others: RiskSettings,
): RiskSettingsEffect {
  const weighed = tasks.map(({ id, title, factors }) => ({
    ...{ id, title, before: reweigh(factors, inForce), after: reweigh(factors, others) },
  }));
  const isMoved = ({ before, after }: (typeof weighed)[number]) =>
    before.score !== after.score || before.level !== after.level;
  const distance = ({ before, after }: (typeof weighed)[number]) => Math.abs(before.score - after.score);
  return {
    tasks: tasks.length,
    levels: RISK_LEVELS.map((level) => ({
      level,
      before: weighed.filter(({ before }) => before.level === level).length,
      after: weighed.filter(({ after }) => after.level === level).length,
    })),
    moved: weighed
      .filter(isMoved)
      .sort((one, other) => distance(other) - distance(one))
      .slice(0, SHOWN),
  };
}
