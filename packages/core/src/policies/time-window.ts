import type { z } from "zod";
import type { timeWindow } from "./schema.ts";
import { wallClock } from "./wall-clock.ts";

export type TimeWindow = z.infer<typeof timeWindow>;

/** Day (0 is Sunday) and minute of the day that a wall clock in the zone shows at `at`. */
export function localTime(at: Date, timeZone: string): { day: number; minute: number } {
  const shown = new Date(wallClock(at, timeZone));
  return { day: shown.getUTCDay(), minute: shown.getUTCHours() * 60 + shown.getUTCMinutes() };
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

/** "08:30" as the minute of the day. */
export function minuteOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}
