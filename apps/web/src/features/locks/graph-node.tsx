import type { ContendedKey } from "@ade/core/locks/schema";
import clsx from "clsx";
import { Bot, FileCog, Hourglass, TriangleAlert } from "lucide-react";
import type { Box, Point } from "./layered-layout.ts";
import { KindIcon } from "./lock-parts.tsx";
import type { Names } from "./use-names.ts";
import type { WaitNode } from "./wait-graph.ts";

/** So many waiters of a key a screen reader is told in the picture; the list has more. */
const TOLD_WAITERS = 3;
const NODE_HEIGHT = 46;
const WIDTHS: Record<WaitNode["kind"], number> = { owner: 152, key: 190, rest: 124 };

/** The node's box, in pixels at full size. */
export function boxOf({ id, kind }: WaitNode): Box {
  return { id, width: WIDTHS[kind], height: NODE_HEIGHT };
}

type Props = {
  node: WaitNode;
  place: Point;
  names: Names;
  isVictim: boolean;
  isOpen: boolean;
  onOpen: (key: string) => void;
  onTouch: (id: string | null) => void;
  reveal: (element: HTMLElement) => void;
};

/** An owner, a key or the rest of a queue. A key opens its panel; an owner that is a task, the task. */
export function GraphNode({ node, place, names, isVictim, isOpen, onOpen, onTouch, reveal }: Props) {
  const key = node.kind === "key" ? node.key.key : node.kind === "rest" ? node.key : null;
  const { icon, title, note, told } = faceOf(node, names);
  const isMarked = node.isInCycle || isVictim;
  const look = clsx(
    "flex h-full w-full flex-col justify-center border px-3 text-left text-xs leading-4",
    node.kind === "owner" ? "rounded-full px-4!" : "rounded-md",
    isVictim && !node.isInCycle && "border-dashed border-bad!",
    node.kind === "rest" && "border-dashed border-control-line!",
    node.isInCycle
      ? "border-bad bg-bad-soft text-bad shadow-[0_0_0_1px_var(--bad)]"
      : node.kind === "key"
        ? "border-line-strong bg-surface shadow-control"
        : "border-line-strong bg-raised",
    isOpen && "outline-2 outline-accent",
    key && "hover:bg-hover",
  );
  const content = (
    <>
      <span className="flex items-center gap-1.5">
        {node.isInCycle ? (
          <TriangleAlert size={13} role="img" aria-label="Deadlock:" className="shrink-0" />
        ) : (
          icon
        )}
        <span className={clsx("min-w-0 truncate font-medium", node.kind === "key" && "font-mono text-2xs")}>
          {title}
        </span>
      </span>
      <span className={clsx("num truncate text-2xs", isMarked ? "text-bad" : "text-ink-3")}>
        {isVictim ? "gave way in the deadlock" : note}
      </span>
      {told && <span className="sr-only">{told}</span>}
    </>
  );
  return (
    <li
      className="absolute top-0 left-0 transition-transform duration-(--calm)"
      style={{
        width: WIDTHS[node.kind],
        height: NODE_HEIGHT,
        transform: `translate(${place.x}px, ${place.y}px)`,
      }}
      onPointerEnter={() => onTouch(node.id)}
      onPointerLeave={() => onTouch(null)}
    >
      {key === null ? (
        <span title={title} className={look}>
          {content}
        </span>
      ) : (
        <button
          type="button"
          title={key}
          aria-pressed={isOpen}
          onClick={() => onOpen(key)}
          onFocus={(event) => {
            onTouch(node.id);
            if (event.currentTarget.matches(":focus-visible")) reveal(event.currentTarget);
          }}
          onBlur={() => onTouch(null)}
          className={look}
        >
          {content}
        </button>
      )}
    </li>
  );
}

function faceOf(node: WaitNode, names: Names) {
  if (node.kind === "key") {
    const { key } = node;
    const holders = key.holders.length;
    // A resource's kind stands below, so that its name has the room.
    const colon = key.resource_type === "resource" ? key.resource_id.indexOf(":") : -1;
    return {
      icon: <KindIcon kind={key.resource_type} />,
      told: keyInWords(node.key, names),
      title: key.resource_id.slice(colon + 1),
      note: [
        key.resource_id.slice(0, Math.max(0, colon)),
        key.delayed_until ? "closed for a while" : holders > 1 ? `${holders} holders` : key.mode,
        `${key.queue_length.toLocaleString("en")} waiting`,
      ]
        .filter(Boolean)
        .join(" · "),
    };
  }
  if (node.kind === "rest") {
    return {
      icon: <Hourglass size={13} aria-hidden className="shrink-0 text-ink-3" />,
      title: `${node.count.toLocaleString("en")} more`,
      note: "wait behind them",
    };
  }
  const owner = names.ownerOf(node.owner);
  const Icon = owner?.taskId ? FileCog : Bot;
  const does = [node.holds > 0 && `holds ${node.holds}`, node.waits > 0 && `waits for ${node.waits}`];
  return {
    icon: <Icon size={13} aria-hidden className="shrink-0 text-ink-3" />,
    title: names.nameOf(node.owner.agent_id),
    note: [owner?.text, ...does].filter(Boolean).join(" · "),
  };
}

/** What the arrows at a key say. */
function keyInWords({ holders, queue, queue_length }: ContendedKey, names: Names): string {
  const name = ({ agent_id }: { agent_id: string }) => names.nameOf(agent_id);
  const shown = queue.slice(0, TOLD_WAITERS).map(name);
  const more = queue_length - shown.length;
  return [
    `held by ${holders.map(name).join(", ") || "nobody"}`,
    `waiting: ${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""}`,
  ].join("; ");
}
