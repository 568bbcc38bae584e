import { expect, test } from "vitest";
import type { Sample } from "./benchmark.ts";
import { compare } from "./compare.ts";

const options = { rounds: 3, pids: new Set<number>() };

/** A side whose rounds have these rates, the first of which warms up. */
function sideOf(name: string, rates: number[], log: string[] = [], more: Partial<Sample> = {}) {
  let round = 0;
  return {
    name,
    async run(): Promise<Sample> {
      log.push(name);
      const operations = rates[round++]!;
      return { operations, seconds: 1, latenciesMs: [1, 2, 3], clientCpuUs: 5, ...more };
    },
  };
}

test("sides run in turn, and the first round is not counted", async () => {
  const log: string[] = [];
  const ours = sideOf("ours", [9_999, 100, 100, 100], log);
  const theirs = sideOf("theirs", [1, 50, 50, 50], log);
  const result = await compare({ name: "", sides: [ours, theirs] }, options);
  expect(log.slice(0, 4)).toEqual(["ours", "theirs", "ours", "theirs"]);
  expect(result.sides.map(({ per_second }) => per_second)).toEqual([100, 50]);
  expect(result.sides.map(({ ratio }) => ratio)).toEqual([null, 2]);
});

test("a slow moment of the machine hits both sides of its round, and so no ratio", async () => {
  const ours = sideOf("ours", [1, 100, 10, 100]);
  const theirs = sideOf("theirs", [1, 200, 20, 200]);
  const result = await compare({ name: "", sides: [ours, theirs] }, options);
  expect(result.sides[1]!.ratio_range).toEqual({ lowest: 0.5, highest: 0.5 });
});

test("a goal is met at its value and missed below it", async () => {
  const run = (goal: number) =>
    compare(
      {
        name: "",
        sides: [sideOf("ours", [1, 60, 60, 60]), { ...sideOf("theirs", [1, 100, 100, 100]), goal }],
      },
      options,
    );
  expect((await run(0.6)).sides[1]!.goals).toEqual([{ goal: "at least 0.6 x", met: true }]);
  expect((await run(0.61)).sides[1]!.goals).toEqual([{ goal: "at least 0.61 x", met: false }]);
});

test("where only latency is quoted there is no rate and no ratio", async () => {
  const sides = [sideOf("ours", [1, 1, 1, 1]), sideOf("theirs", [1, 1, 1, 1])] as const;
  const result = await compare({ name: "", sides: [...sides], latencyOnly: true, p99GoalMs: 3 }, options);
  expect(result.sides.map(({ per_second, ratio }) => [per_second, ratio])).toEqual([
    [null, null],
    [null, null],
  ]);
  expect(result.sides[0]!.goals).toEqual([{ goal: "p99 under 3 ms", met: false }]);
});

test("further figures are summed up over the rounds that count, and ours must stay within their limits", async () => {
  const rates = [1, 1, 1, 1];
  const ours = sideOf("ours", rates, [], { figures: { overtakes: 0, commands: 2.5 } });
  const theirs = sideOf("theirs", rates, [], { figures: { overtakes: 7 } });
  const result = await compare(
    {
      name: "",
      sides: [ours, theirs],
      figures: { overtakes: { over: "total", atMost: 0 }, commands: { over: "median", atMost: 2 } },
    },
    options,
  );
  expect(result.sides.map(({ figures }) => figures)).toEqual([
    { overtakes: 0, commands: 2.5 },
    { overtakes: 21 },
  ]);
  expect(result.sides[0]!.goals).toEqual([
    { goal: "overtakes at most 0", met: true },
    { goal: "commands at most 2", met: false },
  ]);
});

test("our slowest answers are held against theirs", async () => {
  const rates = [1, 1, 1, 1];
  const ours = sideOf("ours", rates, [], { latenciesMs: [20] });
  const run = async (ms: number) => {
    const theirs = { ...sideOf("theirs", rates, [], { latenciesMs: [ms] }), p99Part: 0.2 };
    return (await compare({ name: "", sides: [ours, theirs] }, options)).sides[1]!.goals[0]!.met;
  };
  expect(await run(100)).toBe(true);
});
