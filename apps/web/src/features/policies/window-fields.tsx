import clsx from "clsx";
import { Plus, Trash2 } from "lucide-react";
import type { ReactNode } from "react";
import { Button, IconButton } from "#components/ui/button.tsx";
import type { FreezeDates, TimeWindow } from "./policy-draft.ts";

const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
/** As people read a week. */
const WEEK = [1, 2, 3, 4, 5, 6, 0];
const OUTSIDE_OFFICE = { days: [1, 2, 3, 4, 5], from: "18:00", to: "08:00" };

const hereZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;
let zones: readonly string[] | undefined;
const zonesOf = () => (zones ??= ["UTC", ...Intl.supportedValuesOf("timeZone")]);

type ListProps<T> = {
  label: string;
  value: readonly T[];
  onChange: (value: T[]) => void;
  readOnly: boolean;
  issueOf: (index: number) => string | undefined;
  error?: string | undefined;
};

/** Weekly windows: days, from, to, time zone. One whose end is not after its start runs over midnight. */
export function WeeklyWindows(props: ListProps<TimeWindow>) {
  return (
    <Entries
      {...props}
      add="Add weekly hours"
      fresh={() => ({ ...OUTSIDE_OFFICE, time_zone: hereZone() })}
      row={(window, change, label) => (
        <>
          <fieldset className="col-span-full flex flex-wrap gap-1">
            <legend className="sr-only">{label}: days</legend>
            {WEEK.map((day) => (
              <label
                key={day}
                className={clsx(
                  "grid h-7 min-w-9 place-items-center rounded-md border px-1.5 text-xs font-medium has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent max-sm:h-9 max-sm:flex-1",
                  window.days.includes(day)
                    ? "border-accent bg-accent-soft text-accent"
                    : "border-line-strong text-ink-2",
                )}
              >
                <input
                  type="checkbox"
                  className="sr-only"
                  aria-label={DAYS[day]}
                  checked={window.days.includes(day)}
                  disabled={props.readOnly}
                  onChange={({ target }) => {
                    const days = window.days.filter((other) => other !== day);
                    change({ days: target.checked ? [...days, day].sort() : days });
                  }}
                />
                {DAYS[day]?.slice(0, 2)}
              </label>
            ))}
          </fieldset>
          <span className="grid grid-cols-[1fr_auto_1fr] items-center gap-1.5">
            {(["from", "to"] as const).map((name) => (
              <input
                key={name}
                type="time"
                required
                aria-label={`${label}: ${name}`}
                value={window[name]}
                disabled={props.readOnly}
                onChange={({ target }) => change({ [name]: target.value })}
                className={clsx("field num", name === "to" && "col-start-3")}
              />
            ))}
            <span className="col-start-2 row-start-1 text-ink-3">to</span>
          </span>
          <Zone label={label} value={window.time_zone} readOnly={props.readOnly} change={change} />
          {window.to <= window.from && (
            <p className="col-span-full text-xs text-ink-3">
              {window.to === window.from ? "24 hours from there." : "Runs over midnight into the next day."}
            </p>
          )}
        </>
      )}
    />
  );
}

/** Ranges of dates and hours, by the wall clock of their time zone. */
export function DateRanges(props: ListProps<FreezeDates>) {
  return (
    <Entries
      {...props}
      add="Add dates"
      fresh={() => {
        const day = (inDays: number) => new Date(Date.now() + inDays * 86_400_000).toISOString().slice(0, 10);
        return { from: `${day(1)}T00:00`, to: `${day(8)}T00:00`, time_zone: hereZone() };
      }}
      row={(range, change, label) => (
        <>
          {(["from", "to"] as const).map((name) => (
            <input
              key={name}
              type="datetime-local"
              required
              aria-label={`${label}: ${name}`}
              value={range[name]}
              disabled={props.readOnly}
              onChange={({ target }) => change({ [name]: target.value.slice(0, 16) })}
              className="field num"
            />
          ))}
          <Zone label={label} value={range.time_zone} readOnly={props.readOnly} change={change} />
        </>
      )}
    />
  );
}

function Zone(props: {
  label: string;
  value: string;
  readOnly: boolean;
  change: (change: { time_zone: string }) => void;
}) {
  return (
    <select
      aria-label={`${props.label}: time zone`}
      value={props.value}
      disabled={props.readOnly}
      onChange={({ target }) => props.change({ time_zone: target.value })}
      className="field"
    >
      {!zonesOf().includes(props.value) && <option>{props.value}</option>}
      {zonesOf().map((zone) => (
        <option key={zone}>{zone}</option>
      ))}
    </select>
  );
}

type EntriesProps<T> = ListProps<T> & {
  add: string;
  fresh: () => T;
  row: (entry: T, change: (change: Partial<T>) => void, label: string) => ReactNode;
};

function Entries<T>({ label, value, onChange, readOnly, issueOf, error, add, fresh, row }: EntriesProps<T>) {
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="float-left w-full text-xs font-medium text-ink-2">
        {label} <span className="font-normal text-ink-3">· optional</span>
      </legend>
      {value.map((entry, index) => {
        const change = (part: Partial<T>) =>
          onChange(value.map((each, place) => (place === index ? { ...each, ...part } : each)));
        const issue = issueOf(index);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: entries have no identity but their place
          <div key={index} className="flex items-start gap-1.5">
            <div className="grid min-w-0 flex-1 grid-cols-[repeat(auto-fit,minmax(min(15rem,100%),1fr))] items-center gap-2 rounded-md border border-line bg-canvas p-2">
              {row(entry, change, `${label} ${index + 1}`)}
              {issue && <p className="col-span-full text-xs text-bad">{issue}</p>}
            </div>
            {!readOnly && (
              <IconButton
                label={`Remove ${label.toLowerCase()} ${index + 1}`}
                onClick={() => onChange(value.filter((_, place) => place !== index))}
              >
                <Trash2 size={14} aria-hidden />
              </IconButton>
            )}
          </div>
        );
      })}
      {error && <p className="text-xs text-bad">{error}</p>}
      {!readOnly && (
        <Button size="small" onClick={() => onChange([...value, fresh()])} className="self-start">
          <Plus size={13} aria-hidden /> {add}
        </Button>
      )}
    </fieldset>
  );
}
