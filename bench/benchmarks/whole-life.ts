import pg from "pg";
import type { Bench, Benchmark, ComparisonResult, Side } from "../frame/benchmark.ts";
import { readCommits, readStages } from "../look/stages.ts";
import { startDbosLives } from "../references/dbos-life.ts";
import {
  type ModelLife,
  prepareForLives,
  prepareLife,
  readModelLife,
  writeLife,
} from "../references/life.ts";
import { startBossLives } from "../references/pg-boss-life.ts";
import { type Lives, livesByRest, livesInCore } from "./lives.ts";

const AT_A_TIME = 64;
const API_CONNECTIONS = 16;
/** The API's and the worker's. */
const CONNECTIONS = 32;

/** Lives of ours for a while; counts them. */
function lifeSide(
  name: string,
  lives: Lives,
  windowMs: number,
): Side & { count: () => number; after: () => Promise<void> } {
  let round = 0;
  let lived = 0;
  return {
    name,
    async run(drive) {
      round += 1;
      const operation = (index: number) => lives.live(`life-${round}-${index}`);
      const sample = await drive({ atATime: AT_A_TIME, windowMs, operation });
      lived += sample.operations;
      return sample;
    },
    after: lives.settle,
    count: () => lived,
  };
}

async function run({ servers, quick, compare }: Bench) {
  const windowMs = quick ? 2_000 : 4_000;
  const bareLives = quick ? 300 : 1_500;
  const bareUrl = await servers.newDatabase();
  await prepareForLives(bareUrl);
  const pool = new pg.Pool({ connectionString: bareUrl, max: CONNECTIONS });
  const inCore = await livesInCore(servers, API_CONNECTIONS);
  const byRest = await livesByRest(servers, API_CONNECTIONS, AT_A_TIME);
  const boss = await startBossLives(await servers.newDatabase(), CONNECTIONS);
  const dbos = await startDbosLives(await servers.newDatabase(), CONNECTIONS);
  try {
    const commitsBefore = await readCommits(inCore.databaseUrl);
    const ours = lifeSide("in core: this process as the API, one worker", inCore, windowMs);
    let model: ModelLife | null = null;
    const bareSql: Side = {
      name: "the same rows by bare SQL, six statements",
      goal: 0.4,
      async run(drive) {
        model ??= await readModelLife(inCore.databaseUrl);
        const prepared = Array.from({ length: bareLives }, () => prepareLife(model!));
        const operation = (index: number) => writeLife(pool, prepared[index]!);
        return drive({ atATime: AT_A_TIME, count: bareLives, windowMs: windowMs / 2, operation });
      },
    };
    const twoJobs: Side = {
      name: "pg-boss, two jobs, workers in this process",
      goal: 1,
      run: (drive) => drive({ atATime: AT_A_TIME, windowMs: windowMs / 2, operation: boss.live }),
    };
    const workflow: Side = {
      name: "DBOS, a workflow with recv and one step, in this process",
      goal: 3,
      run: (drive) => drive({ atATime: AT_A_TIME, windowMs: windowMs / 2, operation: dbos.live }),
    };
    const core = await compare({
      name: `${AT_A_TIME} at a time, in core`,
      sides: [ours, bareSql, twoJobs, workflow],
    });
    const commits = ((await readCommits(inCore.databaseUrl)) - commitsBefore) / ours.count();
    const rest = await compare({
      name: `${AT_A_TIME} at a time, by REST`,
      sides: [lifeSide("by REST: one API, one worker", byRest, windowMs), bareSql],
    });
    const stages = await readStages(inCore.databaseUrl);
    return {
      comparisons: [core, rest],
      notes: [
        `${perMinute(core)} tasks a minute in core and ${perMinute(rest)} by REST, from create to COMPLETED; the ambition is 30,000, the floor 1,000 and 5,000 in a burst.`,
        `In core, in the middle: ${ms(stages.to_review_ms)} from submit to review, ${ms(stages.to_apply_ms)} from approval until a worker has begun, ${ms(stages.applying_ms)} from there to the end; ${commits.toFixed(0)} transactions in PostgreSQL a life, pg-boss's and the sealers' among them.`,
        "One reviewer approves. Author and reviewer are in this process; the worker, and by REST the API, are processes of their own.",
        "Bare SQL writes what a life leaves behind, also entries, addresses and links of the chain, one prepared statement for each of its six transactions; it plans nothing, decides nothing, locks nothing and has no jobs.",
      ],
    };
  } finally {
    await pool.end();
    await boss.stop();
    await dbos.stop();
    await byRest.stop();
    await inCore.stop();
  }
}

const perMinute = ({ sides }: ComparisonResult): string =>
  Math.round(sides[0]!.per_second! * 60).toLocaleString("en-US");
const ms = (value: number): string => `${Math.round(value)} ms`;

export const wholeLife: Benchmark = {
  name: "whole-life",
  title: "The whole life of a task, create to COMPLETED",
  reference: "the same rows by bare SQL; pg-boss's two-job pattern and a DBOS workflow, which do far less",
  goal: "at least 0.4 x bare SQL, 3 x DBOS, no less than pg-boss, and 30,000 tasks a minute as the ambition",
  run,
};
