import { createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff";

/** A diff is for people; what is applied is held by the hashes of before and after. */
export const DIFF_LIMIT_CHARACTERS = 256 * 1024;

/**
 * Beyond so many changed lines the whole text is shown as replaced: the search for the shortest diff holds the event
 * loop, 0.4 s for two files of 1 MiB that differ in every line, 0.8 s at 2000.
 * A count and not a time: two plans of the same change must be equal.
 */
const MAX_EDITS = 1000;

function lines(text: string): string[] {
  return text.split("\n").slice(0, text.endsWith("\n") || text === "" ? -1 : undefined);
}

function wholeReplaced(from: string, to: string, before: string, after: string): string {
  const [old, fresh] = [lines(before), lines(after)];
  const range = (count: number) => (count === 0 ? "0,0" : `1,${count}`);
  return [
    `--- ${from}`,
    `+++ ${to}`,
    `@@ -${range(old.length)} +${range(fresh.length)} @@`,
    ...old.map((line) => `-${line}`),
    ...fresh.map((line) => `+${line}`),
    "",
  ].join("\n");
}

function limited(text: string): string {
  if (text.length <= DIFF_LIMIT_CHARACTERS) return text;
  const end = text.lastIndexOf("\n", DIFF_LIMIT_CHARACTERS) + 1 || DIFF_LIMIT_CHARACTERS;
  const left = text.length - end;
  return `${text.slice(0, end).toWellFormed()}\\ ${left} more characters are not shown\n`;
}

/** Names of a diff's two sides; what is not there is /dev/null. */
export function diffSides(name: string, before: unknown, after: unknown): { from: string; to: string } {
  return {
    from: before === null ? "/dev/null" : `a/${name}`,
    to: after === null ? "/dev/null" : `b/${name}`,
  };
}

/** The unified diff of a text from before to after, bounded; null is nothing there. */
export function unifiedDiff(name: string, before: string | null, after: string | null): string {
  const { from, to } = diffSides(name, before, after);
  const [old, fresh] = [before ?? "", after ?? ""];
  const patch = createTwoFilesPatch(from, to, old, fresh, undefined, undefined, {
    context: 3,
    maxEditLength: MAX_EDITS,
    headerOptions: FILE_HEADERS_ONLY,
  });
  return limited(patch ?? wholeReplaced(from, to, old, fresh));
}
