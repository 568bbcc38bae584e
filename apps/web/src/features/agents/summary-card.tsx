import { Ban, CircleCheck, type LucideIcon, Sparkles, UserRoundCheck } from "lucide-react";
import type { AgentSummary } from "./agent-types.ts";

const PARTS = [
  { field: "alone", title: "On its own", icon: CircleCheck, tone: "text-good" },
  { field: "needs_person", title: "Needs a person", icon: UserRoundCheck, tone: "text-accent" },
  { field: "never", title: "Never", icon: Ban, tone: "text-bad" },
] as const satisfies readonly {
  field: keyof AgentSummary;
  title: string;
  icon: LucideIcon;
  tone: string;
}[];

/** The one sentence that says what it may do alone and what needs a person; the parts below it on request. */
export function SummaryCard({ summary, parts }: { summary: AgentSummary; parts?: boolean }) {
  return (
    <section
      aria-label="What it may do"
      className="rounded-lg border border-accent-line bg-accent-soft px-3.5 py-3"
    >
      <p className="flex gap-2.5 text-base leading-6">
        <Sparkles size={16} aria-hidden className="mt-1 shrink-0 text-accent" />
        <span className="min-w-0 break-words">{summary.sentence}</span>
      </p>
      {parts && (
        <div className="mt-3 grid gap-4 border-t border-accent-line pt-3 sm:grid-cols-3">
          {PARTS.map(({ field, title, icon: Icon, tone }) => (
            <div key={field} className="min-w-0">
              <h3 className="mb-1 flex items-center gap-1.5 font-semibold">
                <Icon size={14} aria-hidden className={tone} /> {title}
              </h3>
              {summary[field].length === 0 ? (
                <p className="text-ink-3">Nothing.</p>
              ) : (
                <ul className="flex flex-col gap-1 text-ink-2">
                  {summary[field].map((line) => (
                    <li key={line} className="break-words">
                      {line}
                    </li>
                  ))}
                </ul>
              )}
            </div>
          ))}
          {summary.told.length > 0 && (
            <p className="text-ink-2 sm:col-span-3">
              Told to the agent, not enforced here: {summary.told.join(", ")}.
            </p>
          )}
        </div>
      )}
    </section>
  );
}
