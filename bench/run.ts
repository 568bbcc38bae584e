import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { agentPage } from "./benchmarks/agent-page.ts";
import { contendedLock } from "./benchmarks/contended-lock.ts";
import { deadlock } from "./benchmarks/deadlock.ts";
import { decisionApi } from "./benchmarks/decision-api.ts";
import { decisionTransaction } from "./benchmarks/decision-transaction.ts";
import { heldLocks } from "./benchmarks/held-locks.ts";
import { inbox } from "./benchmarks/inbox.ts";
import { lockPage } from "./benchmarks/lock-page.ts";
import { uncontendedLock } from "./benchmarks/uncontended-lock.ts";
import { wholeLife } from "./benchmarks/whole-life.ts";
import { workers } from "./benchmarks/workers.ts";
import type { Benchmark } from "./frame/benchmark.ts";
import { compare } from "./frame/compare.ts";
import { keepResults } from "./frame/kept.ts";
import { type Result, toText } from "./frame/report.ts";
import { type Servers, startServers } from "./frame/servers.ts";

const BENCHMARKS: readonly Benchmark[] = [
  uncontendedLock,
  contendedLock,
  heldLocks,
  deadlock,
  decisionTransaction,
  decisionApi,
  wholeLife,
  workers,
  inbox,
  lockPage,
  agentPage,
];
const ROUNDS = 5;
const QUICK_ROUNDS = 1;

const USAGE = `npm run bench -- [--only NAME]... [--quick]

Benchmarks: ${BENCHMARKS.map(({ name }) => name).join(", ")}
--quick     shorter, to see that all works; the figures mean little`;

async function measure(benchmark: Benchmark, servers: Servers, quick: boolean): Promise<Result> {
  const { name, title, reference, goal } = benchmark;
  const started = performance.now();
  const rounds = quick ? QUICK_ROUNDS : ROUNDS;
  const load_before = loadavg()[0]!;
  const outcome = await benchmark.run({
    servers,
    quick,
    compare: (comparison) => compare(comparison, { rounds, pids: servers.pids }),
  });
  const seconds = (performance.now() - started) / 1000;
  const at = new Date().toISOString();
  return {
    name,
    title,
    reference,
    goal,
    at,
    quick,
    seconds,
    load_before,
    machine: servers.machine,
    ...outcome,
  };
}

const { values } = parseArgs({
  options: {
    only: { type: "string", multiple: true, default: [] },
    quick: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
const names = BENCHMARKS.map(({ name }) => name);
const unknown = values.only.filter((name) => !names.includes(name));
if (values.help || unknown.length > 0) {
  console.log(unknown.length > 0 ? `There is no benchmark ${unknown.join(", ")}.\n\n${USAGE}` : USAGE);
  process.exit(values.help ? 0 : 2);
}

const servers = await startServers();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void servers.stop().finally(() => process.exit(130)));
}
const results: Result[] = [];
try {
  for (const benchmark of BENCHMARKS) {
    if (values.only.length > 0 && !values.only.includes(benchmark.name)) continue;
    const result = await measure(benchmark, servers, values.quick);
    console.log(`\n${toText(result)}`);
    results.push(result);
  }
} finally {
  await servers.stop();
}
keepResults(results, names);
console.log("\nWritten: bench/RESULTS.md, bench/results.json");
