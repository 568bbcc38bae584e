export type DiffLine = {
  kind: "add" | "remove" | "same" | "gap";
  text: string;
  before: number | null;
  after: number | null;
};
export type DiffPair = { left: DiffLine | null; right: DiffLine | null };

const HUNK = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@(.*)$/;

/** Lines of a unified diff with their numbers on both sides. File headers are left out. */
export function parseDiff(diff: string): DiffLine[] {
  const lines: DiffLine[] = [];
  let before = 0;
  let after = 0;
  let inHunk = false;
  for (const line of diff.replace(/\n$/, "").split("\n")) {
    const hunk = HUNK.exec(line);
    if (hunk) {
      before = Number(hunk[1]);
      after = Number(hunk[2]);
      if (inHunk || before > 1)
        lines.push({ kind: "gap", text: hunk[3]?.trim() ?? "", before: null, after: null });
      inHunk = true;
    } else if (!inHunk || line.startsWith("\\")) {
    } else if (line.startsWith("+"))
      lines.push({ kind: "add", text: line.slice(1), before: null, after: after++ });
    else if (line.startsWith("-"))
      lines.push({ kind: "remove", text: line.slice(1), before: before++, after: null });
    else lines.push({ kind: "same", text: line.slice(1), before: before++, after: after++ });
  }
  return lines;
}

/** The same lines side by side: a run of removals stands beside the additions that follow it. */
export function pairLines(lines: readonly DiffLine[]): DiffPair[] {
  const pairs: DiffPair[] = [];
  let removed: DiffLine[] = [];
  let added: DiffLine[] = [];
  const flush = () => {
    for (let i = 0; i < Math.max(removed.length, added.length); i++) {
      pairs.push({ left: removed[i] ?? null, right: added[i] ?? null });
    }
    removed = [];
    added = [];
  };
  for (const line of lines) {
    if (line.kind === "remove") {
      if (added.length > 0) flush();
      removed.push(line);
    } else if (line.kind === "add") added.push(line);
    else {
      flush();
      pairs.push({ left: line, right: line });
    }
  }
  flush();
  return pairs;
}

/** How many lines are added and removed. */
export function diffStat(lines: readonly DiffLine[]): { added: number; removed: number } {
  return {
    added: lines.filter((line) => line.kind === "add").length,
    removed: lines.filter((line) => line.kind === "remove").length,
  };
}
