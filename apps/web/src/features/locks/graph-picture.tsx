import { Maximize, ZoomIn, ZoomOut } from "lucide-react";
import { useMemo, useRef, useState } from "react";
import { Button, IconButton } from "#components/ui/button.tsx";
import { GraphEdges } from "./graph-edges.tsx";
import { boxOf, GraphNode } from "./graph-node.tsx";
import { layeredLayout, type Placed, type Point } from "./layered-layout.ts";
import type { Names } from "./use-names.ts";
import { usePanZoom } from "./use-pan-zoom.ts";
import type { WaitPicture } from "./wait-graph.ts";

type Props = {
  picture: WaitPicture;
  /** Who gave way in the last deadlock. */
  victim: string | null;
  names: Names;
  openKey: string;
  onOpen: (key: string) => void;
};

/**
 * The wait-for graph: following the arrows leads from who waits to who has to move. While a node is pointed at or has
 * the focus the picture stands still, and says that there is a newer one.
 */
export function GraphPicture({ picture, victim, names, openKey, onOpen }: Props) {
  const [touched, setTouched] = useState<string | null>(null);
  const [kept, setKept] = useState(picture);
  if (touched === null && kept !== picture) setKept(picture);
  const view = useRef<HTMLDivElement>(null);
  const layout = useMemo(() => layoutOf(kept), [kept]);
  const { camera, fit, reveal, zoomIn, zoomOut } = usePanZoom(
    view,
    layout,
    useMemo(() => cycleCentre(kept, layout), [kept, layout]),
  );
  // Whoever looks around moves the drawing as a whole: nothing in it is rendered again.
  const drawn = useMemo(
    () => (
      <>
        <GraphEdges edges={kept.edges} layout={layout} />
        <ul aria-label="Owners and keys, from who waits to who holds">
          {kept.nodes.map((node) => {
            const place = layout.boxes.get(node.id);
            return (
              place && (
                <GraphNode
                  key={node.id}
                  node={node}
                  place={place}
                  names={names}
                  isVictim={node.id === victim}
                  isOpen={node.kind === "key" && node.key.key === openKey}
                  onOpen={onOpen}
                  onTouch={setTouched}
                  reveal={reveal}
                />
              )
            );
          })}
        </ul>
      </>
    ),
    [kept, layout, names, victim, openKey, onOpen, reveal],
  );
  const isOld = useMemo(() => kept !== picture && shapeOf(kept) !== shapeOf(picture), [kept, picture]);

  return (
    <div className="relative min-h-0 flex-1 bg-canvas">
      <div
        ref={view}
        className="absolute inset-0 cursor-grab touch-none overflow-hidden active:cursor-grabbing"
      >
        <div
          className="absolute top-0 left-0 origin-top-left"
          style={{
            width: layout.width,
            height: layout.height,
            transform: `translate(${camera.x}px, ${camera.y}px) scale(${camera.scale})`,
          }}
        >
          {drawn}
        </div>
      </div>
      <Legend hasCycle={kept.nodes.some(({ isInCycle }) => isInCycle)} />
      {isOld && (
        <Button
          size="small"
          className="absolute! top-3 left-1/2 -translate-x-1/2 rounded-full! shadow-raised!"
          onClick={() => setKept(picture)}
        >
          It has changed · update
        </Button>
      )}
      <div className="absolute right-3 bottom-3 flex flex-col gap-1 rounded-md border border-line bg-raised p-1 shadow-control">
        <IconButton size="small" label="Larger" onClick={zoomIn}>
          <ZoomIn size={15} aria-hidden />
        </IconButton>
        <IconButton size="small" label="Smaller" onClick={zoomOut}>
          <ZoomOut size={15} aria-hidden />
        </IconButton>
        <IconButton size="small" label="All in view" onClick={fit}>
          <Maximize size={15} aria-hidden />
        </IconButton>
      </div>
    </div>
  );
}

/** Given in one order whatever the server's was, so that the same graph is drawn the same. */
function layoutOf({ nodes, edges }: WaitPicture) {
  const boxes = nodes.map(boxOf).sort((a, b) => (a.id < b.id ? -1 : 1));
  return layeredLayout(
    boxes,
    [...edges].sort((a, b) => (a.id < b.id ? -1 : 1)),
  );
}

/** Where a deadlock is drawn; null without one. */
function cycleCentre({ nodes }: WaitPicture, { boxes }: Placed): Point | null {
  const places = nodes.flatMap((node) => {
    const place = node.isInCycle && boxes.get(node.id);
    return place ? [place] : [];
  });
  if (places.length === 0) return null;
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return { x: mean(places.map(({ x }) => x)), y: mean(places.map(({ y }) => y)) };
}

function shapeOf({ nodes, edges }: WaitPicture): string {
  const marks = [...nodes, ...edges].map(({ id, isInCycle }) => `${id}${isInCycle ? "!" : ""}`);
  return marks.sort().join();
}

function Legend({ hasCycle }: { hasCycle: boolean }) {
  const line = (className: string, dash?: string) => (
    <svg width="22" height="8" aria-hidden className={className}>
      <path d="M1 4H20" stroke="currentColor" strokeWidth="1.75" strokeDasharray={dash} />
    </svg>
  );
  return (
    <div className="pointer-events-none absolute bottom-3 left-2 flex flex-wrap gap-x-4 gap-y-1 rounded-md bg-canvas px-2 py-1 text-2xs text-ink-3">
      <span className="flex items-center gap-1.5">{line("text-ink-3", "4 3")} waits for</span>
      <span className="flex items-center gap-1.5">{line("text-ink-3")} is held by</span>
      {hasCycle && <span className="flex items-center gap-1.5 text-bad">{line("text-bad")} deadlock</span>}
    </div>
  );
}
