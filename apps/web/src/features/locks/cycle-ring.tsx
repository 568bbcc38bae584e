import clsx from "clsx";
import { useId } from "react";

const SIDE = 116;
const SMALL_SIDE = 76;
/** Radii of the ring and of who stands on it; with many on it there is less room for each. */
const FEW = { ring: 40, dot: 12 };
const MANY = { ring: 46, dot: 9 };
/** More are not told apart at this size; the words beside name all. */
const MAX_DRAWN = 8;

/** How a member of a cycle is called in its picture: A, B, … */
export function letterOf(at: number): string {
  return at < 26 ? String.fromCharCode(65 + at) : String(at + 1);
}

type Props = { size: number; victimAt: number; isSmall: boolean };

/** A cycle drawn small: each arrow leads from who waited to who held; who had to give way is crossed. */
export function CycleRing({ size, victimAt, isSmall }: Props) {
  const id = useId();
  const drawn = Math.min(size, MAX_DRAWN);
  const { ring, dot } = drawn > 5 ? MANY : FEW;
  const angle = (at: number) => (at / drawn) * 2 * Math.PI - Math.PI / 2;
  const on = (radians: number) => ({
    x: SIDE / 2 + ring * Math.cos(radians),
    y: SIDE / 2 + ring * Math.sin(radians),
  });
  // Arrows keep clear of the circles of who they join.
  const clear = (dot + 4) / ring;
  return (
    <svg
      width={isSmall ? SMALL_SIDE : SIDE}
      height={isSmall ? SMALL_SIDE : SIDE}
      viewBox={`0 0 ${SIDE} ${SIDE}`}
      role="img"
      aria-label={`${Array.from({ length: size }, (_, at) => letterOf(at)).join(", ")} wait for each other in a circle; ${
        victimAt < 0 ? "the victim is not among those drawn" : `${letterOf(victimAt)} is the victim`
      }`}
      className="shrink-0"
    >
      <defs>
        <marker
          id={id}
          viewBox="0 0 8 8"
          refX="6"
          refY="4"
          markerWidth="6"
          markerHeight="6"
          orient="auto"
          className="fill-bad"
        >
          <path d="M0 0.5L7.5 4L0 7.5Z" />
        </marker>
      </defs>
      {Array.from({ length: drawn }, (_, at) => {
        const from = on(angle(at) + clear);
        const to = on(angle(at + 1) - clear);
        const isCut = size > drawn && at === drawn - 1;
        return (
          <path
            key={letterOf(at)}
            d={`M${from.x} ${from.y}A${ring} ${ring} 0 0 1 ${to.x} ${to.y}`}
            fill="none"
            strokeWidth="1.75"
            strokeDasharray={isCut ? "2 3" : undefined}
            markerEnd={`url(#${id})`}
            className="stroke-bad"
          />
        );
      })}
      {Array.from({ length: drawn }, (_, at) => {
        const { x, y } = on(angle(at));
        const isVictim = at === victimAt;
        return (
          <g key={letterOf(at)} transform={`translate(${x} ${y})`}>
            <circle
              r={dot}
              strokeWidth={isVictim ? 2 : 1.25}
              strokeDasharray={isVictim ? "3 2" : undefined}
              className={clsx(isVictim ? "fill-bad-soft stroke-bad" : "fill-surface stroke-line-strong")}
            />
            <text
              textAnchor="middle"
              dy="4"
              className={clsx("text-[11px] font-semibold", isVictim ? "fill-bad line-through" : "fill-ink")}
            >
              {letterOf(at)}
            </text>
          </g>
        );
      })}
    </svg>
  );
}
