import type { Preview } from "@ade/client";
import { plainLine, plainText } from "./plain.ts";
import type { Style } from "./style.ts";
import { resourceName } from "./words.ts";

/** What applying would change, with every diff in full: a reviewer must see all of it. Pure. */
export function previewText(preview: Preview, style: Style): string {
  const blocks = preview.changes.map((change) => {
    const title = style.bold(`${plainLine(change.action)} ${plainLine(resourceName(change.resource))}`);
    const diff = change.diff === undefined ? beforeAndAfter(change, style) : diffText(change.diff, style);
    return diff ? `${title}\n${diff}` : title;
  });
  const notes = [
    ...preview.errors.map((text) => style.red(`✗ ${plainLine(text)}`)),
    ...preview.warnings.map((text) => style.yellow(`! ${plainLine(text)}`)),
    ...(preview.changes.length === 0 ? [style.dim("It would change nothing.")] : []),
  ];
  return [...blocks, ...(notes.length > 0 ? [notes.join("\n")] : [])].join("\n\n");
}

/** A unified diff, added and removed lines in their colours. Pure. */
function diffText(diff: string, style: Style): string {
  return plainText(diff)
    .replace(/\n$/, "")
    .split("\n")
    .map((line) => {
      if (/^(\+\+\+|---) /.test(line)) return style.bold(line);
      if (line.startsWith("@@")) return style.cyan(line);
      if (line.startsWith("+")) return style.green(line);
      if (line.startsWith("-")) return style.red(line);
      return line;
    })
    .join("\n");
}

function beforeAndAfter(change: Preview["changes"][number], style: Style): string {
  const lines = (sign: string, value: unknown) =>
    value === undefined || value === null
      ? []
      : plainText(typeof value === "string" ? value : JSON.stringify(value, null, 2))
          .split("\n")
          .map((line) => `${sign}${line}`);
  return [
    ...lines("-", change.before).map((line) => style.red(line)),
    ...lines("+", change.after).map((line) => style.green(line)),
  ].join("\n");
}
