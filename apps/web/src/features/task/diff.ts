export type DiffLine = {
  kind: "add" | "remove" | "same" | "gap";
  text: string;
  before: number | null;
  after: number | null;
};
export type DiffPair = { left: DiffLine | null; right: DiffLine | null };

const HUNK = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@(.*)$/;
/** What Terraform and its like set before what comes and goes. */
const SIGN = /^\s*([+-])(?:\/[+-])?\s/;

/**
 * Lines of a unified diff with their numbers on both sides, over one file or several; file headers are left out. Text
 * that is no unified diff (the plan of a command) comes line by line, with its own signs.
 */
export function parseDiff(diff: string): DiffLine[] {
  const texts = diff.replace(/\n$/, "").split("\n");
  return texts.some((line) => HUNK.test(line)) ? unified(texts) : printed(texts);
}

function unified(texts: readonly string[]): DiffLine[] {
  const lines: DiffLine[] = [];
  let before = 0;
  let after = 0;
  let left = 0;
  let inHunk = false;
  let file = "";
  for (const line of texts) {
    const hunk = HUNK.exec(line);
    // A line of a hunk has a sign; a header of the next file can look like one, but not before the hunk is full.
    if (!hunk && (!/^[-+ \\]|^$/.test(line) || (left <= 0 && line.startsWith("--- ")))) inHunk = false;
    if (hunk) {
      before = Number(hunk[1]);
      after = Number(hunk[3]);
      left = Number(hunk[2] ?? 1) + Number(hunk[4] ?? 1);
      const text = [lines.length > 0 && file, hunk[5]?.trim()].filter(Boolean).join(" ");
      if (lines.length > 0 || before > 1) lines.push({ kind: "gap", text, before: null, after: null });
      file = "";
      inHunk = true;
    } else if (!inHunk) {
      if (line.startsWith("+++ ")) file = line.slice(4).split("\t")[0]!;
    } else if (line.startsWith("\\")) {
    } else if (line.startsWith("+")) {
      lines.push({ kind: "add", text: line.slice(1), before: null, after: after++ });
      left--;
    } else if (line.startsWith("-")) {
      lines.push({ kind: "remove", text: line.slice(1), before: before++, after: null });
      left--;
    } else {
      lines.push({ kind: "same", text: line.slice(1), before: before++, after: after++ });
      left -= 2;
    }
  }
  return lines;
}

function printed(texts: readonly string[]): DiffLine[] {
  return texts.map((text) => {
    const sign = SIGN.exec(text)?.[1];
    const kind = sign === "+" ? "add" : sign === "-" ? "remove" : "same";
    return { kind, text, before: null, after: null };
  });
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
