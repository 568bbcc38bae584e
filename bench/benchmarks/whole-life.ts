import type { Core } from "@ade/core/core";
import type { Actor } from "@ade/core/kernel/actor";
import pg from "pg";
import type { Bench, Benchmark } from "../frame/benchmark.ts";
import { APPROVE, newPerson, noopConfig, openCore } from "../frame/cores.ts";
import { startWorker } from "../frame/worker.ts";
import { type ModelLife, prepareForLives, prepareLife, readModelLife, writeLife } from "../sql/life.ts";

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
  const pool = new pg.Pool({ connectionString: bareUrl, max: CONNECTIONS });
  const people = {
    author: await newPerson(core, "Author", ["author"]),
    reviewer: await newPerson(core, "Reviewer", ["reviewer"]),
  };
  let model: ModelLife | null = null;
  let round = 0;
  const bareLives = quick ? 500 : 1_500;
  try {
    const comparison = await compare({
      name: `${AT_A_TIME} at a time`,
      sides: [
        {
          name: "in core: 1 API, 1 worker process",
          run(drive) {
            round += 1;
            const operation = (index: number) => live(core, people, `life-${round}-${index}`);
            return drive({ atATime: AT_A_TIME, windowMs: quick ? 3_000 : 6_000, operation });
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
      ],
    });
    const perMinute = Math.round(comparison.sides[0]!.per_second! * 60).toLocaleString("en-US");
    return {
      comparisons: [comparison],
      notes: [
        `${perMinute} tasks a minute in core, from create to COMPLETED; the ambition is 30,000, the floor 1,000 and 5,000 in a burst.`,
        "Author and reviewer are clients in this process, which is also the API; the worker is a process of its own. One reviewer approves.",
        "Bare SQL writes what a life leaves behind, also entries, addresses and links of the chain, one prepared statement for each of its six transactions; it plans nothing, decides nothing, locks nothing and has no jobs.",
      ],
    };
  } finally {
    await pool.end();
    await worker.stop();
    await close();
  }
}

export const wholeLife: Benchmark = {
  name: "whole-life",
  title: "The whole life of a task, create to COMPLETED",
  reference: "the same rows by bare SQL",
  goal: "at least 0.4 x bare SQL, and 30,000 tasks a minute as the ambition",
  run,
};
