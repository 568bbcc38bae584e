import type { Core } from "@ade/core/core";
import type { Actor } from "@ade/core/kernel/actor";
import pg from "pg";
import type { Bench, Benchmark } from "../frame/benchmark.ts";
import { APPROVE, newPerson, noopConfig, openCore } from "../frame/cores.ts";
import { startWorker } from "../frame/worker.ts";
import { readCommits, readStages } from "../look/stages.ts";
import {
  type ModelLife,
  prepareForLives,
  prepareLife,
  readModelLife,
  writeLife,
} from "../references/life.ts";
import { startBossLives } from "../references/pg-boss-life.ts";

const AT_A_TIME = 64;
const API_CONNECTIONS = 16;
/** The API's and the worker's. */
const CONNECTIONS = 32;
/** A life that takes longer is lost; the sweep brings every lost wake-up back within some seconds. */
const LIFE_LIMIT_MS = 30_000;

type People = { author: Actor; reviewer: Actor };

/** Create, submit, approve, and wait until the worker has applied it. */
async function live(core: Core, { author, reviewer }: People, name: string): Promise<void> {
  const { id } = await core.gate.propose(author, {
    config: noopConfig(name),
    metadata: { tags: ["bench"] },
  });
  const completed = waitForEnd(core, id);
  const task = await core.gate.submit(author, id, { force: false, skip_preview: false });
  await core.gate.respond(reviewer, task.approvals[0]!.id, APPROVE);
  await completed;
}

function waitForEnd(core: Core, id: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      stop();
      reject(new Error(`Task ${id} was not completed within ${LIFE_LIMIT_MS / 1000} s.`));
    }, LIFE_LIMIT_MS);
    const stop = core.ledger.events.listen([`task:${id}`], (event) => {
      if (event.event !== "task:completed") return;
      clearTimeout(late);
      stop();
      resolve();
    });
  });
}

async function run({ servers, quick, compare }: Bench) {
  const databaseUrl = await servers.newDatabase();
  const redisUrl = await servers.newRedis();
  const bareUrl = await servers.newDatabase();
  await prepareForLives(bareUrl);
  const { core, close } = await openCore({ databaseUrl, redisUrl, poolSize: API_CONNECTIONS });
  const worker = await startWorker({ databaseUrl, redisUrl, dataDir: servers.folder("worker") });
  servers.pids.add(worker.pid);
  const pool = new pg.Pool({ connectionString: bareUrl, max: CONNECTIONS });
  const people = {
    author: await newPerson(core, "Author", ["author"]),
    reviewer: await newPerson(core, "Reviewer", ["reviewer"]),
  };
  const boss = await startBossLives(await servers.newDatabase(), CONNECTIONS);
  let model: ModelLife | null = null;
  let round = 0;
  const bareLives = quick ? 300 : 1_500;
  const windowMs = quick ? 3_000 : 6_000;
  let lives = 0;
  const commitsBefore = await readCommits(databaseUrl);
  try {
    const comparison = await compare({
      name: `${AT_A_TIME} at a time`,
      sides: [
        {
          name: "in core: 1 API, 1 worker process",
          async run(drive) {
            round += 1;
            const operation = (index: number) => live(core, people, `life-${round}-${index}`);
            const sample = await drive({ atATime: AT_A_TIME, windowMs, operation });
            lives += sample.operations;
            return sample;
          },
          after: () => core.ledger.settle(),
        },
        {
          name: "the same rows by bare SQL, six statements",
          goal: 0.4,
          async run(drive) {
            model ??= await readModelLife(databaseUrl);
            const prepared = Array.from({ length: bareLives }, () => prepareLife(model!));
            return drive({
              atATime: AT_A_TIME,
              count: bareLives,
              operation: (index) => writeLife(pool, prepared[index]!),
            });
          },
        },
        {
          name: "pg-boss, two jobs, workers in this process",
          goal: 1,
          run: (drive) => drive({ atATime: AT_A_TIME, windowMs: windowMs / 2, operation: boss.live }),
        },
      ],
    });
    const stages = await readStages(databaseUrl);
    const commits = (await readCommits(databaseUrl)) - commitsBefore;
    const perMinute = Math.round(comparison.sides[0]!.per_second! * 60).toLocaleString("en-US");
    return {
      comparisons: [comparison],
      notes: [
        `${perMinute} tasks a minute in core, from create to COMPLETED; the ambition is 30,000, the floor 1,000 and 5,000 in a burst.`,
        `By its ledger, in the middle: ${ms(stages.to_review_ms)} from submit to review, ${ms(stages.to_apply_ms)} from approval until a worker has begun, ${ms(stages.applying_ms)} from there to the end; ${(commits / lives).toFixed(0)} transactions in PostgreSQL a life, all of core's and pg-boss's counted.`,
        "Author and reviewer are clients in this process, which is also the API; the worker is a process of its own. One reviewer approves.",
        "Bare SQL writes what a life leaves behind, also entries, addresses and links of the chain, one prepared statement for each of its six transactions; it plans nothing, decides nothing, locks nothing and has no jobs.",
      ],
    };
  } finally {
    await pool.end();
    await boss.stop();
    servers.pids.delete(worker.pid);
    await worker.stop();
    await close();
  }
}

const ms = (value: number): string => `${Math.round(value)} ms`;

export const wholeLife: Benchmark = {
  name: "whole-life",
  title: "The whole life of a task, create to COMPLETED",
  reference: "the same rows by bare SQL, and pg-boss's two-job pattern, which does far less",
  goal: "at least 0.4 x bare SQL, no less than pg-boss, and 30,000 tasks a minute as the ambition",
  run,
};
