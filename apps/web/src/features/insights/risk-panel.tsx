import type { CalibrationBand, OutcomeShare } from "@ade/core/risk/schema";
import { useQuery } from "@tanstack/react-query";
import { Resolved } from "#components/ui/resolved.tsx";
import { SharesWithSpread } from "./charts.tsx";
import { Drawn, InsightCard, NothingYet, PanelSkeleton, percent, Rows } from "./insight-parts.tsx";
import { insightQueries } from "./insight-queries.ts";
import type { PanelProps } from "./insights-page.tsx";
import { LearnedCard } from "./learned-card.tsx";

const KINDS = [
  { key: "failed", name: "Failed", color: "var(--bad-fill)" },
  { key: "rolled_back", name: "Rolled back", color: "var(--high-fill)" },
  { key: "returned", name: "Returned or rejected", color: "var(--warn-fill)" },
] as const;
const hundred = (share: number) => Math.round(share * 1000) / 10;

/** The score against what came of it: does a higher one mean more trouble? */
export function RiskPanel({ range }: PanelProps) {
  const query = useQuery(insightQueries.risk(range));
  return (
    <Resolved query={query} what="Risk and outcome" loading={<PanelSkeleton />}>
      {({ bands }) => {
        const filled = bands.filter(({ tasks }) => tasks > 0);
        if (filled.length === 0) return <NothingYet what="rated task" />;
        return (
          <>
            <InsightCard
              title="Risk against outcome"
              note="Scores in bands of ten. Failed and rolled back: of the tasks that were applied. Returned: of all that were submitted. The lines are 95 % intervals after Wilson: where they overlap, the bands may as well be alike."
            >
              <Drawn
                label="Share of tasks that failed, were rolled back or returned, by risk score"
                table={
                  <Rows
                    label="Risk against outcome"
                    rows={filled}
                    keyOf={({ from }) => String(from)}
                    columns={[
                      { name: "Score", of: ({ from, to }) => `${from}–${to}`, isText: true },
                      { name: "Tasks", of: ({ tasks }) => tasks },
                      ...KINDS.map(({ key, name }) => ({
                        name,
                        of: (band: CalibrationBand) => shareText(band[key]),
                      })),
                    ]}
                  />
                }
              >
                <SharesWithSpread rows={filled.map(drawn)} x="name" series={KINDS} />
              </Drawn>
            </InsightCard>
            <LearnedCard />
          </>
        );
      }}
    </Resolved>
  );
}

function drawn(band: CalibrationBand) {
  const row: Record<string, string | number | null | [number, number]> = { name: `${band.from}–${band.to}` };
  for (const { key } of KINDS) {
    const { share, low, high } = band[key];
    if (share === null || low === null || high === null) continue;
    row[key] = hundred(share);
    row[`${key}_spread`] = [hundred(share - low), hundred(high - share)];
  }
  return row;
}

/** "12 % (3 of 25; 4–30 %)". */
function shareText({ hits, of, share, low, high }: OutcomeShare): string {
  if (share === null || low === null || high === null) return "–";
  return `${percent(share)} (${hits} of ${of}; ${Math.round(low * 100)}–${percent(high)})`;
}
