import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createDatabase, type TestDatabase } from "../database.ts";
import { type RedisServer, startRedisServer } from "../redis-server.ts";
import { type HistoryRun, runHistory } from "./run.ts";

/**
 * A check that cannot fail is no check: each protection is taken out of a copy of the scripts, or of the sink, and the
 * same history that passes with it must fail.
 */
const without = vi.hoisted(() => ({ epoch: false }));

vi.mock("@ade/core/locks/scripts.generated", async (load) => {
  const { patchedScripts } = await import("./patched-scripts.ts");
  const { scripts } = await load<typeof import("@ade/core/locks/scripts.generated")>();
  const patch = (body: string) => (without.epoch ? body.replaceAll("return { 'LOST_EPOCH' }", "") : body);
  return { scripts: patchedScripts(scripts, patch) };
});

let server: RedisServer;
let database: TestDatabase;
beforeEach(async () => {
  without.epoch = false;
  [server, database] = await Promise.all([startRedisServer(), createDatabase()]);
});
afterEach(async () => {
  await server?.stop();
  await database?.drop();
});

const rulesOf = async (run: Omit<HistoryRun, "server" | "databaseUrl" | "seed">) => {
  const { violations } = await runHistory({ seed: 7, server, databaseUrl: database.url, ...run });
  return new Set(violations.map(({ rule }) => rule));
};

test("without the fence check at the sink, a frozen holder's late write is found", async () => {
  const frozen = { operations: 300, members: 2, faults: ["holder frozen"], faultCount: 1 } as const;
  expect(await rulesOf(frozen)).toEqual(new Set());
  expect(await rulesOf({ ...frozen, checksFence: false })).toEqual(new Set(["stale-write"]));
}, 60_000);

test("without the epoch in the scripts, holders beside each other after FLUSHALL are found", async () => {
  const flushed = { operations: 1_500, keys: 2, faults: ["FLUSHALL"], faultCount: 1 } as const;
  expect(await rulesOf(flushed)).toEqual(new Set());
  without.epoch = true;
  await server.admin.script("FLUSH");
  expect(await rulesOf({ ...flushed, faultCount: 12 })).toContain("not-linearisable");
}, 60_000);
