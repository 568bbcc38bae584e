import type { AgentStatus } from "@ade/core/agents/schema";
import { useQuery } from "@tanstack/react-query";
import { Resolved } from "#components/ui/resolved.tsx";
import { Part } from "#features/task/facts.tsx";
import { clockTime } from "#lib/time-text.ts";
import { HEALTH, STATUSES } from "../health.tsx";
import { agentQueries } from "../queries.ts";
import { BARS, sharesText } from "../sparkline.tsx";

const TALL = 64;

/** How it was in the last 24 hours, a bar for each quarter of an hour, with the most tasks at a time over them. */
export function HealthHistory({ agentId }: { agentId: string }) {
  const health = useQuery(agentQueries.health(agentId));
  return (
    <Part title="Health" note="the last 24 h, in quarters of an hour">
      <Resolved query={health} what="Its health" loading={<div className="skeleton h-24" />}>
        {({ samples }) => {
          const statuses = samples.map(({ status }) => status);
          const most = Math.max(0, ...samples.map(({ active_tasks_max }) => active_tasks_max));
          const seen = STATUSES.filter((status) => statuses.includes(status));
          const text = `${sharesText(statuses)}; ${mostText(most)}`;
          const first = statuses.findIndex((status) => status !== "unknown");
          const line = samples
            .map(
              (sample, at) =>
                `${at * 5 + 2},${TALL - 2 - (sample.active_tasks_max / Math.max(1, most)) * (TALL - 8)}`,
            )
            .slice(first < 0 ? samples.length : first)
            .join(" ");
          return (
            <div className="card px-3.5 pt-3.5 pb-2.5">
              <svg
                role="img"
                aria-label={text}
                viewBox={`0 0 ${Math.max(1, samples.length * 5 - 1)} ${TALL}`}
                preserveAspectRatio="none"
                className="block h-16 w-full"
              >
                {samples.map(({ from, status, active_tasks_max }, at) => {
                  const tall = (TALL * BARS[status].height) / 100;
                  return (
                    <g key={from}>
                      <title>{`${clockTime(from)}: ${HEALTH[status].word}, ${active_tasks_max === 1 ? "1 task" : `${active_tasks_max} tasks`}`}</title>
                      <rect x={at * 5} y={0} width={5} height={TALL} fill="transparent" />
                      <rect
                        x={at * 5}
                        y={TALL - tall}
                        width={4}
                        height={tall}
                        rx={0.75}
                        fill={BARS[status].fill}
                        opacity={0.85}
                      />
                    </g>
                  );
                })}
                <polyline
                  points={line}
                  fill="none"
                  stroke="var(--ink)"
                  strokeWidth={1.25}
                  vectorEffect="non-scaling-stroke"
                  pointerEvents="none"
                />
              </svg>
              <div className="mt-2 flex flex-wrap gap-x-4 gap-y-1 text-xs text-ink-2">
                {seen.map((status) => (
                  <Legend key={status} status={status} />
                ))}
                <span className="num ml-auto text-ink-3">line: {mostText(most)}</span>
              </div>
            </div>
          );
        }}
      </Resolved>
    </Part>
  );
}

/** The most that it worked on. Pure. */
function mostText(most: number): string {
  if (most === 0) return "no task at any time";
  return most === 1 ? "at most 1 task at a time" : `at most ${most} tasks at a time`;
}

function Legend({ status }: { status: AgentStatus }) {
  const { icon: Icon, word } = HEALTH[status];
  return (
    <span className="flex items-center gap-1.5">
      <span
        aria-hidden
        className="size-2 rounded-[2px]"
        ref={(dot) => dot?.style.setProperty("background", BARS[status].fill)}
      />
      <Icon size={12} aria-hidden className="text-ink-3" /> {word}
    </span>
  );
}
