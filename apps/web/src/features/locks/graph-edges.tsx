import clsx from "clsx";
import { useId } from "react";
import { curve, type Placed, type Point } from "./layered-layout.ts";
import type { WaitEdge } from "./wait-graph.ts";

/** Room around the drawing for lines that go around it, in pixels. */
const ROOM = 60;

/** The arrows. What they say is in the nodes and in the list beside: for a screen reader there is nothing here. */
export function GraphEdges({ edges, layout }: { edges: readonly WaitEdge[]; layout: Placed }) {
  const id = useId();
  const sorted = [...edges].sort((a, b) => Number(a.isInCycle) - Number(b.isInCycle));
  return (
    <svg
      aria-hidden="true"
      className="pointer-events-none absolute overflow-visible"
      style={{ left: -ROOM, top: -ROOM }}
      width={layout.width + 2 * ROOM}
      height={layout.height + 2 * ROOM}
      viewBox={`${-ROOM} ${-ROOM} ${layout.width + 2 * ROOM} ${layout.height + 2 * ROOM}`}
    >
      <defs>
        {(["line", "cycle"] as const).map((look) => (
          <marker
            key={look}
            id={`${id}${look}`}
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerWidth="7"
            markerHeight="7"
            orient="auto"
            className={look === "cycle" ? "fill-bad" : "fill-ink-3"}
          >
            <path d="M0 0.5L7.5 4L0 7.5Z" />
          </marker>
        ))}
      </defs>
      {sorted.map((edge) => {
        const points = layout.links.get(edge.id);
        if (!points) return null;
        return (
          <g key={edge.id}>
            <path
              d={curve(points)}
              fill="none"
              strokeWidth={edge.isInCycle ? 2.25 : 1.5}
              strokeDasharray={edge.kind === "holds" ? undefined : edge.kind === "waits" ? "5 4" : "1.5 4"}
              markerEnd={`url(#${id}${edge.isInCycle ? "cycle" : "line"})`}
              className={edge.isInCycle ? "stroke-bad" : "stroke-ink-3"}
            />
            {edge.position !== undefined && <Position at={points} edge={edge} />}
          </g>
        );
      })}
    </svg>
  );
}

/** The place in the queue, on the line shortly behind who waits. */
function Position({ at, edge }: { at: readonly Point[]; edge: WaitEdge }) {
  const [first, second] = at;
  if (!first || !second) return null;
  const x = first.x + Math.sign(second.x - first.x || 1) * 16;
  return (
    <g transform={`translate(${x} ${first.y})`}>
      <circle r="8" className={clsx("fill-canvas", edge.isInCycle ? "stroke-bad" : "stroke-line-strong")} />
      <text
        textAnchor="middle"
        dy="3.2"
        className={clsx("num text-[9px] font-medium", edge.isInCycle ? "fill-bad" : "fill-ink-2")}
      >
        {edge.position}
      </text>
    </g>
  );
}
