import stringWidth from "string-width";
import type { Style } from "./style.ts";

export type Column<Row> = {
  title: string;
  /** The text of a cell, already safe to show; coloured by `paint`, so that its width is known. */
  of: (row: Row) => string;
  paint?: (text: string, row: Row) => string;
  align?: "right";
  /** Gives way where a line is too long for the terminal, down to this width; others never do. */
  shrinksTo?: number;
};

const GAP = "  ";
const ellipsis = "…";

/**
 * Rows below their titles. On a terminal a line fits its width: columns that may give way do, the widest first. Anywhere
 * else everything is shown. Pure.
 */
export function table<Row>(style: Style, rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const cells = rows.map((row) => columns.map((column) => column.of(row)));
  const natural = columns.map((column, at) =>
    Math.max(stringWidth(column.title), ...cells.map((row) => stringWidth(row[at]!))),
  );
  const widths = fitted(natural, columns, style.width);
  const lineOf = (texts: readonly string[], paint: (text: string, at: number) => string) =>
    texts
      .map((text, at) => {
        const cut = cutTo(text, widths[at]!);
        const space = " ".repeat(widths[at]! - stringWidth(cut));
        const shown = paint(cut, at);
        if (columns[at]!.align === "right") return space + shown;
        return at === columns.length - 1 ? shown : shown + space;
      })
      .join(GAP)
      .trimEnd();
  return [
    lineOf(
      columns.map(({ title }) => title),
      (text) => style.dim(text),
    ),
    ...cells.map((row, index) => lineOf(row, (text, at) => columns[at]!.paint?.(text, rows[index]!) ?? text)),
  ].join("\n");
}

/** Widths whose sum, with the gaps, is at most `width`, as far as the columns give way. */
function fitted<Row>(
  natural: readonly number[],
  columns: readonly Column<Row>[],
  width: number | null,
): number[] {
  const widths = [...natural];
  if (width === null) return widths;
  let over = widths.reduce((sum, each) => sum + each, 0) + GAP.length * (widths.length - 1) - width;
  while (over > 0) {
    const giving = columns
      .map(({ shrinksTo }, at) => ({ at, spare: shrinksTo === undefined ? 0 : widths[at]! - shrinksTo }))
      .filter(({ spare }) => spare > 0)
      .sort((a, b) => widths[b.at]! - widths[a.at]!);
    const [first, second] = giving;
    if (!first) break;
    const toSecond = second ? Math.max(1, widths[first.at]! - widths[second.at]!) : over;
    const step = Math.min(over, first.spare, toSecond);
    widths[first.at]! -= step;
    over -= step;
  }
  return widths;
}

/** The beginning of a text, with a sign where something is left out. Pure. */
export function cutTo(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let cut = "";
  let used = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    const next = stringWidth(segment);
    if (used + next > width - 1) break;
    cut += segment;
    used += next;
  }
  return cut + ellipsis;
}
