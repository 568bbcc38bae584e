import type { AgentStatus } from "@ade/core/agents/schema";
import clsx from "clsx";
import { HEALTH, STATUSES } from "./health.tsx";

/** Height in percent and fill: told apart by height as well as by colour. */
export const BARS: Record<AgentStatus, { height: number; fill: string }> = {
  active: { height: 100, fill: "var(--good-fill)" },
  idle: { height: 62, fill: "var(--accent-line)" },
  draining: { height: 46, fill: "var(--warn-fill)" },
  paused: { height: 34, fill: "var(--warn-fill)" },
  stale: { height: 20, fill: "var(--bad-fill)" },
  unknown: { height: 8, fill: "var(--line-strong)" },
};
const BAR = 4;
const GAP = 1;
const TALL = 20;

type Props = { samples: readonly AgentStatus[]; className?: string };

/** How an agent was, a bar for each part of the time, oldest first. */
export function Sparkline({ samples, className }: Props) {
  const width = Math.max(1, samples.length * (BAR + GAP) - GAP);
  return (
    <svg
      role="img"
      aria-label={`Last 24 h: ${sharesText(samples)}`}
      viewBox={`0 0 ${width} ${TALL}`}
      preserveAspectRatio="none"
      className={clsx("block h-5 w-full", className)}
    >
      <title>{`Last 24 h: ${sharesText(samples)}`}</title>
      {STATUSES.filter((status) => samples.includes(status)).map((status) => (
        <path key={status} d={barsOf(samples, status)} fill={BARS[status].fill} />
      ))}
    </svg>
  );
}

/** All bars of one status as one path: a thousand cards scroll by, and each node of them costs. Pure. */
function barsOf(samples: readonly AgentStatus[], status: AgentStatus): string {
  const tall = (TALL * BARS[status].height) / 100;
  return samples
    .map((each, place) =>
      each === status ? `M${place * (BAR + GAP)} ${TALL - tall}h${BAR}v${tall}h-${BAR}z` : "",
    )
    .join("");
}

/** `active 60 %, stale 10 %`, the time before it was known left out. Pure. */
export function sharesText(samples: readonly AgentStatus[]): string {
  const known = samples.filter((status) => status !== "unknown");
  if (known.length === 0) return "nothing heard yet";
  return STATUSES.map((status) => ({
    word: HEALTH[status].word.toLowerCase(),
    share: Math.round((known.filter((each) => each === status).length / known.length) * 100),
  }))
    .filter(({ share }) => share > 0)
    .map(({ word, share }) => `${word} ${share} %`)
    .join(", ");
}
