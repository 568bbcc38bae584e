import { type Ref, useEffect, useImperativeHandle, useRef } from "react";
import { useHydrated } from "#lib/hydrated.ts";
import { useWindow } from "#lib/use-window.ts";
import { CARD_PX, InboxRowLine, ROW_PX } from "./inbox-row.tsx";
import type { Line } from "./use-inbox.ts";

type Props = {
  ref: Ref<HTMLDivElement>;
  lines: readonly Line[];
  cursor: number;
  selected: ReadonlySet<string>;
  isCard: boolean;
  total: number;
  onOpen: (id: string) => void;
  onSelect: (id: string) => void;
  onEnd: () => void;
};

/** Rows of one height; only those in view are in the document, and the cursor's, so that focus is never lost. */
export function InboxList({ ref, lines, cursor, selected, isCard, total, onOpen, onSelect, onEnd }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  useImperativeHandle(ref, () => scroller.current as HTMLDivElement);
  const height = isCard ? CARD_PX : ROW_PX;
  const { from, to } = useWindow(scroller, lines.length, height);
  const nearEnd = to >= lines.length - 20;
  useEffect(() => {
    if (nearEnd) onEnd();
  });
  const row = (line: Line, place: number) => (
    <InboxRowLine
      key={line.row.task_id}
      line={line}
      place={place}
      total={total}
      isCard={isCard}
      isCursor={place === cursor}
      isSelected={selected.has(line.row.task_id)}
      onOpen={onOpen}
      onSelect={onSelect}
    />
  );
  const cursorLine = lines[cursor];
  // The page's policy lets no style stand in HTML; the rows that the server renders are the first ones anyway.
  const isHydrated = useHydrated();
  return (
    <div
      ref={scroller}
      role="listbox"
      aria-label="Approvals"
      aria-multiselectable="true"
      className="min-h-0 flex-1 overflow-y-auto"
    >
      <div
        role="presentation"
        className="relative"
        {...(isHydrated && { style: { height: lines.length * height } })}
      >
        {cursorLine && (cursor < from || cursor >= to) && (
          <div role="presentation" className="absolute inset-x-0" style={{ top: cursor * height }}>
            {row(cursorLine, cursor)}
          </div>
        )}
        <div
          role="presentation"
          className="absolute inset-x-0"
          {...(isHydrated && { style: { top: from * height } })}
        >
          {lines.slice(from, to).map((line, index) => row(line, from + index))}
        </div>
      </div>
    </div>
  );
}
