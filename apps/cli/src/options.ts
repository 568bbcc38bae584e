import { InvalidArgumentError } from "commander";

/** Parsers of options, for commander: what is wrong is told with the option's name. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("It takes a whole number.");
  return Number(text);
}

/** One of a few words. */
export function oneOf<const T extends string>(choices: readonly T[]): (text: string) => T {
  return (text) => {
    const chosen = choices.find((choice) => choice === text);
    if (chosen === undefined) throw new InvalidArgumentError(`It is ${choices.join(", ")}.`);
    return chosen;
  };
}

/** Options that may be given more than once, or with commas between. */
export function collect(text: string, before: string[] = []): string[] {
  return [...before, ...text.split(",").filter((part) => part !== "")];
}

/** As `collect`, in capitals: states and levels are typed as they are read. */
export function collectUpper(text: string, before: string[] = []): string[] {
  return collect(text.toUpperCase(), before);
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** `90`, `90s`, `15m`, `2h`, `7d` as seconds. */
export function seconds(text: string): number {
  const [, count, unit = "s"] = /^(\d{1,9})([smhd])?$/.exec(text) ?? [];
  if (count === undefined) throw new InvalidArgumentError("It takes a time such as 90s, 15m, 2h or 7d.");
  return Number(count) * UNIT_SECONDS[unit]!;
}

/** A moment: ISO 8601, or how long ago (`2h`). */
export function moment(text: string): string {
  if (/^\d+[smhd]$/.test(text)) return new Date(Date.now() - seconds(text) * 1000).toISOString();
  const at = new Date(text);
  if (Number.isNaN(at.getTime()))
    throw new InvalidArgumentError("It takes a time such as 2026-11-21T14:00:00Z, or how long ago: 2h.");
  return at.toISOString();
}
