export type SnoozeTime = { name: string; at: Date };

const HOUR_MS = 3_600_000;
const MORNING = 9;

/** The times at which one may want it back, in the zone of this machine; only those that still lie ahead by an hour. */
export function snoozeTimes(now: Date): SnoozeTime[] {
  const at = (days: number, hour: number) =>
    new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour);
  const toMonday = (8 - now.getDay()) % 7 || 7;
  const times = [
    { name: "In an hour", at: new Date(now.getTime() + HOUR_MS) },
    { name: "In four hours", at: new Date(now.getTime() + 4 * HOUR_MS) },
    { name: "This afternoon", at: at(0, 14) },
    { name: "Tomorrow morning", at: at(1, MORNING) },
    { name: "Monday morning", at: at(toMonday, MORNING) },
  ];
  return times
    .filter(({ at: then }) => then.getTime() - now.getTime() >= HOUR_MS)
    .filter((time, place, all) => all.findIndex((each) => each.at.getTime() === time.at.getTime()) === place);
}
