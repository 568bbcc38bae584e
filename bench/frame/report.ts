import type {
  Benchmark,
  CaseTable,
  ComparisonResult,
  Figures,
  Goal,
  Outcome,
  SideResult,
} from "./benchmark.ts";
import type { Machine } from "./machine.ts";

/** What is kept of one benchmark's last run. */
export type Result = Pick<Benchmark, "name" | "title" | "reference" | "goal"> &
  Outcome & {
    at: string;
    quick: boolean;
    seconds: number;
    /** of the whole machine in the minute before it began: how much else went on */
    load_before: number;
    machine: Machine;
  };

type Row = { name: string; figures: Figures; goals: readonly Goal[] };

const HEADINGS = ["per second", "p50 ms", "p99 ms", "client CPU µs", "server CPU µs", "ours ÷ this", "range"];

/** The table of one comparison as rows of cells, headings first. */
function comparisonTable({ name, sides }: ComparisonResult): string[][] {
  const names = figureNames(sides);
  const cells = (side: SideResult): string[] => [side.name, ...measuresOf(side), ...closing(side, names)];
  return [[name, ...HEADINGS, ...names, "goal"], ...sides.map(cells)];
}

function caseTable({ name, cases }: CaseTable): string[][] {
  const names = figureNames(cases);
  return [[name, ...names, "goal"], ...cases.map((row) => [row.name, ...closing(row, names)])];
}

const tablesOf = ({ comparisons, cases = [] }: Outcome): string[][][] => [
  ...comparisons.map(comparisonTable),
  ...cases.map(caseTable),
];

function measuresOf(side: SideResult): string[] {
  const range = side.ratio_range
    ? `${side.ratio_range.lowest.toFixed(2)} - ${side.ratio_range.highest.toFixed(2)}`
    : "";
  return [
    side.per_second === null ? "" : count(side.per_second),
    duration(side.p50_ms),
    duration(side.p99_ms),
    count(side.client_cpu_us),
    side.server_cpu_us === null ? "" : count(side.server_cpu_us),
    side.ratio === null ? "" : side.ratio.toFixed(2),
    range,
  ];
}

const figureNames = (rows: readonly Row[]): string[] => [
  ...new Set(rows.flatMap(({ figures }) => Object.keys(figures))),
];

/** The further figures of a row and what was asked of it. */
function closing({ figures, goals }: Row, names: readonly string[]): string[] {
  const verdicts = goals.map(({ goal, met }) => `${goal}: ${met ? "met" : "missed"}`);
  const values = names.map((name) => (figures[name] === undefined ? "" : number(figures[name])));
  return [...values, verdicts.join("; ")];
}

const number = (value: number): string => (Number.isInteger(value) ? count(value) : duration(value));
const count = (value: number): string => Math.round(value).toLocaleString("en-US");
const duration = (ms: number): string => (ms < 10 ? ms.toFixed(2) : ms < 100 ? ms.toFixed(1) : ms.toFixed(0));

/** For the terminal: columns in line, numbers to the right. */
export function toText(result: Result): string {
  const tables = tablesOf(result).map((table) => inLine(table).map((row) => row.join("  ")));
  const notes = result.notes.map((note) => `- ${note}`);
  const title = `${result.title} (${result.seconds.toFixed(0)} s)`;
  return [title, ...tables.map((rows) => rows.join("\n")), notes.join("\n")].join("\n\n");
}

/** The rows with every cell as wide as its column. */
function inLine(table: string[][]): string[][] {
  const columns = table[0]!.length;
  const widths = table[0]!.map((_, at) => Math.max(...table.map((row) => row[at]!.length)));
  return table.map((row) =>
    row.map((cell, at) => (isText(at, columns) ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))),
  );
}

const isText = (at: number, columns: number): boolean => at === 0 || at === columns - 1;

/** The page that is kept beside the benchmarks. */
export function toMarkdown(results: readonly Result[]): string {
  const introduction = [
    "# Results",
    "",
    "Written by `npm run bench`. Absolute figures drift from machine to machine and from hour to hour; the ratios are",
    "what counts, since both sides ran in turn in one process on the same servers. `ours ÷ this` is the rate of the",
    "first row divided by that of this row: the median over the rounds, with the lowest and the highest as its range.",
    "Client CPU is what this process spent on one operation, server CPU what PostgreSQL, Redis and worker processes did.",
  ].join("\n");
  return `${[introduction, ...results.map(section)].join("\n\n")}\n`;
}

function section(result: Result): string {
  const { machine } = result;
  const run = [
    `${result.at.slice(0, 10)}${result.quick ? ", a quick run" : ""}`,
    `${machine.cores} cores (${machine.cpu})`,
    `${machine.memory_gb} GB`,
    machine.platform,
    `Node ${machine.node}`,
    `PostgreSQL ${machine.postgresql}`,
    `Redis ${machine.redis}`,
    `load ${result.load_before.toFixed(1)} before it began`,
  ].join(", ");
  return [
    `## ${result.title}`,
    `Beside it: ${result.reference}.\nGoal: ${result.goal}.\n${run}.`,
    ...tablesOf(result).map(markdownTable),
    result.notes.map((note) => `- ${note}`).join("\n"),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function markdownTable(table: string[][]): string {
  const [head, ...rows] = inLine(table);
  const rule = head!.map((cell, at) =>
    isText(at, head!.length) ? "-".repeat(cell.length) : `${"-".repeat(cell.length - 1)}:`,
  );
  return [head!, rule, ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}
