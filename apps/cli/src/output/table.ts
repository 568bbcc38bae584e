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
  /** Stands on a line of its own below the row where there is no room for it beside the others. */
  moves?: true;
};

const GAP = "  ";
const ellipsis = "…";

/**
 * Rows below their titles. On a terminal a line fits its width: columns that may give way do, the widest first, and where
 * that is not enough those that may move stand below their row. Anywhere else everything is shown. Pure.
 */
export function table<Row>(style: Style, rows: readonly Row[], all: readonly Column<Row>[]): string {
  const least = all.map(({ title, of, shrinksTo }) => {
    const width = Math.max(stringWidth(title), ...rows.map((row) => stringWidth(of(row))));
    return Math.min(width, shrinksTo ?? width);
  });
  const isTight = style.width !== null && total(least) > style.width;
  const columns = all.filter(({ moves }) => !(moves && isTight));
  const moved = all.filter(({ moves }) => moves && isTight);
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
    ...cells.flatMap((texts, index) => [
      lineOf(texts, (text, at) => columns[at]!.paint?.(text, rows[index]!) ?? text),
      ...moved.map(({ of }) => `${GAP}${style.dim(of(rows[index]!))}`),
    ]),
  ].join("\n");
}

/** The width of a line of columns, with the gaps between them. */
const total = (widths: readonly number[]): number =>
  widths.reduce((sum, each) => sum + each, 0) + GAP.length * (widths.length - 1);

/** Widths whose sum, with the gaps, is at most `width`, as far as the columns give way. */
function fitted<Row>(
  natural: readonly number[],
  columns: readonly Column<Row>[],
  width: number | null,
): number[] {
  const widths = [...natural];
  if (width === null) return widths;
  let over = total(widths) - width;
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
function cutTo(text: string, width: number): string {
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
