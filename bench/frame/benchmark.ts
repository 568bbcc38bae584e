import type { Drive } from "./drive.ts";
import type { Servers } from "./servers.ts";

/** How one side did in one round. */
export type Sample = {
  operations: number;
  seconds: number;
  /** one latency per operation, in milliseconds */
  latenciesMs: number[];
  /** CPU time of this process (user and system) per operation, in microseconds */
  clientCpuUs: number;
  /** what else a round of this benchmark tells, by name and unit */
  figures?: Figures;
};

/** Values by the heading of their column, which names the unit. */
export type Figures = Readonly<Record<string, number>>;

/** A sample with what the servers, and workers that were started, spent on it; null where it can't be told. */
export type Measured = Sample & { serverCpuUs: number | null };

/** One of the things compared. The first side of a comparison is ours. */
export type Side = {
  name: string;
  /** Outside of the measured time: gets ready what the round will use up. */
  before?: () => Promise<void>;
  run: (drive: Drive) => Promise<Sample>;
  /** Outside of the measured time: clears away what would disturb the next side. */
  after?: () => Promise<void>;
  /** Ours must reach at least this many times the rate of this side. */
  goal?: number;
  /** The median of ours must be at most this many times this side's. */
  p50Times?: number;
  /** The 99th percentile of ours must be at most this part of this side's. */
  p99Part?: number;
};

export type Comparison = {
  /** what all sides have in common: "16 at a time" */
  name: string;
  sides: readonly [Side, ...Side[]];
  /** Ours must answer within this, at the 99th percentile. */
  p99GoalMs?: number;
  /** Throughput is not quoted, only latency. */
  latencyOnly?: boolean;
  /** The figures beyond rate and latency: how the rounds of a side are summed up, and what ours must not exceed. */
  figures?: Readonly<Record<string, { over: "total" | "median"; atMost?: number }>>;
};

/** What was asked for, in words, and whether it is so. */
export type Goal = { goal: string; met: boolean };

export type SideResult = {
  name: string;
  per_second: number | null;
  p50_ms: number;
  p99_ms: number;
  client_cpu_us: number;
  server_cpu_us: number | null;
  /** ours divided by this side, the median over the rounds; null for ours */
  ratio: number | null;
  /** the lowest and the highest of the rounds */
  ratio_range: { lowest: number; highest: number } | null;
  figures: Figures;
  goals: Goal[];
};

export type ComparisonResult = { name: string; rounds: number; sides: SideResult[] };

/** What was measured without a reference beside it: a row for each case. */
export type CaseTable = { name: string; cases: { name: string; figures: Figures; goals: Goal[] }[] };

export type Outcome = {
  comparisons: ComparisonResult[];
  cases?: CaseTable[];
  /** what a reader should know beside the table, one sentence or two each */
  notes: string[];
};

/** What a benchmark is given to run with. */
export type Bench = {
  servers: Servers;
  /** A shorter run, to see that all works; its figures mean little. */
  quick: boolean;
  /** Runs the sides in turn, over and over, and sums up. */
  compare: (comparison: Comparison) => Promise<ComparisonResult>;
};

/** One file of `benchmarks/`. */
export type Benchmark = {
  /** kebab-case, for `--only` */
  name: string;
  title: string;
  /** what ours runs beside, in words */
  reference: string;
  /** what performance.md asks for, in words */
  goal: string;
  run: (bench: Bench) => Promise<Outcome>;
};
