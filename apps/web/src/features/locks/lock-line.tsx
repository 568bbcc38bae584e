import type { Lock } from "@ade/core/locks/schema";
import clsx from "clsx";
import { memo, type ReactNode } from "react";
import { Button } from "#components/ui/button.tsx";
import { Ago } from "#components/ui/time.tsx";
import type { LockRow } from "./lock-lineup.ts";
import { KindIcon, ModeBadge, PartyName, Waiting } from "./lock-parts.tsx";
import { TimeToLive } from "./time-to-live.tsx";
import type { Names } from "./use-names.ts";

/** Heights of a row and of a phone's card, in pixels: every one has the same, so that 10,000 of them scroll. */
export const ROW_PX = 46;
export const CARD_PX = 106;

/** What there is room for. Decided once for all rows: a container query in each of them made scrolling stutter. */
export type LineForm = "card" | "narrow" | "middle" | "wide";
const COLUMNS: Record<LineForm, string> = {
  card: "block px-4 py-2.5",
  narrow: "grid grid-cols-[minmax(0,1fr)_6rem_6.5rem_4.75rem] items-center gap-x-3 px-4",
  middle: "grid grid-cols-[minmax(0,1fr)_5.5rem_9rem_6.5rem_6.5rem_4.75rem] items-center gap-x-3 px-4",
  wide: "grid grid-cols-[minmax(0,1fr)_5.5rem_11rem_11rem_3.5rem_7rem_9.5rem_4.75rem] items-center gap-x-3 px-4",
};
const MIDDLE_PX = 860;
const WIDE_PX = 1220;

/** The form of the rows in a list so wide. */
export function formOf(listPx: number, isCard: boolean): LineForm {
  if (isCard) return "card";
  return listPx < MIDDLE_PX ? "narrow" : listPx < WIDE_PX ? "middle" : "wide";
}

/** Names of the columns, over the rows they belong to. */
export function LocksHead({ form }: { form: LineForm }) {
  const isNamed = form === "middle" || form === "wide";
  const head = (name: string, className = "") => (
    <th scope="col" className={clsx("block text-left font-medium", className)}>
      {name}
    </th>
  );
  return (
    <thead className={clsx("sticky top-0 z-10 block bg-surface", form === "card" && "sr-only")}>
      <tr className={clsx(COLUMNS[form], "caption h-7 border-b border-line")}>
        {head("Locked")}
        {isNamed && head("Mode")}
        {isNamed && head("Holder")}
        {head("Waiting")}
        {form === "wide" && head("Held", "text-right!")}
        {head("Time to live")}
        {form === "wide" && head("Fencing token", "text-right!")}
        <th scope="col" className="block">
          <span className="sr-only">Action</span>
        </th>
      </tr>
    </thead>
  );
}

type Props = {
  row: LockRow;
  place: number;
  /** From the top of the list, in pixels. */
  top: number;
  isOpen: boolean;
  form: LineForm;
  names: Names;
  isStoreAway: boolean;
  onOpen: (key: string) => void;
  onRelease: (lock: Lock) => void;
};

/** One held lock: a row of the table, a card on a phone. The key opens who holds it and who waits. */
export const LockLine = memo(function LockLine(props: Props) {
  const { row, place, top, isOpen, form, names, isStoreAway, onOpen, onRelease } = props;
  const { lock, isGone } = row;
  const isNamed = form === "middle" || form === "wide";
  const key = (
    <button
      type="button"
      data-row
      aria-pressed={isOpen}
      aria-label={`${lock.key}: who holds it and who waits`}
      title={lock.key}
      onClick={() => onOpen(lock.key)}
      className="block w-full truncate text-left font-mono text-xs -outline-offset-2! after:absolute after:inset-0"
    >
      {lock.resource_id}
    </button>
  );
  const ttl = isGone ? <span className="text-xs text-ink-3">released</span> : <TimeToLive lock={lock} />;
  const release = (
    <Button
      size="small"
      look="danger"
      acts
      disabled={isGone || isStoreAway}
      onClick={() => onRelease(lock)}
      aria-label={`Force the release of ${lock.key}`}
      className="relative max-sm:h-9"
    >
      Release
    </Button>
  );
  const look = clsx(
    "absolute inset-x-0 border-b border-line [contain:strict] hover:bg-hover",
    COLUMNS[form],
    isOpen && "bg-accent-soft",
    isGone && "opacity-60",
  );

  if (form === "card") {
    return (
      <tr aria-rowindex={place + 2} style={{ height: CARD_PX, top }} className={look}>
        <Cell className="flex items-center gap-2">
          <KindIcon kind={lock.resource_type} />
          <span className="min-w-0 flex-1">{key}</span>
          <ModeBadge mode={lock.mode} kind={lock.resource_type} />
        </Cell>
        <Cell className="mt-0.5 flex gap-2 text-xs text-ink-2">
          <span className="min-w-0 truncate">{names.nameOf(lock.agent_id)}</span>
          {lock.purpose && <span className="min-w-0 flex-1 truncate text-ink-3">{lock.purpose}</span>}
        </Cell>
        <Cell className="mt-1.5 flex items-center gap-3">
          {ttl}
          <span className="min-w-0 flex-1">
            <Waiting lock={lock} />
          </span>
          {release}
        </Cell>
      </tr>
    );
  }
  return (
    <tr aria-rowindex={place + 2} style={{ height: ROW_PX, top }} className={look}>
      <Cell className="flex min-w-0 items-center gap-2">
        <KindIcon kind={lock.resource_type} />
        <span className="min-w-0 flex-1">
          {key}
          <span className="block truncate text-xs text-ink-3">
            {!isNamed && names.nameOf(lock.agent_id)}
            {!isNamed && lock.purpose && " · "}
            {lock.purpose}
          </span>
        </span>
      </Cell>
      {isNamed && (
        <Cell>
          <ModeBadge mode={lock.mode} kind={lock.resource_type} />
        </Cell>
      )}
      {isNamed && (
        <Cell className="min-w-0 text-xs">
          <PartyName party={lock} names={names} />
        </Cell>
      )}
      <Cell className="min-w-0">
        <Waiting lock={lock} />
      </Cell>
      {form === "wide" && (
        <Cell className="text-right text-ink-2">
          <Ago at={lock.acquired_at} bare />
        </Cell>
      )}
      <Cell>{ttl}</Cell>
      {form === "wide" && (
        <Cell className="num truncate text-right font-mono text-xs text-ink-3">{lock.fencing_token}</Cell>
      )}
      <Cell className="text-right">{release}</Cell>
    </tr>
  );
});

function Cell({ className, children }: { className?: string; children: ReactNode }) {
  return <td className={clsx("block", className)}>{children}</td>;
}
