/** A moment as a wall clock shows it: milliseconds as if the clock stood in UTC. Days may overflow, as in Date.UTC. */
export type WallMs = number;

const MINUTE_MS = 60_000;
export const DAY_MS = 24 * 60 * MINUTE_MS;

/** Building a formatter loads the zone's rules; the same few zones are asked for again and again. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(timeZone);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat("en-US", {
      timeZone,
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
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

/** What a wall clock in the zone shows at `at`, to the second. */
export function wallClock(at: Date, timeZone: string): WallMs {
  const shown: Record<string, number> = {};
  for (const { type, value } of formatterOf(timeZone).formatToParts(at)) shown[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = shown;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** The moments at which the zone's clock shows this: none in the hour that it skips, two in the one that it repeats. */
function momentsOf(wall: WallMs, timeZone: string): number[] {
  const offsets = [wall - DAY_MS, wall + DAY_MS].map(
    (around) => wallClock(new Date(around), timeZone) - around,
  );
  return [...new Set(offsets)]
    .map((offset) => wall - offset)
    .filter((moment) => wallClock(new Date(moment), timeZone) === wall)
    .sort((a, b) => a - b);
}

/**
 * The moment at which the zone's clock shows `wall`: the first or the last of them where the clock repeats an hour, and
 * the end of the skipped time where it never shows it.
 */
export function momentOf(wall: WallMs, timeZone: string, which: "first" | "last"): Date {
  const moments = momentsOf(wall, timeZone);
  return new Date((which === "first" ? moments[0] : moments.at(-1)) ?? endOfSkipped(wall, timeZone));
}

/** The first moment whose wall clock is past a time that is skipped, to the minute: clocks jump on whole ones. */
function endOfSkipped(wall: WallMs, timeZone: string): number {
  let [before, after] = [wall - DAY_MS, wall + DAY_MS];
  while (after - before > MINUTE_MS) {
    const middle = Math.floor((before + after) / 2 / MINUTE_MS) * MINUTE_MS;
    if (wallClock(new Date(middle), timeZone) < wall) before = middle;
    else after = middle;
  }
  return after;
}

/** "2027-01-04 06:00 Europe/Berlin". */
export function wallText(at: Date, timeZone: string): string {
  const text = new Date(wallClock(at, timeZone)).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, 16)} ${timeZone}`;
}
