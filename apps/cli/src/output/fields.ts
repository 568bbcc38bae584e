import stringWidth from "string-width";
import type { Style } from "./style.ts";

/** Names and values below each other; what has no value is left out. Pure. */
export function fields(
  style: Style,
  rows: readonly (readonly [string, string | null | undefined])[],
): string {
  const shown = rows.filter((row): row is [string, string] => Boolean(row[1]));
  const width = Math.max(0, ...shown.map(([name]) => stringWidth(name)));
  return shown
    .map(([name, value]) => {
      const indented = value.replaceAll("\n", `\n${" ".repeat(width + 2)}`);
      return `${style.dim(name.padEnd(width))}  ${indented}`;
    })
    .join("\n");
}
