import { randomUUID } from "node:crypto";
import { WAITER_LEASE_SECONDS } from "@ade/core/locks/schema";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createDatabase, type TestDatabase } from "../database.ts";
import { type RedisServer, startRedisServer } from "../redis-server.ts";
import { repeatedly } from "../repeatedly.ts";
import { checkHistory } from "./check.ts";
import { type HistoryEvent, historyClock } from "./history.ts";
import { openLocks } from "./member.ts";

/** A negative control, as in controls.test.ts. */
const without = vi.hoisted(() => ({ waiterLease: false }));

vi.mock("@ade/core/locks/scripts.generated", async (load) => {
  const { patchedScripts } = await import("./patched-scripts.ts");
  const { scripts } = await load<typeof import("@ade/core/locks/scripts.generated")>();
  const patch = (body: string) =>
    without.waiterLease ? body.replaceAll("wait[LEASE] <= now_ms or ", "") : body;
  return { scripts: patchedScripts(scripts, patch) };
});

// A place is kept for one second, so that this takes seconds and not a minute.
vi.mock("@ade/core/locks/schema", async (load) => ({ ...(await load<object>()), WAITER_LEASE_SECONDS: 1 }));

let server: RedisServer;
let database: TestDatabase;
beforeAll(async () => {
  [server, database] = await Promise.all([startRedisServer(), createDatabase()]);
});
afterAll(async () => {
  await server?.stop();
  await database?.drop();
});

test("without the lease of waiters, a waiter that died at the head is found to starve those behind it", async () => {
  without.waiterLease = false;
  expect(await rulesBehindDeadWaiter()).toEqual([]);
  without.waiterLease = true;
  expect(await rulesBehindDeadWaiter()).toEqual(["stalled"]);
}, 60_000);

/** Holds a lock while somebody waits and dies; who comes after that one's lease is over must be next. */
async function rulesBehindDeadWaiter(): Promise<string[]> {
  const history: HistoryEvent[] = [];
  const at = (event: object) =>
    void history.push({ at_ms: historyClock.monotonicMs(), ...event } as HistoryEvent);
  const key = `database:dead-${randomUUID()}`;
  const owner = (name: string) =>
    ({
      ...{ principal_id: name, owner_id: name, agent_id: name, ttl_seconds: 30 },
      ...{ resource_type: "resource" as const, resource_id: key },
    }) as const;
  const urls = { databaseUrl: database.url, redisUrl: server.url };
  const [living, dying] = [await openLocks(urls), await openLocks(urls)];
  const held = await living.locks.acquire(owner("holder"));

  const wait = { max_wait_seconds: 20 };
  // It is not connected, as a caller of the API: of one that is, Redis would know that nobody hears.
  await dying.locks.request({ ...owner("dead"), ttl_seconds: 5, wait });
  await dying.close();
  const lapsesAt = historyClock.monotonicMs() + WAITER_LEASE_SECONDS * 1000;
  await expect.poll(() => historyClock.monotonicMs(), { timeout: 5_000 }).toBeGreaterThan(lapsesAt);

  const call = "next:1";
  const ttl_ms = 30_000;
  const told = { key, mode: "exclusive", priority: 50, wait_ms: 20_000, ttl_ms };
  at({ type: "invoke", op: "acquire", call, client: "next", ...told });
  const onQueued = () => {
    at({ type: "queued", call });
    void living.locks.release({ principal_id: "holder", lock_id: held.id });
  };
  const endSweeps = repeatedly(200, () => living.locks.sweepExpired());
  const next = await living.locks.acquire({ ...owner("next"), wait: { ...wait, onQueued } });
  at({ type: "ok", call, token: next.fencing_token, trusted_until_ms: historyClock.monotonicMs() });
  await endSweeps();
  await living.close();
  return checkHistory(history).violations.map(({ rule }) => rule);
}
