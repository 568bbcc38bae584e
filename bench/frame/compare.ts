import type { Comparison, ComparisonResult, Measured, Sample, SideResult } from "./benchmark.ts";
import { drive } from "./drive.ts";
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
  { sides, p99GoalMs, latencyOnly = false }: Comparison,
  at: number,
  samples: readonly Measured[],
  ours: readonly Measured[],
): SideResult {
  const side = sides[at]!;
  const latencies = samples.flatMap(({ latenciesMs }) => latenciesMs);
  const isOurs = at === 0;
  const p99 = percentile(latencies, 0.99);
  const isCompared = !isOurs && !latencyOnly;
  const ratios = samples.map((sample, round) => rateOf(ours[round]!) / rateOf(sample));
  const ratio = isCompared ? median(ratios) : null;
  return {
    name: side.name,
    per_second: latencyOnly ? null : median(samples.map(rateOf)),
    p50_ms: percentile(latencies, 0.5),
    p99_ms: p99,
    client_cpu_us: median(samples.map(({ clientCpuUs }) => clientCpuUs)),
    server_cpu_us: medianOrNull(samples.map(({ serverCpuUs }) => serverCpuUs)),
    ratio,
    ratio_range: isCompared ? { lowest: Math.min(...ratios), highest: Math.max(...ratios) } : null,
    ...verdict(isOurs ? p99 : ratio, isOurs ? p99GoalMs : side.goal, isOurs),
  };
}

function medianOrNull(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === values.length ? median(known) : null;
}

function verdict(
  value: number | null,
  goal: number | undefined,
  isLatency: boolean,
): Pick<SideResult, "goal" | "met"> {
  if (goal === undefined || value === null) return { goal: null, met: null };
  return isLatency
    ? { goal: `p99 under ${goal} ms`, met: value < goal }
    : { goal: `at least ${goal} x`, met: value >= goal };
}
