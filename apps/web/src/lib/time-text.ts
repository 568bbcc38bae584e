const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A span in its largest unit, short: `42 s`, `12 m`, `3 h`, `5 d`. */
export function span(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds));
  if (s < MINUTE) return `${s} s`;
  if (s < HOUR) return `${Math.floor(s / MINUTE)} m`;
  if (s < 2 * DAY) return `${Math.floor(s / HOUR)} h`;
  return `${Math.floor(s / DAY)} d`;
}

/** `now`, `12 m ago`. */
export function ago(iso: string, nowMs: number): string {
  const seconds = (nowMs - Date.parse(iso)) / 1000;
  return seconds < 5 ? "now" : `${span(seconds)} ago`;
}

/** `3 h left`, or `2 h over` once it is past. */
export function left(iso: string, nowMs: number): string {
  const seconds = (Date.parse(iso) - nowMs) / 1000;
  return seconds >= 0 ? `${span(seconds)} left` : `${span(-seconds)} over`;
}

const localForm = new Intl.DateTimeFormat(undefined, {
  year: "numeric",
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});

/** Local and UTC, for tooltips and evidence. */
export function fullTime(iso: string): string {
  const date = new Date(iso);
  return `${localForm.format(date)} · ${date.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

const dayForm = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric" });
const clockForm = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hour12: false,
});

/** `21 Nov 14:03:22` in local time. */
export function clockTime(iso: string): string {
  const date = new Date(iso);
  return `${dayForm.format(date)} ${clockForm.format(date)}`;
}
