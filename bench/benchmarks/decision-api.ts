import pg from "pg";
import type { Bench, Benchmark, Side } from "../frame/benchmark.ts";
import { APPROVE } from "../frame/cores.ts";
import { startApi } from "../frame/product-processes.ts";
import { createRestClient } from "../frame/rest-client.ts";
import { type PreparedTask, preparedTasks } from "../look/prepared-tasks.ts";
import { decisionValues, writeDecision } from "../references/decision.ts";
import { seedDecisions } from "./prepared-decisions.ts";

const AT_A_TIME = 50;
/** The API's default; the reference gets as many. */
const CONNECTIONS = 16;

async function run({ servers, quick, compare }: Bench) {
  const perRound = quick ? 300 : 1_500;
  const rounds = quick ? 2 : 6;
  const { databaseUrl, redisUrl, reviewer, reviewerKey } = await seedDecisions(servers, perRound * rounds);
  const tasks = await preparedTasks(databaseUrl, reviewer.id);
  const bareUrl = await servers.newDatabase(databaseUrl);
  await using opened = new AsyncDisposableStack();
  const api = await startApi({
    ...{ databaseUrl, redisUrl, poolSize: CONNECTIONS },
    dataDir: servers.folder("decision-api"),
  });
  servers.pids.add(api.pid);
  opened.defer(async () => {
    servers.pids.delete(api.pid);
    await api.stop();
  });
  const client = createRestClient(api.url, AT_A_TIME);
  opened.defer(async () => client.close());
  const pool = new pg.Pool({ connectionString: bareUrl, max: CONNECTIONS });
  opened.defer(() => pool.end());

  function side(name: string, decide: (task: PreparedTask) => Promise<unknown>, more: Partial<Side>): Side {
    let used = 0;
    return {
      name,
      ...more,
      run(drive) {
        const mine = tasks.slice(used, used + perRound);
        used += perRound;
        return drive({
          atATime: AT_A_TIME,
          count: perRound,
          operation: (index) => decide(mine[index]!),
        });
      },
    };
  }
  const comparison = await compare({
    name: `${AT_A_TIME} at a time, ${CONNECTIONS} connections`,
    p99GoalMs: 50,
    sides: [
      side(
        "POST /approvals/:id/respond, one API process",
        ({ approval_id }) => client.post(reviewerKey, `/approvals/${approval_id}/respond`, APPROVE),
        {},
      ),
      side(
        "one bare prepared statement, from this process",
        (task) => writeDecision(pool, decisionValues(task, reviewer)),
        { p50Times: 3 },
      ),
    ],
  });
  return {
    comparisons: [comparison],
    notes: [
      "The second of two approvals of three reviewers, as in decision-transaction; with a key, which is looked up and counted each time.",
      "The API seals beside it, and its CPU time counts as the servers'.",
    ],
  };
}

export const decisionApi: Benchmark = {
  name: "decision-api",
  title: "A decision through the API",
  reference: "the same rows by one bare prepared SQL statement",
  goal: "p50 at most 3 x the statement's, p99 under 50 ms at 50 at a time",
  run,
};
