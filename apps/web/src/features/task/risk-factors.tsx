import type { RiskAssessment } from "@ade/core/risk/schema";
import clsx from "clsx";
import { TrendingDown } from "lucide-react";
import { RiskMeter } from "#components/risk-meter.tsx";

export const FACTOR_NAMES: Record<string, string> = {
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
        {risk.learned_probability !== undefined && (
          <span
            className="num ml-auto text-xs text-ink-3"
            title="By the learned model, which decides nothing"
          >
            fails with {Math.round(risk.learned_probability * 100)} % by the learned model
          </span>
        )}
      </div>
      <ul className="flex flex-col gap-2.5">
        {risk.factors.map((factor) => (
          <li key={factor.name} className="grid grid-cols-[6.5rem_minmax(0,1fr)_4.5rem] items-center gap-x-3">
            <span className="text-ink-2">{FACTOR_NAMES[factor.name] ?? factor.name}</span>
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
      {risk.lower && risk.lower.length > 0 && (
        <div className="mt-3 border-t border-line pt-2.5">
          <h3 className="caption">What would lower it</h3>
          <ul className="mt-1 flex flex-col gap-1">
            {risk.lower.map(({ text }) => (
              <li key={text} className="flex gap-1.5 text-xs text-ink-2">
                <TrendingDown size={13} aria-hidden className="mt-0.75 shrink-0 text-good" />
                <span className="min-w-0 break-words first-letter:uppercase">{text}</span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}
