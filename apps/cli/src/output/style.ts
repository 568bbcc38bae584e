import type { Io } from "../cli.ts";

const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  magenta: [35, 39],
  cyan: [36, 39],
} as const;
type Colour = keyof typeof CODES;

/** How text is shown: colours where they are wanted, and how wide a line may be (null: as wide as it gets). */
export type Style = Readonly<Record<Colour, (text: string) => string>> & { readonly width: number | null };

/** Colours only on a terminal, and never with NO_COLOR (https://no-color.org) or TERM=dumb. */
export function createStyle(stream: Io["stdout"], env: Io["env"]): Style {
  const colours = stream.isTTY === true && !env.NO_COLOR && env.TERM !== "dumb";
  const paint = Object.fromEntries(
    Object.entries(CODES).map(([name, [on, off]]) => [
      name,
      (text: string) => (colours && text !== "" ? `\u001b[${on}m${text}\u001b[${off}m` : text),
    ]),
  ) as Record<Colour, (text: string) => string>;
  return { ...paint, width: stream.isTTY ? (stream.columns ?? 80) : null };
}
