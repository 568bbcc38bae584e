import type { Core } from "@ade/core/core";
import type { Actor } from "@ade/core/kernel/actor";
import { loadTaskOfApproval } from "@ade/core/tasks/store";
import pg from "pg";
import type { Bench, Benchmark, Side } from "../frame/benchmark.ts";
import { APPROVE, openCore } from "../frame/cores.ts";
import { type PreparedTask, preparedTasks } from "../look/prepared-tasks.ts";
import { statementTimes } from "../look/statement-times.ts";
import { decisionValues, writeDecision, writeDecisionInThree } from "../references/decision.ts";
import { seedDecisions } from "./prepared-decisions.ts";

const AT_A_TIME = 16;
/** Looked at one by one after the comparison: what a decision's time consists of. */
const EXAMINED = 200;

async function run(bench: Bench) {
  const { servers, quick, compare } = bench;
  const perRound = quick ? 600 : 3_000;
  const windowMs = quick ? 500 : 1_200;
  const rounds = quick ? 2 : 6;
  const { databaseUrl, redisUrl, reviewer } = await seedDecisions(servers, perRound * rounds + EXAMINED);
  const tasks = await preparedTasks(databaseUrl, reviewer.id);
  // Each side has a copy of the database for itself: nobody seals what another one wrote, and all start alike.
  const copies: string[] = [];
  for (let side = 0; side < 4; side += 1) copies.push(await servers.newDatabase(databaseUrl));
  const at = { redisUrl, poolSize: AT_A_TIME };
  const sealing = await openCore({ ...at, databaseUrl: copies[0]! });
  const unsealed = await openCore({ ...at, databaseUrl: copies[1]! });
  await unsealed.core.ledger.sealer.stop();
  const pools = copies.slice(2).map((url) => new pg.Pool({ connectionString: url, max: AT_A_TIME }));
  const settleMs: number[] = [];

  const respondWith = (core: Core) => (task: PreparedTask) =>
    core.gate.respond(reviewer, task.approval_id, APPROVE);
  const sideOf = (
    name: string,
    decide: (task: PreparedTask, values: unknown[]) => Promise<unknown>,
    more: Partial<Side> & { isBare?: boolean } = {},
  ): Side => {
    let used = 0;
    return {
      name,
      ...more,
      run(drive) {
        const mine = tasks.slice(used, used + perRound);
        used += perRound;
        const values = more.isBare ? mine.map((task) => decisionValues(task, reviewer)) : [];
        return drive({
          atATime: AT_A_TIME,
          count: perRound,
          windowMs,
          operation: (index) => decide(mine[index]!, values[index]!),
        });
      },
    };
  };

  try {
    const comparison = await compare({
      name: `${AT_A_TIME} at a time, ${AT_A_TIME} connections`,
      sides: [
        sideOf("core.gate.respond, sealer running beside it", respondWith(sealing.core), {
          async after() {
            const started = performance.now();
            await sealing.core.ledger.settle();
            settleMs.push(performance.now() - started);
          },
        }),
        sideOf("core.gate.respond, sealer stopped", respondWith(unsealed.core)),
        sideOf("one bare prepared statement", (_, values) => writeDecision(pools[0]!, values), {
          isBare: true,
          goal: 0.6,
        }),
        sideOf("BEGIN, three statements, COMMIT", (_, values) => writeDecisionInThree(pools[1]!, values), {
          isBare: true,
          goal: 2,
        }),
      ],
    });
    return { comparisons: [comparison], notes: await notes(bench, unsealed, tasks, reviewer, settleMs) };
  } finally {
    await Promise.all(pools.map((pool) => pool.end()));
    await unsealed.close();
    await sealing.close();
  }
}

/** What the read before it takes, alone and within a decision. */
async function notes(
  { compare }: Bench,
  { core, connections }: Awaited<ReturnType<typeof openCore>>,
  tasks: readonly PreparedTask[],
  reviewer: Actor,
  settleMs: readonly number[],
): Promise<string[]> {
  const { pool } = connections;
  const reads = await compare({
    name: "read",
    sides: [
      {
        name: "loadTaskOfApproval",
        run: (drive) =>
          drive({
            atATime: AT_A_TIME,
            windowMs: 400,
            operation: (index) => loadTaskOfApproval(pool, tasks[index % tasks.length]!.approval_id),
          }),
      },
    ],
  });
  const examined = tasks.slice(-EXAMINED);
  const times = await statementTimes(pool, () =>
    examined.reduce<Promise<unknown>>(
      (before, { approval_id }) => before.then(() => core.gate.respond(reviewer, approval_id, APPROVE)),
      Promise.resolve(),
    ),
  );
  const whole = times.wholeMs / EXAMINED;
  const parts = times.statements.map(
    ({ name, ms }) =>
      `${name} ${(ms / EXAMINED).toFixed(2)} ms (${Math.round((100 * ms) / times.wholeMs)} %)`,
  );
  const read = reads.sides[0]!;
  return [
    "Two of three reviewers must approve and this answer is the second: a task and two approvals change, two entries are recorded with their addresses and wait to be sealed.",
    `One at a time, a decision takes ${whole.toFixed(2)} ms in core: ${parts.join(", ")}, the rest deciding and waiting for the event loop.`,
    `The read before it alone, ${AT_A_TIME} at a time: ${Math.round(read.per_second!).toLocaleString("en-US")} a second, ${Math.round(read.client_cpu_us)} µs of client CPU each.`,
    `With the sealer beside it, sealing what was left took ${Math.round(Math.max(...settleMs))} ms at most after a round's last decision.`,
    "The prepared tasks are copies, made with SQL, of one task that went through core's commands; each side has a database of its own.",
  ];
}

export const decisionTransaction: Benchmark = {
  name: "decision-transaction",
  title: "A decision's transaction: approve with quorum, and its ledger entries",
  reference: "the same rows by one bare prepared SQL statement, and by BEGIN, three statements and COMMIT",
  goal: "at least 0.6 x the one statement, at least 2 x the three",
  run,
};
