import { isUtf8 } from "node:buffer";
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff";
import type { FileState } from "./file-state.ts";

/** A diff is for people; what is applied is held by the hashes of before and after. */
export const DIFF_LIMIT_CHARACTERS = 256 * 1024;

/**
 * Beyond so many changed lines the whole file is shown as replaced: the search for the shortest diff holds the event
 * loop, 0.4 s for two files of 1 MiB that differ in every line, 0.8 s at 2000.
 * A count and not a time: two plans of the same change must be equal.
 */
const MAX_EDITS = 1000;

function isText(bytes: Buffer): boolean {
  return isUtf8(bytes) && !bytes.includes(0);
}

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

/** The unified diff from a file's state to its next content (null deletes it). */
export function fileDiff(path: string, before: FileState, after: Buffer | null): string {
  const from = before ? `a/${path}` : "/dev/null";
  const to = after ? `b/${path}` : "/dev/null";
  if ((before && !isText(before.bytes)) || (after && !isText(after))) {
    const size = (bytes: Buffer | undefined | null) => (bytes ? `${bytes.length} bytes` : "absent");
    return `Binary files ${from} (${size(before?.bytes)}) and ${to} (${size(after)}) differ\n`;
  }
  const old = before?.bytes.toString("utf8") ?? "";
  const fresh = after?.toString("utf8") ?? "";
  const patch = createTwoFilesPatch(from, to, old, fresh, undefined, undefined, {
    context: 3,
    maxEditLength: MAX_EDITS,
    headerOptions: FILE_HEADERS_ONLY,
  });
  return limited(patch ?? wholeReplaced(from, to, old, fresh));
}
