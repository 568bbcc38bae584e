import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createDatabase } from "@ade/testkit/database";
import startServers from "@ade/testkit/global-setup";
import { HISTORY_FAULT_NAMES, type HistoryFaultName } from "@ade/testkit/lock-history/faults";
import { type HistoryOutcome, runHistory } from "@ade/testkit/lock-history/run";
import { startRedisServer } from "@ade/testkit/redis-server";
import { runApprovals } from "./approvals.ts";

const USAGE = `npm run test:long -- [--operations N] [--each N] [--faults N] [--seed N] [--only FAULT]... [--minutes N]
                          [--part approvals|locks] [--races N] [--mutants NAME]...
                      [--keep FOLDER]

Lock histories under faults, one after the other, until there were so many operations (1000000) of so many each (25000)
with so many faults each (6), or the minutes (60) are over. The seed of the first is --seed, each next one's is one
more; a seed with the same settings draws the same faults. Histories that fail are kept in FOLDER, one event a line.
Faults: ${HISTORY_FAULT_NAMES.join(", ")}

Before them come the races of approvals, --races of each kind (1000; 0 leaves them out), and the mutants: mistakes in the
rules of approvals, each of which some test must notice (--mutants NAME... for some of them).
--part approvals or --part locks runs only that.`;

const { values } = parseArgs({
  options: {
    operations: { type: "string", default: "1000000" },
    each: { type: "string", default: "25000" },
    faults: { type: "string", default: "6" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    minutes: { type: "string", default: "60" },
    only: { type: "string", multiple: true, default: [] },
    races: { type: "string", default: "1000" },
    mutants: { type: "string", multiple: true, default: [] },
    part: { type: "string" },
    keep: { type: "string", default: "" },
    help: { type: "boolean", default: false },
  },
});
const unknown = values.only.filter((name) => !(HISTORY_FAULT_NAMES as string[]).includes(name));
const { operations, races, part } = values;
const numbers = [operations, values.each, values.faults, values.seed, values.minutes, races].map(Number);
if (
  values.help ||
  unknown.length > 0 ||
  (part !== undefined && part !== "approvals" && part !== "locks") ||
  numbers.some((number) => !Number.isSafeInteger(number) || number < 0)
) {
  console.log(unknown.length > 0 ? `There is no fault ${unknown.join(", ")}.\n\n${USAGE}` : USAGE);
  process.exit(values.help ? 0 : 2);
}
const [target = 0, each = 0, faultCount = 0, firstSeed = 0, minutes = 0, rounds = 0] = numbers;
const faults = values.only.length > 0 ? (values.only as HistoryFaultName[]) : HISTORY_FAULT_NAMES;

if (part !== "locks") {
  const problems = await runApprovals({ rounds, seed: firstSeed, only: values.mutants });
  for (const problem of problems) console.log(`FAILED: ${problem}`);
  if (problems.length > 0) process.exit(1);
}
if (part === "approvals") process.exit(0);
const stopServers = await startServers();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void stopServers().finally(() => process.exit(130)));
}
const total = { histories: 0, operations: 0, grants: 0, waits: 0, writes: 0, refused_writes: 0, faults: 0 };
const failed: number[] = [];
const deadlineMs = performance.now() + minutes * 60_000;
try {
  const [server, database] = await Promise.all([startRedisServer(), createDatabase()]);
  for (let seed = firstSeed; total.operations < target && performance.now() < deadlineMs; seed += 1) {
    const outcome = await runHistory({
      ...{ seed, operations: each, server, databaseUrl: database.url, faults, faultCount },
      ...{ members: 3, children: 2, clientsEach: 8, keys: 6 },
    });
    total.histories += 1;
    for (const name of ["operations", "grants", "waits", "writes", "refused_writes", "faults"] as const) {
      total[name] += outcome[name];
    }
    tell(outcome);
    if (outcome.violations.length > 0) {
      failed.push(outcome.seed);
      if (values.keep !== "") keep(values.keep, outcome);
    }
  }
  await server.stop();
  await database.drop();
} finally {
  await stopServers();
}
console.log(`\n${JSON.stringify(total)}`);
console.log(`${total.histories - failed.length} histories passed, ${failed.length} failed`);
process.exit(failed.length > 0 ? 1 : 0);

function keep(folder: string, { seed, history }: HistoryOutcome): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${seed}.jsonl`), history.map((event) => `${JSON.stringify(event)}\n`).join(""));
}

function tell({
  seed,
  operations,
  grants,
  waits,
  overtakes,
  seconds,
  drawn,
  violations,
}: HistoryOutcome): void {
  const verdict = violations.length === 0 ? "ok" : `${violations.length} VIOLATIONS`;
  const figures = `${operations} operations, ${grants} grants, ${waits} waits, ${overtakes} overtakes, ${seconds.toFixed(1)} s`;
  console.log(`seed ${seed}: ${verdict}; ${figures}; ${drawn.join(", ")}`);
  for (const { rule, sentence } of violations.slice(0, 10)) console.log(`  ${rule}: ${sentence}`);
}
