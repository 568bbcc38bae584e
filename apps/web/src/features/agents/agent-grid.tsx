import { type Ref, useEffect, useImperativeHandle, useRef, useState } from "react";
import type { Me } from "#lib/session.ts";
import { useWidth } from "#lib/use-width.ts";
import { useWindow } from "#lib/use-window.ts";
import { CardSkeleton, COMPACT_PX, CompactCard, FULL_PX, FullCard, NARROW_PX } from "./agent-card.tsx";
import type { AgentCard } from "./agent-types.ts";

export type AgentsView = "grid" | "list";

const GAP_PX = 12;
const MIN_CARD_PX = 296;
const NARROW_BELOW_PX = 576;
/** A few rows around those in view; of single lines more. */
const AROUND = { grid: 2, list: 8 } as const;

type Props = {
  ref: Ref<HTMLDivElement>;
  total: number;
  at: (place: number) => AgentCard | undefined;
  view: AgentsView;
  me: Me | undefined;
  isOld: boolean;
  onView: (from: number, to: number) => void;
};

/**
 * A thousand agents as cards or as lines: only those in view are in the document, and the one with the focus, so that
 * it is never lost.
 */
export function AgentGrid({ ref, total, at, view, me, isOld, onView }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  useImperativeHandle(ref, () => scroller.current as HTMLDivElement);
  const width = useWidth(scroller);
  const isFull = view === "grid";
  const inset = width < NARROW_BELOW_PX ? 12 : 16;
  const room = Math.max(0, width - 2 * inset);
  const columns = isFull ? Math.max(1, Math.floor((room + GAP_PX) / (MIN_CARD_PX + GAP_PX))) : 1;
  const cardPx = isFull ? FULL_PX : room < NARROW_BELOW_PX ? NARROW_PX : COMPACT_PX;
  const rowPx = isFull ? cardPx + GAP_PX : cardPx;
  const rows = Math.ceil(total / columns);
  const { from, to } = useWindow(scroller, rows, rowPx, AROUND[view]);
  const [first, end] = [from * columns, Math.min(total, to * columns)];
  const [focused, setFocused] = useState<number | null>(null);
  useEffect(() => onView(first, end), [onView, first, end]);

  const places = Array.from({ length: Math.max(0, end - first) }, (_, offset) => first + offset);
  if (focused !== null && focused < first) places.unshift(focused);
  if (focused !== null && focused >= end && focused < total) places.push(focused);
  const columnPx = (room - GAP_PX * (columns - 1)) / columns;
  return (
    <div ref={scroller} className="min-h-0 flex-1 overflow-y-auto">
      {width > 0 && (
        <ul
          aria-label="Agents"
          aria-busy={isOld}
          className={`@container relative ${isFull ? "" : "card overflow-hidden"}`}
          style={{
            height: Math.max(0, rows * rowPx - (isFull ? GAP_PX : 0)),
            margin: inset,
            opacity: isOld ? 0.6 : 1,
          }}
          onFocus={(event) => {
            const place = event.target.closest("li[aria-posinset]")?.getAttribute("aria-posinset");
            setFocused(place ? Number(place) - 1 : null);
          }}
          onBlur={() => setFocused(null)}
        >
          {places.map((place) => {
            const card = at(place);
            const Card = isFull ? FullCard : CompactCard;
            return (
              <li
                key={card?.id ?? place}
                aria-posinset={place + 1}
                aria-setsize={total}
                className="absolute [contain:layout_size_style]"
                style={{
                  height: cardPx,
                  width: columnPx,
                  top: Math.floor(place / columns) * rowPx,
                  left: (place % columns) * (columnPx + GAP_PX),
                }}
              >
                {card ? (
                  <Card
                    card={card}
                    mayManage={Boolean(me?.roles.includes("admin") || me?.id === card.owner_id)}
                  />
                ) : (
                  <CardSkeleton isFull={isFull} />
                )}
              </li>
            );
          })}
        </ul>
      )}
    </div>
  );
}
