import type { InboxRow } from "@ade/core/views/schema";
import { type KeyboardEvent, useRef, useState } from "react";
import { FormDialog } from "#components/form-dialog.tsx";
import { TextRow } from "#components/ui/field-row.tsx";
import { api } from "#lib/api.ts";
import { serverNow } from "#lib/server-time.ts";
import { clockTime } from "#lib/time-text.ts";
import { snoozeTimes } from "./snooze-times.ts";
import type { Decisions } from "./use-decisions.ts";

type Props = { row: InboxRow; decisions: Decisions; close: () => void; done: () => void };
const MAX_DAYS = 30;

/** Puts an approval aside until a time; it stays due, and comes back by itself. */
export function SnoozeDialog({ row, decisions, close, done }: Props) {
  const [now] = useState(() => new Date(serverNow()));
  const [own, setOwn] = useState("");
  const list = useRef<HTMLUListElement>(null);
  const times = snoozeTimes(now);
  const ownTime = own ? new Date(own) : null;
  const isOwnGood =
    ownTime !== null && ownTime > now && ownTime.getTime() - now.getTime() < MAX_DAYS * 86_400_000;
  const set = (until: string | null) => api.approvals.snooze.mutate({ id: row.approval_id ?? "", until });
  const put = (at: Date | null) => {
    done();
    void decisions.perform({
      rows: [row],
      text: at
        ? `Back on ${clockTime(at.toISOString()).slice(0, -3)}: ${row.title}`
        : `Back in your queue: ${row.title}`,
      run: () => set(at?.toISOString() ?? null),
      undo: () => set(row.snoozed_until),
    });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const buttons = [...(list.current?.querySelectorAll("button") ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    buttons[Math.min(Math.max(at + step, 0), buttons.length - 1)]?.focus();
  };
  const itemClass =
    "flex h-9 w-full items-center gap-3 rounded-md px-2 text-left -outline-offset-2! hover:bg-hover max-sm:h-11";
  return (
    <FormDialog
      title="Snooze until"
      description={row.title}
      focusFirst="ul button"
      submit={{ label: "Snooze", isReady: isOwnGood, run: () => put(ownTime) }}
      close={close}
    >
      <ul ref={list} onKeyDown={onKeyDown} className="-mx-2 flex flex-col">
        {row.snoozed_until && (
          <li>
            <button type="button" onClick={() => put(null)} className={itemClass}>
              <span className="flex-1 font-medium">Take it back now</span>
            </button>
          </li>
        )}
        {times.map(({ name, at }) => (
          <li key={name}>
            <button type="button" onClick={() => put(at)} className={itemClass}>
              <span className="flex-1 font-medium">{name}</span>
              <span className="num text-xs text-ink-3">{clockTime(at.toISOString()).slice(0, -3)}</span>
              {row.due_at && Date.parse(row.due_at) < at.getTime() && (
                <span className="text-xs text-warn">past due</span>
              )}
            </button>
          </li>
        ))}
      </ul>
      <TextRow
        label="Another time"
        className="border-t border-line pt-3"
        error={own && !isOwnGood ? "Ahead of now, within thirty days" : undefined}
        hint="It stays due meanwhile: reminders and escalation go on."
        type="datetime-local"
        value={own}
        onChange={(event) => setOwn(event.target.value)}
      />
    </FormDialog>
  );
}
