import { afterAll, beforeAll, expect, test } from "vitest";
import { createDatabase, type TestDatabase } from "../database.ts";
import { type RedisServer, startRedisServer } from "../redis-server.ts";
import { runHistory } from "./run.ts";

let server: RedisServer;
let database: TestDatabase;

beforeAll(async () => {
  [server, database] = await Promise.all([startRedisServer(), createDatabase()]);
});
afterAll(async () => {
  await server?.stop();
  await database?.drop();
});

/** Another history with `ADE_HISTORY_SEED`. */
const SEED = Number(process.env.ADE_HISTORY_SEED ?? 20_260_101);

test("locks stay right while connections break, messages double and Redis forgets", async () => {
  const outcome = await runHistory({
    ...{ seed: SEED, server, databaseUrl: database.url, operations: 800 },
    ...{
      faults: ["latency", "reset", "answers lost", "answers torn", "messages doubled", "FLUSHALL"],
      faultCount: 4,
    },
  });
  expect(outcome.violations, `seed ${SEED}: ${outcome.drawn.join(", ")}`).toEqual([]);
  expect(outcome).toMatchObject({ overtakes: 0, faults: 4 });
  expect(outcome.operations).toBeGreaterThanOrEqual(800);
  expect(outcome.waits).toBeGreaterThan(20);
}, 60_000);
