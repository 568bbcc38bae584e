import { appendFileSync, existsSync, readFileSync } from "node:fs";

/** What one run was, as one line of a report's file keeps it. */
export type RunRecord = {
  fault: string;
  seed: number;
  at: string;
  problems: string[];
  operations: number;
  grants: number;
  refused_writes: number;
  tasks_completed: number;
  /** From the healing until locks were granted again. */
  moved_again_ms: number;
  /** From the healing until everything approved was applied, what was approved after it too. */
  applied_ms: number;
  run_ms: number;
};

/** Runs side by side may add to one file: a line is one write. */
export function addToReport(file: string, record: RunRecord): void {
  appendFileSync(file, `${JSON.stringify(record)}\n`);
}

/** All runs that a file keeps; none where there is no such file yet. */
export function readReport(file: string): RunRecord[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as RunRecord);
}

const HEADS = [
  ...["fault", "seeds", "ok", "failed", "lock operations", "grants", "late writes refused", "tasks"],
  ...["locks again, s", "all applied, s", "longest run, s"],
];

/** A Markdown table, one row for each fault in the order given and their sum; times are the slowest. Pure. */
export function reportTable(records: readonly RunRecord[], order: readonly string[]): string {
  const rows = order.flatMap((fault) => {
    const runs = records.filter((record) => record.fault === fault);
    return runs.length > 0 ? [rowOf(fault, runs)] : [];
  });
  const all = [HEADS, HEADS.map((_, at) => (at === 0 ? "---" : "---:")), ...rows, rowOf("**all**", records)];
  return all.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function rowOf(name: string, runs: readonly RunRecord[]): string[] {
  const failed = runs.filter(({ problems }) => problems.length > 0);
  const sum = (of: (run: RunRecord) => number) =>
    runs.reduce((so_far, run) => so_far + of(run), 0).toLocaleString("en");
  const slowest = (of: (run: RunRecord) => number) =>
    (runs.reduce((longest, run) => Math.max(longest, of(run)), 0) / 1000).toFixed(1);
  return [
    name,
    String(runs.length),
    String(runs.length - failed.length),
    failed.length === 0 ? "0" : `${failed.length}: ${failed.map(({ seed }) => seed).join(", ")}`,
    ...[sum((run) => run.operations), sum((run) => run.grants), sum((run) => run.refused_writes)],
    ...[sum((run) => run.tasks_completed), slowest((run) => run.moved_again_ms)],
    ...[slowest((run) => run.applied_ms), slowest((run) => run.run_ms)],
  ];
}
