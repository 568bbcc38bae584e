import type { Bench, Benchmark, CaseTable } from "../frame/benchmark.ts";
import { drive } from "../frame/drive.ts";
import { under } from "../frame/goals.ts";
import { readStages } from "../look/stages.ts";
import { type Lives, livesByRest, livesInCore } from "./lives.ts";

const WORKERS = [1, 2, 4] as const;
const AT_A_TIME = 64;
const API_CONNECTIONS = 16;
const PICK_UP_MS = 50;

type Case = CaseTable["cases"][number];

/** Lives one after the other, for the latency; then as many as there is room for, for the rate. */
async function measure(name: string, lives: Lives, quick: boolean): Promise<Case> {
  const [alone, windowMs] = quick ? [10, 2_000] : [100, 10_000];
  await drive({
    atATime: AT_A_TIME,
    windowMs: windowMs / 4,
    operation: (index) => lives.live(`warm-${index}`),
  });
  await lives.settle();
  const quiet = new Date();
  await drive({ atATime: 1, count: alone, operation: (index) => lives.live(`alone-${index}`) });
  const one = await readStages(lives.databaseUrl, quiet);
  const busy = new Date();
  const many = await drive({
    ...{ atATime: AT_A_TIME, windowMs },
    operation: (index) => lives.live(`many-${index}`),
  });
  const crowd = await readStages(lives.databaseUrl, busy);
  return {
    name,
    figures: {
      "tasks a minute": (many.operations / many.seconds) * 60,
      "pick-up p50 ms, one at a time": one.to_apply_ms,
      "pick-up p99 ms, one at a time": one.to_apply_p99_ms,
      [`pick-up p50 ms, ${AT_A_TIME} at a time`]: crowd.to_apply_ms,
    },
    goals: [under("pick-up p50 one at a time", one.to_apply_ms, PICK_UP_MS, "ms")],
  };
}

async function curve(
  title: string,
  quick: boolean,
  open: (workers: number) => Promise<Lives>,
): Promise<CaseTable> {
  const cases: Case[] = [];
  for (const count of WORKERS) {
    const lives = await open(count);
    try {
      cases.push(await measure(count === 1 ? "1 worker" : `${count} workers`, lives, quick));
    } finally {
      await lives.stop();
    }
  }
  return { name: title, cases };
}

async function run({ servers, quick }: Bench) {
  return {
    comparisons: [],
    cases: [
      await curve("in core", quick, (workers) => livesInCore(servers, API_CONNECTIONS, workers)),
      await curve("by REST", quick, (workers) => livesByRest(servers, API_CONNECTIONS, AT_A_TIME, workers)),
    ],
    notes: [
      "Pick-up is the time from the entry that approved a task to the entry that a worker has begun, by the ledger.",
      "Everything shares the cores of this machine: with two of them, more workers than one can only share the same work. What the curve shows is what another worker costs where there is no room for it.",
    ],
  };
}

export const workers: Benchmark = {
  name: "workers",
  title: "Lives of tasks with 1, 2 and 4 workers",
  reference: "each other; `whole-life` has the references",
  goal: "apply pick-up p50 under 50 ms; more workers are never slower where there are cores for them",
  run,
};
