import clsx from "clsx";
import { BellRing, Check, ShieldAlert } from "lucide-react";
import { memo } from "react";
import { RiskMeter } from "#components/risk-meter.tsx";
import { TaskState } from "#components/task-state.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Ago, Left } from "#components/ui/time.tsx";
import { Who } from "#components/who.tsx";
import { serverNow } from "#lib/server-time.ts";
import type { Line } from "./use-inbox.ts";

export const ROW_PX = 36;
export const CARD_PX = 76;

type Props = {
  line: Line;
  place: number;
  total: number;
  isCursor: boolean;
  isSelected: boolean;
  isCard: boolean;
  onOpen: (id: string) => void;
  onSelect: (id: string) => void;
};

/** One line of the queue. Risk and age stand first: they decide what is looked at. */
export const InboxRowLine = memo(function InboxRowLine(props: Props) {
  const { line, place, total, isCursor, isSelected, isCard, onOpen, onSelect } = props;
  const { row, gone } = line;
  const target = row.more_targets > 0 ? `${row.target} +${row.more_targets}` : row.target;
  const isOpen = row.state === "REVIEWING" || row.state === "SUBMITTED";
  const mark = (
    <span
      aria-hidden
      title="Select (x)"
      onClick={(event) => {
        event.stopPropagation();
        onSelect(row.task_id);
      }}
      className="-my-1 -ml-1 grid size-6 shrink-0 cursor-pointer place-items-center max-sm:hidden"
    >
      <span
        className={clsx(
          "grid size-3.5 place-items-center rounded-[3px] border",
          isSelected
            ? "border-accent bg-accent text-accent-ink"
            : "border-line-strong group-hover:border-control-line",
        )}
      >
        {isSelected && <Check size={11} strokeWidth={3} />}
      </span>
    </span>
  );
  const approvals = (
    <span className="num">
      {row.current_approvals}
      <span className="text-ink-3"> of {row.required_approvals}</span>
    </span>
  );
  const due = gone ? (
    <span className="text-ink-3">decided</span>
  ) : row.snoozed_until && row.my_status === "PENDING" && Date.parse(row.snoozed_until) > serverNow() ? (
    <Left until={row.snoozed_until} form="in" />
  ) : !isOpen ? (
    <TaskState state={row.state} plain />
  ) : row.due_at ? (
    <Left until={row.due_at} />
  ) : null;

  const changed = row.changed_since_look && (
    <span
      role="img"
      aria-label="Changed since you looked"
      title="Changed since you looked"
      className="block size-2 shrink-0 rounded-full bg-accent"
    />
  );
  const override = row.override_asked && (
    <Badge tone="warn" icon={<ShieldAlert size={11} aria-hidden />}>
      Override to confirm
    </Badge>
  );
  const pressing = isOpen && row.my_status === "PENDING" && (row.escalation_step ?? 0) > 0 && (
    <BellRing
      size={13}
      role="img"
      aria-label={row.escalation_step === 1 ? "You were reminded" : "Passed on up the ladder"}
      className="shrink-0 self-center text-warn"
    />
  );

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: enter is in the key registry, for the row under the cursor
    <div
      id={`row-${row.task_id}`}
      role="option"
      aria-selected={isSelected}
      aria-setsize={total}
      aria-posinset={place + 1}
      tabIndex={isCursor ? 0 : -1}
      onClick={() => onOpen(row.task_id)}
      className={clsx(
        "group relative border-b border-line px-4 outline-offset-[-2px]!",
        isCursor ? "bg-accent-soft" : isSelected ? "bg-hover" : "hover:bg-hover",
        isCursor && "before:absolute before:inset-y-0 before:left-0 before:w-0.5 before:bg-accent",
        gone && "opacity-55",
        isCard ? "flex h-19 flex-col justify-center gap-1" : "flex h-9 items-center gap-3",
      )}
    >
      {isCard ? (
        <>
          <span className="flex items-center gap-2">
            <RiskMeter score={row.risk_score} level={row.risk_level} />
            <span className="ml-auto text-xs text-ink-2">{due}</span>
          </span>
          <span className="flex min-w-0 items-center gap-2">
            {changed}
            <span className="truncate text-base font-medium">{row.title}</span>
            {pressing}
            {override}
          </span>
          <span className="flex gap-2 text-xs text-ink-3">
            <span className="min-w-0 flex-1 truncate">
              {row.author_name} · <span className="font-mono text-2xs">{target}</span>
            </span>
            {approvals}
            <Ago at={row.submitted_at ?? row.updated_at} bare />
          </span>
        </>
      ) : (
        <>
          {mark}
          <RiskMeter score={row.risk_score} level={row.risk_level} className="w-13 shrink-0 @2xl:w-25" />
          <Ago at={row.submitted_at ?? row.updated_at} bare className="w-9 shrink-0 text-right text-ink-2" />
          <span className="flex min-w-0 flex-1 items-baseline gap-2">
            {changed && <span className="self-center">{changed}</span>}
            <span className={clsx("truncate font-medium", gone && "line-through decoration-ink-3")}>
              {row.title}
            </span>
            {pressing}
            {override}
            <span className="hidden shrink-0 font-mono text-2xs text-ink-3 @5xl:inline">{row.type}</span>
          </span>
          <span
            className="hidden w-56 shrink-0 truncate font-mono text-xs text-ink-2 @4xl:block"
            title={target}
          >
            {target}
          </span>
          <span className="hidden w-32 shrink-0 text-ink-2 @2xl:block">
            <Who name={row.author_name} kind={row.author_kind} className="max-w-full" />
          </span>
          <span className="w-11 shrink-0 text-right whitespace-nowrap">{approvals}</span>
          <span className="flex w-20 shrink-0 justify-end truncate text-ink-2">{due}</span>
        </>
      )}
    </div>
  );
});
