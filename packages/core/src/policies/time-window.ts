import type { z } from "zod";
import type { timeWindow } from "./schema.ts";

export type TimeWindow = z.infer<typeof timeWindow>;

const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] as const;

/** Building a formatter loads the zone's rules; matching asks for the same few zones again and again. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(timeZone);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat("en-US", {
      timeZone,
      weekday: "short",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    });
    formatters.set(timeZone, formatter);
  }
  return formatter;
}

/** True for a time zone that this runtime knows (IANA names and UTC offsets). */
export function isTimeZone(name: string): boolean {
  try {
    formatterOf(name);
    return true;
  } catch {
    return false;
  }
}

/** Day (0 is Sunday) and minute of the day that a wall clock in the zone shows at `at`. */
export function localTime(at: Date, timeZone: string): { day: number; minute: number } {
  const parts = formatterOf(timeZone).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((one) => one.type === type)?.value ?? "";
  return {
    day: WEEKDAYS.indexOf(part("weekday") as (typeof WEEKDAYS)[number]),
    minute: Number(part("hour")) * 60 + Number(part("minute")),
  };
}

/**
 * True while the zone's wall clock stands within the window: from `from` up to, not including, `to`. A window whose end
 * is before its start runs over midnight and belongs to the day on which it starts; one whose ends are equal is the
 * whole 24 hours from there.
 */
export function isWithin(window: TimeWindow, at: Date): boolean {
  const { day, minute } = localTime(at, window.time_zone);
  const from = minuteOf(window.from);
  const to = minuteOf(window.to);
  if (from < to) return window.days.includes(day) && minute >= from && minute < to;
  const yesterday = (day + 6) % 7;
  return (window.days.includes(day) && minute >= from) || (window.days.includes(yesterday) && minute < to);
}

/** The window for people: "18:00-08:00 Europe/Berlin". */
export function describeWindow(window: TimeWindow): string {
  return `${window.from}-${window.to} ${window.time_zone}`;
}

function minuteOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}
