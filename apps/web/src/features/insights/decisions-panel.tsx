import { useQuery } from "@tanstack/react-query";
import { Resolved } from "#components/ui/resolved.tsx";
import { Lines, StackedBars } from "./charts.tsx";
import {
  Drawn,
  Figures,
  InsightCard,
  NothingYet,
  PanelSkeleton,
  percent,
  Rows,
  took,
  weekText,
} from "./insight-parts.tsx";
import { insightQueries } from "./insight-queries.ts";
import type { PanelProps } from "./insights-page.tsx";

const LEVELS = ["LOW", "MEDIUM", "HIGH", "CRITICAL"];
const NAMES: Record<string, string> = { LOW: "Low", MEDIUM: "Medium", HIGH: "High", CRITICAL: "Critical" };
const hours = (seconds: number | null) => (seconds === null ? null : Math.round(seconds / 360) / 10);

type Timing = { decisions: number; median_seconds: number | null; p90_seconds: number | null };
const TIMING = [
  { name: "Decisions", of: (row: Timing) => row.decisions },
  { name: "Median", of: (row: Timing) => took(row.median_seconds) },
  { name: "9 in 10 within", of: (row: Timing) => took(row.p90_seconds) },
];

/** From the first request to the decision: over weeks, by risk and by policy. */
export function DecisionsPanel({ range }: PanelProps) {
  const query = useQuery(insightQueries.decisions(range));
  return (
    <Resolved query={query} what="The decisions" loading={<PanelSkeleton />}>
      {({ all, weeks, levels, policies }) => {
        if (all.decisions === 0) return <NothingYet what="decision" />;
        const drawn = weeks.map((week) => ({
          ...week,
          name: weekText(week.week),
          median: hours(week.median_seconds),
          p90: hours(week.p90_seconds),
        }));
        return (
          <>
            <Figures
              figures={[
                { name: "Decisions", value: String(all.decisions) },
                { name: "Median time", value: took(all.median_seconds), note: "from request to decision" },
                { name: "9 in 10 within", value: took(all.p90_seconds) },
                { name: "Approved", value: percent(all.approved / all.decisions), note: `${all.approved}` },
                { name: "Rejected", value: percent(all.rejected / all.decisions), note: `${all.rejected}` },
                { name: "Returned", value: percent(all.returned / all.decisions), note: `${all.returned}` },
              ]}
            />
            <div className="grid gap-4 @4xl:grid-cols-2">
              <InsightCard title="Time to decision, by week" note="Hours; weeks by their Monday">
                <Drawn
                  label="Median and 90th percentile of the hours to a decision, by week"
                  table={
                    <Rows
                      label="Time to decision, by week"
                      rows={weeks}
                      keyOf={({ week }) => week}
                      columns={[
                        { name: "Week of", of: ({ week }) => weekText(week), isText: true },
                        ...TIMING,
                      ]}
                    />
                  }
                >
                  <Lines
                    rows={drawn}
                    x="name"
                    unit=" h"
                    series={[
                      { key: "median", name: "Median", color: "var(--accent)" },
                      { key: "p90", name: "9 in 10 within", color: "var(--high)", dash: "5 4" },
                    ]}
                  />
                </Drawn>
              </InsightCard>
              <InsightCard title="What was decided, by week">
                <Drawn
                  label="Approved, rejected and returned, by week"
                  table={
                    <Rows
                      label="What was decided, by week"
                      rows={weeks}
                      keyOf={({ week }) => week}
                      columns={[
                        { name: "Week of", of: ({ week }) => weekText(week), isText: true },
                        { name: "Approved", of: (row) => row.approved },
                        { name: "Rejected", of: (row) => row.rejected },
                        { name: "Returned", of: (row) => row.returned },
                      ]}
                    />
                  }
                >
                  <StackedBars
                    rows={drawn}
                    x="name"
                    series={[
                      { key: "approved", name: "Approved", color: "var(--good-fill)" },
                      { key: "returned", name: "Returned", color: "var(--warn-fill)" },
                      { key: "rejected", name: "Rejected", color: "var(--bad-fill)" },
                    ]}
                  />
                </Drawn>
              </InsightCard>
              <InsightCard title="By risk">
                <Rows
                  label="Time to decision, by risk"
                  rows={[...levels].sort((a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level))}
                  keyOf={({ level }) => level}
                  columns={[{ name: "Risk", of: ({ level }) => NAMES[level], isText: true }, ...TIMING]}
                />
              </InsightCard>
              <InsightCard
                title="By policy"
                note="The slowest first; a decision counts with every policy that asked"
              >
                <Rows
                  label="Time to decision, by policy"
                  rows={policies}
                  keyOf={({ policy }) => policy}
                  columns={[{ name: "Policy", of: ({ policy }) => policy, isText: true }, ...TIMING]}
                />
              </InsightCard>
            </div>
          </>
        );
      }}
    </Resolved>
  );
}
