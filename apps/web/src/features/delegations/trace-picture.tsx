import type { DelegationTrace } from "@ade/core/delegations/schema";
import clsx from "clsx";
import { Ban, CircleCheck, User } from "lucide-react";
import { useId, useMemo } from "react";
import { curve, layeredLayout, type Placed } from "../locks/layered-layout.ts";
import { graphOf, type TraceEdge, type TraceNode } from "./trace-graph.ts";

const NODE = { width: 136, height: 44 };
/** Room around the drawing for arrows that go back, in pixels. */
const ROOM = 24;

const LINES: Record<TraceEdge["verdict"], { line: string; dash?: string; width: number; head: string }> = {
  taken: { line: "stroke-accent", width: 2.25, head: "fill-accent" },
  dead_end: { line: "stroke-bad", dash: "5 4", width: 1.5, head: "fill-bad" },
  not_needed: { line: "stroke-ink-3", dash: "5 4", width: 1.5, head: "fill-ink-3" },
  does_not_apply: { line: "stroke-line-strong", dash: "1.5 4", width: 1.5, head: "fill-line-strong" },
};

/** The chain drawn from left to right. The steps beside it say the same, so for a screen reader this is a picture. */
export function TracePicture({ trace }: { trace: DelegationTrace }) {
  const { graph, layout } = useMemo(() => {
    const drawn = graphOf(trace);
    const boxes = drawn.nodes.map(({ id }) => ({ id, ...NODE }));
    return { graph: drawn, layout: layeredLayout(boxes, drawn.edges) };
  }, [trace]);
  const names = trace.path.map(({ name }) => name).join(", then ");
  return (
    <div
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard
      tabIndex={0}
      role="img"
      aria-label={`The way of the request: ${names}`}
      className="overflow-x-auto rounded-md"
    >
      <div
        className="relative mx-auto my-3"
        style={{ width: layout.width + 2, height: Math.max(layout.height, NODE.height) }}
      >
        <Arrows edges={graph.edges} layout={layout} />
        {graph.nodes.map((node) => {
          const place = layout.boxes.get(node.id);
          return place && <Person key={node.id} node={node} x={place.x} y={place.y} />;
        })}
      </div>
    </div>
  );
}

function Person({ node, x, y }: { node: TraceNode; x: number; y: number }) {
  const isEnd = node.part === "end";
  const isAside = node.part === "aside";
  const Icon = isEnd ? CircleCheck : node.note === "leads nowhere" ? Ban : User;
  return (
    <span
      title={node.name}
      className={clsx(
        "absolute top-0 left-0 flex flex-col justify-center rounded-full border px-3.5 text-xs leading-4 transition-transform duration-(--calm)",
        isEnd
          ? "border-accent bg-accent-soft text-accent shadow-[0_0_0_1px_var(--accent)]"
          : isAside
            ? "border-dashed border-control-line bg-canvas text-ink-2"
            : "border-line-strong bg-raised",
      )}
      style={{ ...NODE, transform: `translate(${x}px, ${y}px)` }}
    >
      <span className="flex items-center gap-1.5">
        <Icon size={13} aria-hidden className={clsx("shrink-0", !isEnd && "text-ink-3")} />
        <span className="min-w-0 truncate font-medium">{node.name}</span>
      </span>
      <span className={clsx("truncate text-2xs", isEnd ? "text-accent" : "text-ink-3")}>{node.note}</span>
    </span>
  );
}

function Arrows({ edges, layout }: { edges: readonly TraceEdge[]; layout: Placed }) {
  const id = useId();
  const [width, height] = [layout.width + 2 * ROOM, layout.height + 2 * ROOM];
  return (
    <svg
      aria-hidden="true"
      className="pointer-events-none absolute overflow-visible"
      style={{ left: -ROOM, top: -ROOM }}
      width={width}
      height={height}
      viewBox={`${-ROOM} ${-ROOM} ${width} ${height}`}
    >
      <defs>
        {Object.entries(LINES).map(([verdict, { head }]) => (
          <marker
            key={verdict}
            id={`${id}${verdict}`}
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerWidth="7"
            markerHeight="7"
            markerUnits="userSpaceOnUse"
            orient="auto"
            className={head}
          >
            <path d="M0 0.5L7.5 4L0 7.5Z" />
          </marker>
        ))}
      </defs>
      {edges.map((edge) => {
        const points = layout.links.get(edge.id);
        const { line, dash, width: strokeWidth } = LINES[edge.verdict];
        return (
          points && (
            <path
              key={edge.id}
              d={curve(points)}
              fill="none"
              strokeWidth={strokeWidth}
              strokeDasharray={dash}
              markerEnd={`url(#${id}${edge.verdict})`}
              className={line}
            />
          )
        );
      })}
    </svg>
  );
}
