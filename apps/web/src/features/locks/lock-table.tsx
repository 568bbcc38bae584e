import type { Lock } from "@ade/core/locks/schema";
import { type Ref, useEffect, useImperativeHandle, useRef, useState } from "react";
import { useWidth } from "#lib/use-width.ts";
import { useWindow } from "#lib/use-window.ts";
import { CARD_PX, formOf, LockLine, LocksHead, ROW_PX } from "./lock-line.tsx";
import type { LockRow } from "./lock-lineup.ts";
import type { Names } from "./use-names.ts";
import { useStillness } from "./use-stillness.ts";

type Props = {
  ref: Ref<HTMLDivElement>;
  rows: readonly LockRow[];
  total: number;
  isCard: boolean;
  openKey: string;
  names: Names;
  isStoreAway: boolean;
  onOpen: (key: string) => void;
  onRelease: (lock: Lock) => void;
  onView: (from: number, to: number) => void;
  /** True while somebody points at the rows, has the focus in them or has scrolled into them. */
  onStill: (isStill: boolean) => void;
};

/** Rows of one height; only those in view are in the document, and the one with the focus, so that it is never lost. */
export function LockTable(props: Props) {
  const { ref, rows, total, isCard, openKey, names, isStoreAway, onOpen, onRelease, onView, onStill } = props;
  const scroller = useRef<HTMLDivElement>(null);
  useImperativeHandle(ref, () => scroller.current as HTMLDivElement);
  const height = isCard ? CARD_PX : ROW_PX;
  const form = formOf(useWidth(scroller), isCard);
  const { from, to } = useWindow(scroller, rows.length, height);
  const [focusedSlot, setFocusedSlot] = useState<string | null>(null);
  useStillness(scroller, onStill);
  useEffect(() => onView(from, to), [onView, from, to]);

  const line = (row: LockRow, place: number) => (
    <LockLine
      key={row.slot}
      row={row}
      place={place}
      top={place * height}
      isOpen={row.lock.key === openKey}
      form={form}
      names={names}
      isStoreAway={isStoreAway}
      onOpen={onOpen}
      onRelease={onRelease}
    />
  );
  const shown = rows.slice(from, to).map((row, index) => line(row, from + index));
  const focused = focusedSlot === null ? -1 : rows.findIndex(({ slot }) => slot === focusedSlot);
  const stray = rows[focused];
  // Before or behind the others as it is in the list: nothing is moved in the document, which would take the focus.
  if (stray && focused < from) shown.unshift(line(stray, focused));
  if (stray && focused >= to) shown.push(line(stray, focused));
  return (
    <div ref={scroller} className="min-h-0 flex-1 scroll-pt-7 overflow-y-auto max-sm:scroll-pt-0">
      <table
        aria-label="Held locks"
        aria-rowcount={total + 1}
        className="block"
        onFocus={(event) => {
          const place = event.target.closest("tr")?.getAttribute("aria-rowindex");
          setFocusedSlot(rows[Number(place) - 2]?.slot ?? null);
        }}
        onBlur={() => setFocusedSlot(null)}
      >
        <LocksHead form={form} />
        <tbody className="relative block" style={{ height: rows.length * height }}>
          {shown}
        </tbody>
      </table>
    </div>
  );
}
