import type { Freeze } from "./schema.ts";
import { minuteOf, type TimeWindow } from "./time-window.ts";
import { DAY_MS, momentOf, wallClock } from "./wall-clock.ts";

/** What holds an approved change back: the freeze in force, and the first moment at which none is. */
export type Frozen = { name: string; until: Date; time_zone: string };

/** From its first moment up to, not including, its last. */
type Span = { name: string; from: Date; to: Date; time_zone: string };

const MINUTE_MS = 60_000;

/**
 * The freeze in force at `at` and the end of it, or null where nothing is frozen. Freezes that follow each other without
 * a gap are one wait: what ends one and begins the next lets nothing through, nor does a window for applying that opens
 * while another freeze lasts. Each occurrence of a weekly window and
 * each range of dates is one span of time: an hour that the clock repeats belongs to it, one that it skips ends with it.
 */
export function frozenUntil(freezes: readonly Freeze[], at: Date): Frozen | null {
  const first = longest(freezes, at);
  if (!first) return null;
  const horizon = horizonOf(freezes, at);
  let last = first;
  while (last.to.getTime() < horizon) {
    const next = longest(freezes, last.to);
    if (!next) break;
    last = next;
  }
  return { name: first.name, until: last.to, time_zone: last.time_zone };
}

/** True where the weekly windows alone cover the whole week: then nothing is ever applied. */
export function neverThaws({ name, windows, outside }: Freeze): boolean {
  const weekly = [{ name, ...(windows && { windows }), ...(outside && { outside }) }];
  const at = new Date(0);
  const frozen = frozenUntil(weekly, at);
  return frozen !== null && frozen.until.getTime() >= horizonOf(weekly, at);
}

/** Past every date, windows repeat weekly: what is frozen for eight days on end from there is frozen for ever. */
function horizonOf(freezes: readonly Freeze[], at: Date): number {
  const ends = freezes.flatMap(({ dates = [] }) => dates.map((range) => endOf(range).getTime()));
  return Math.max(at.getTime(), ...ends) + 8 * DAY_MS;
}

/** The span around `at` that lasts longest. */
function longest(freezes: readonly Freeze[], at: Date): Span | null {
  let found: Span | null = null;
  for (const freeze of freezes) {
    for (const span of spansNear(freeze, at)) {
      if (span.from <= at && at < span.to && (found === null || found.to < span.to)) found = span;
    }
  }
  return found;
}

function spansNear({ name, windows = [], dates = [], outside = [] }: Freeze, at: Date): Span[] {
  return [
    ...windows.flatMap((window) => occurrencesNear(window, at).map((span) => ({ name, ...span }))),
    ...dates.map((range) => ({
      name,
      from: momentOf(Date.parse(`${range.from}Z`), range.time_zone, "first"),
      to: endOf(range),
      time_zone: range.time_zone,
    })),
    ...closedAt(outside, at).map((span) => ({ name, ...span })),
  ];
}

/** From now to the next time that one of the windows opens; nothing while one is open. */
function closedAt(windows: readonly TimeWindow[], at: Date): Omit<Span, "name">[] {
  const week = Array.from({ length: 9 }, (_, days) => new Date(at.getTime() + days * DAY_MS));
  const openings = windows.flatMap((window) => week.flatMap((day) => occurrencesNear(window, day)));
  if (openings.some(({ from, to }) => from <= at && at < to)) return [];
  const [next] = openings
    .filter(({ from, to }) => from > at && from < to)
    .toSorted((one, other) => one.from.getTime() - other.from.getTime());
  return next ? [{ from: at, to: next.from, time_zone: next.time_zone }] : [];
}

function endOf(range: NonNullable<Freeze["dates"]>[number]): Date {
  return momentOf(Date.parse(`${range.to}Z`), range.time_zone, "last");
}

/** A window that runs over midnight belongs to the day on which it begins; so yesterday's may still run. */
function occurrencesNear(window: TimeWindow, at: Date): Omit<Span, "name">[] {
  const { time_zone } = window;
  const today = Math.floor(wallClock(at, time_zone) / DAY_MS) * DAY_MS;
  const from = minuteOf(window.from);
  const to = minuteOf(window.to);
  const lastsMinutes = to > from ? to - from : to - from + 24 * 60;
  return [today - DAY_MS, today].flatMap((day) => {
    if (!window.days.includes(new Date(day).getUTCDay())) return [];
    const begins = day + from * MINUTE_MS;
    return [
      {
        from: momentOf(begins, time_zone, "first"),
        to: momentOf(begins + lastsMinutes * MINUTE_MS, time_zone, "last"),
        time_zone,
      },
    ];
  });
}
