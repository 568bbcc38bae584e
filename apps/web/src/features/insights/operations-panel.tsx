import { useQuery } from "@tanstack/react-query";
import { Resolved } from "#components/ui/resolved.tsx";
import { StackedBars } from "./charts.tsx";
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

const ENDS = [
  { key: "success", name: "Success", color: "var(--good-fill)" },
  { key: "failure", name: "Failure", color: "var(--bad-fill)" },
  { key: "timeout", name: "Timeout", color: "var(--high-fill)" },
  { key: "unknown", name: "Unknown", color: "var(--warn-fill)" },
  { key: "cancelled", name: "Aborted", color: "var(--ink-off)" },
] as const;

/** How applying went, and which locks were waited for. */
export function OperationsPanel({ range }: PanelProps) {
  const query = useQuery(insightQueries.operations(range));
  return (
    <Resolved query={query} what="Applying" loading={<PanelSkeleton />}>
      {({ all, weeks, rolled_back, retried, contended, deadlocks, force_released }) => {
        const applied = Object.values(all).reduce((sum, count) => sum + count, 0);
        return (
          <>
            <Figures
              figures={[
                { name: "Applied", value: String(applied) },
                {
                  name: "Success",
                  value: percent(applied ? all.success / applied : null),
                  note: `${all.success}`,
                },
                { name: "Rolled back", value: String(rolled_back) },
                { name: "Tried again", value: String(retried) },
                { name: "Deadlocks", value: String(deadlocks) },
                { name: "Locks forced", value: String(force_released) },
              ]}
            />
            {applied === 0 ? (
              <NothingYet what="applied task" />
            ) : (
              <InsightCard title="How tasks ended, by week">
                <Drawn
                  label="Ends of applied tasks, by week"
                  table={
                    <Rows
                      label="How tasks ended, by week"
                      rows={weeks}
                      keyOf={({ week }) => week}
                      columns={[
                        { name: "Week of", of: ({ week }) => weekText(week), isText: true },
                        ...ENDS.map(({ key, name }) => ({
                          name,
                          of: (row: (typeof weeks)[number]) => row[key],
                        })),
                        { name: "Median time", of: ({ median_seconds }) => took(median_seconds) },
                      ]}
                    />
                  }
                >
                  <StackedBars
                    rows={weeks.map((week) => ({ ...week, name: weekText(week.week) }))}
                    x="name"
                    series={ENDS.filter(({ key }) => all[key] > 0)}
                  />
                </Drawn>
              </InsightCard>
            )}
            <InsightCard title="Locks that tasks waited for" note="The most wanted first, from the ledger">
              {contended.length === 0 ? (
                <p className="text-ink-2">No task had to wait for a lock.</p>
              ) : (
                <Rows
                  label="Locks that tasks waited for"
                  rows={contended}
                  keyOf={({ key }) => key}
                  columns={[
                    { name: "Lock", of: ({ key }) => <code className="break-all">{key}</code>, isText: true },
                    { name: "Waits", of: ({ waits }) => waits },
                    { name: "Tasks", of: ({ tasks }) => tasks },
                    { name: "Median wait", of: ({ median_wait_seconds }) => took(median_wait_seconds) },
                  ]}
                />
              )}
            </InsightCard>
          </>
        );
      }}
    </Resolved>
  );
}
