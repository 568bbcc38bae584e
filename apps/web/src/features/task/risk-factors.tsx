import type { RiskAssessment } from "@ade/core/risk/schema";
import clsx from "clsx";
import { RiskMeter } from "#components/risk-meter.tsx";

const NAMES: Record<string, string> = {
  resource_criticality: "Criticality",
  change_magnitude: "Magnitude",
  blast_radius: "Blast radius",
  historical_failure_rate: "Past failures",
};
const FILL: Record<string, string> = {
  LOW: "bg-good-fill",
  MEDIUM: "bg-warn-fill",
  HIGH: "bg-high-fill",
  CRITICAL: "bg-bad-fill",
};

/** The score taken apart: points of each factor, drawn against the most it could give, with its sentence. */
export function RiskFactors({ risk, stale }: { risk: RiskAssessment; stale?: boolean }) {
  return (
    <div className={clsx("transition-opacity duration-(--calm)", stale && "opacity-60")}>
      <div className="mb-2.5 flex items-center gap-2">
        <RiskMeter score={risk.score} level={risk.level} className="text-sm" />
        <span className="text-xs text-ink-3">of 100</span>
      </div>
      <ul className="flex flex-col gap-2.5">
        {risk.factors.map((factor) => (
          <li key={factor.name} className="grid grid-cols-[6.5rem_minmax(0,1fr)_4.5rem] items-center gap-x-3">
            <span className="text-ink-2">{NAMES[factor.name] ?? factor.name}</span>
            <span aria-hidden className="h-1.5 overflow-hidden rounded-full bg-line">
              <span
                className={clsx(
                  "block h-full rounded-full transition-[width] duration-(--calm)",
                  FILL[risk.level],
                )}
                style={{ width: `${Math.max(0, Math.min(100, factor.value))}%` }}
              />
            </span>
            <span className="num text-right text-xs">
              <span className="font-medium">{factor.contribution.toFixed(1)}</span>
              <span className="text-ink-3"> / {Math.round(factor.weight * 100)}</span>
            </span>
            <span className="col-span-3 block text-xs text-ink-3 first-letter:uppercase sm:col-start-2 sm:col-end-4">
              {factor.explanation}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
