import type { Change } from "../../executors/schema.ts";

const OPPOSITE: Readonly<Record<string, string>> = { create: "delete", delete: "create" };
const HUNK = /^@@ -(\S+) \+(\S+) @@(.*)$/;

/** What undoing these changes does: the last one first, each with before and after exchanged. Pure. */
export function reverseChanges(changes: readonly Change[]): Change[] {
  return changes.toReversed().map(({ resource, action, before, after, diff }) => ({
    resource,
    action: OPPOSITE[action] ?? action,
    ...(after === undefined ? {} : { before: after }),
    ...(before === undefined ? {} : { after: before }),
    ...(diff === undefined ? {} : { diff: reverseDiff(diff) }),
  }));
}

/** A unified diff from the new text to the old one. What is taken away stands before what is added, as before. Pure. */
export function reverseDiff(diff: string): string {
  const reversed: string[] = [];
  let added: string[] = [];
  let removed: string[] = [];
  /** A note on the line before ("\ No newline at end of file") goes where that line goes. */
  let last: string[] = reversed;
  const flush = (): void => {
    reversed.push(...removed, ...added);
    removed = [];
    added = [];
  };
  const lines = diff.split("\n");
  let inHunk = false;
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!;
    const hunk = HUNK.exec(line);
    const next = lines[at + 1];
    if (!inHunk && line.startsWith("--- ") && next?.startsWith("+++ ")) {
      reversed.push(`--- ${next.slice(4)}`, `+++ ${line.slice(4)}`);
      at++;
    } else if (hunk) {
      flush();
      inHunk = true;
      reversed.push(`@@ -${hunk[2]} +${hunk[1]} @@${hunk[3]}`);
    } else if (inHunk && line.startsWith("+")) {
      removed.push(`-${line.slice(1)}`);
      last = removed;
    } else if (inHunk && line.startsWith("-")) {
      added.push(`+${line.slice(1)}`);
      last = added;
    } else if (line.startsWith("\\")) {
      last.push(line);
    } else {
      flush();
      reversed.push(line);
      last = reversed;
    }
  }
  flush();
  return reversed.join("\n");
}
