import type {
  Comparison,
  ComparisonResult,
  Figures,
  Goal,
  Measured,
  Sample,
  SideResult,
} from "./benchmark.ts";
import { drive } from "./drive.ts";
import { atLeast, atMost, under } from "./goals.ts";
import { cpuOf } from "./process-cpu.ts";
import { median, percentile } from "./statistics.ts";

const rateOf = (sample: Sample): number => sample.operations / sample.seconds;

/**
 * Runs the sides in turn (A B C, A B C, …) and sums up: rates are medians over the rounds, a ratio is the median of the
 * rounds' own ratios, so that a slow moment of the machine hits both of its sides, and percentiles are over all
 * operations of all rounds. A first round warms up and is not counted.
 */
export async function compare(
  comparison: Comparison,
  { rounds, pids }: { rounds: number; pids: ReadonlySet<number> },
): Promise<ComparisonResult> {
  const samples = comparison.sides.map((): Measured[] => []);
  for (let round = 0; round <= rounds; round += 1) {
    for (const [at, side] of comparison.sides.entries()) {
      await side.before?.();
      const cpu = cpuOf([...pids]);
      const sample = await side.run(drive);
      // What a side leaves to be done afterwards, such as sealing, is its cost too.
      await side.after?.();
      const cpuAfter = cpuOf([...pids]);
      const serverCpuUs = cpu === null || cpuAfter === null ? null : (cpuAfter - cpu) / sample.operations;
      if (round > 0) samples[at]!.push({ ...sample, serverCpuUs });
    }
  }
  return {
    name: comparison.name,
    rounds,
    sides: comparison.sides.map((_, at) => summarise(comparison, at, samples[at]!, samples[0]!)),
  };
}

function summarise(
  comparison: Comparison,
  at: number,
  samples: readonly Measured[],
  ours: readonly Measured[],
): SideResult {
  const { sides, latencyOnly = false } = comparison;
  const side = sides[at]!;
  const isCompared = at > 0 && !latencyOnly;
  const ratios = samples.map((sample, round) => rateOf(ours[round]!) / rateOf(sample));
  const result: Omit<SideResult, "goals"> = {
    name: side.name,
    per_second: latencyOnly ? null : median(samples.map(rateOf)),
    p50_ms: latencyAt(samples, 0.5),
    p99_ms: latencyAt(samples, 0.99),
    client_cpu_us: median(samples.map(({ clientCpuUs }) => clientCpuUs)),
    server_cpu_us: medianOrNull(samples.map(({ serverCpuUs }) => serverCpuUs)),
    ratio: isCompared ? median(ratios) : null,
    ratio_range: isCompared ? { lowest: Math.min(...ratios), highest: Math.max(...ratios) } : null,
    figures: figuresOf(comparison, samples),
  };
  const goals = at === 0 ? goalsOfOurs(comparison, result) : goalsBeside(side, result, ours);
  return { ...result, goals };
}

function latencyAt(samples: readonly Measured[], part: number): number {
  return percentile(
    samples.flatMap(({ latenciesMs }) => latenciesMs),
    part,
  );
}

function figuresOf({ figures = {} }: Comparison, samples: readonly Measured[]): Figures {
  const summed = Object.entries(figures).flatMap(([name, { over }]) => {
    const values = samples.flatMap((sample) => sample.figures?.[name] ?? []);
    if (values.length === 0) return [];
    return [[name, over === "total" ? values.reduce((sum, value) => sum + value, 0) : median(values)]];
  });
  return Object.fromEntries(summed);
}

function medianOrNull(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === values.length ? median(known) : null;
}

function goalsOfOurs({ p99GoalMs, figures = {} }: Comparison, ours: Omit<SideResult, "goals">): Goal[] {
  const limits = Object.entries(figures).flatMap(([name, { atMost: limit }]) =>
    limit === undefined ? [] : atMost(name, ours.figures[name] ?? Number.NaN, limit),
  );
  return p99GoalMs === undefined ? limits : [under("p99", ours.p99_ms, p99GoalMs, "ms"), ...limits];
}

function goalsBeside(
  { goal, p50Times, p99Part }: Comparison["sides"][number],
  side: Omit<SideResult, "goals">,
  ours: readonly Measured[],
): Goal[] {
  const goals: Goal[] = [];
  const times = (part: number, theirs: number) => latencyAt(ours, part) / theirs;
  if (goal !== undefined && side.ratio !== null) goals.push(atLeast(goal, side.ratio));
  if (p50Times !== undefined) goals.push(atMost("p50 ÷ this", times(0.5, side.p50_ms), p50Times));
  if (p99Part !== undefined) goals.push(atMost("p99 ÷ this", times(0.99, side.p99_ms), p99Part));
  return goals;
}
