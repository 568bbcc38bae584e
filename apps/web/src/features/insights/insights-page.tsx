import { ChartNoAxesColumn, Gauge, Lock, type LucideIcon, Timer, Users } from "lucide-react";
import { type ComponentType, useState } from "react";
import { PageBar } from "#components/shell/page-bar.tsx";
import { SkeletonRows } from "#components/ui/states.tsx";
import { Tabs } from "#components/ui/tabs.tsx";
import type { Inputs } from "#lib/api.ts";
import { onDemand } from "#lib/on-demand.tsx";
import { useUrlState } from "#lib/url-state.ts";
import { DEFAULT_DAYS, RANGES, rangeOf } from "./insight-queries.ts";

export type PanelProps = { range: Inputs["insights"]["decisions"] };
type Tab = { id: string; name: string; icon: LucideIcon; Panel: ComponentType<PanelProps> };

const TABS: readonly [Tab, ...Tab[]] = [
  {
    id: "decisions",
    name: "Time to decision",
    icon: Timer,
    Panel: onDemand(() => import("./decisions-panel.tsx").then((file) => file.DecisionsPanel)),
  },
  {
    id: "reviewers",
    name: "Reviewers",
    icon: Users,
    Panel: onDemand(() => import("./reviewers-panel.tsx").then((file) => file.ReviewersPanel)),
  },
  {
    id: "risk",
    name: "Risk and outcome",
    icon: Gauge,
    Panel: onDemand(() => import("./risk-panel.tsx").then((file) => file.RiskPanel)),
  },
  {
    id: "applying",
    name: "Applying and locks",
    icon: Lock,
    Panel: onDemand(() => import("./operations-panel.tsx").then((file) => file.OperationsPanel)),
  },
];

/** How reviewing and applying go: read from the ledger, drawn on demand, each chart with its table. */
export function InsightsPage() {
  const url = useUrlState();
  const [nowMs] = useState(() => Date.now());
  const current = TABS.find(({ id }) => id === url.text("tab")) ?? TABS[0];
  const days = RANGES.find((range) => String(range.days) === url.text("days"))?.days ?? DEFAULT_DAYS;
  return (
    <>
      <PageBar title="Insights" note={<ChartNoAxesColumn size={15} aria-hidden className="text-ink-3" />}>
        <select
          aria-label="Time"
          className="field w-auto!"
          value={days}
          onChange={({ target }) =>
            url.set({ days: target.value === String(DEFAULT_DAYS) ? null : target.value })
          }
        >
          {RANGES.map((range) => (
            <option key={range.days} value={range.days}>
              {range.name}
            </option>
          ))}
        </select>
      </PageBar>
      {!url.isReady ? (
        <SkeletonRows />
      ) : (
        <Tabs
          label="Subjects"
          tabs={TABS}
          value={current.id}
          onChange={(tab) => url.set({ tab: tab === TABS[0].id ? null : tab }, "push")}
        >
          <div className="@container mx-auto flex max-w-6xl flex-col gap-4 p-4 max-sm:p-3">
            <current.Panel range={rangeOf(days, nowMs)} />
          </div>
        </Tabs>
      )}
    </>
  );
}
