import type { DelegationTrace, TraceLook } from "@ade/core/delegations/schema";
import { ArrowRight, Ban, CircleCheck, CircleDashed, CircleMinus, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";

const SIGNS: Record<TraceLook["verdict"], { icon: ReactNode; word: string }> = {
  taken: {
    icon: <ArrowRight size={14} aria-hidden className="text-accent" />,
    word: "Passed on",
  },
  dead_end: { icon: <Ban size={14} aria-hidden className="text-bad" />, word: "Leads nowhere" },
  not_needed: {
    icon: <CircleMinus size={14} aria-hidden className="text-ink-3" />,
    word: "Applies too, but another comes first",
  },
  does_not_apply: {
    icon: <CircleDashed size={14} aria-hidden className="text-ink-3" />,
    word: "Does not apply",
  },
};

/** The picture in words: each delegation that was looked at, in that order, and why it stops where it does. */
export function TraceSteps({ trace }: { trace: DelegationTrace }) {
  const { end, owner, stops, looks, warnings } = trace;
  return (
    <>
      <ol aria-label="Step by step" className="flex flex-col gap-2">
        {looks.map((look) => (
          <li key={look.delegation_id} className="flex gap-2">
            <span className="mt-0.5 shrink-0">{SIGNS[look.verdict].icon}</span>
            <span className="min-w-0">
              <span className={look.verdict === "taken" ? "font-medium" : "text-ink-2"}>
                {look.from} to {look.to}
              </span>
              <span className="block text-xs text-ink-3">
                {SIGNS[look.verdict].word}: {look.why}.
              </span>
            </span>
          </li>
        ))}
        <li className="flex gap-2">
          <CircleCheck size={14} aria-hidden className="mt-0.5 shrink-0 text-accent" />
          <span className="min-w-0">
            <span className="font-semibold">
              {end.name} is asked{end.id !== owner.id && `, for ${owner.name}`}
            </span>
            <span className="block text-xs text-ink-3 first-letter:uppercase">{stops}.</span>
          </span>
        </li>
      </ol>
      {warnings.map((warning) => (
        <p
          key={warning}
          className="mt-2 flex gap-2 rounded-md border border-warn-line bg-warn-soft px-3 py-2 text-xs text-warn"
        >
          <TriangleAlert size={14} aria-hidden className="shrink-0" /> {warning}
        </p>
      ))}
    </>
  );
}
