import { RISK_LEVELS, type RiskLevel, type RiskSettings } from "./schema.ts";

/** risk.md's own numbers. */
export const DEFAULT_RISK_SETTINGS: RiskSettings = {
  weights: {
    resource_criticality: 0.4,
    change_magnitude: 0.3,
    blast_radius: 0.2,
    historical_failure_rate: 0.1,
  },
  bands: { medium_from: 25, high_from: 50, critical_from: 75 },
};

/** The band a score (0-100) falls into. */
export function levelOf(
  score: number,
  bands: RiskSettings["bands"] = DEFAULT_RISK_SETTINGS.bands,
): RiskLevel {
  const floors = [bands.critical_from, bands.high_from, bands.medium_from];
  const below = floors.findIndex((floor) => score >= floor);
  return (below < 0 ? RISK_LEVELS[0] : RISK_LEVELS[RISK_LEVELS.length - 1 - below]) as RiskLevel;
}
