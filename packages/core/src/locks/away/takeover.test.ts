import { type RedisServer, startRedisServer } from "@ade/testkit/redis-server";
import type { Redis } from "ioredis";
import { afterEach, beforeEach, expect, test } from "vitest";
import { compactId } from "../keys.ts";
import { type House, openHouse, type Process } from "../locks-fixture.ts";
import { scripts } from "../scripts.generated.ts";
import { partitionKeys } from "../session.ts";

let server: RedisServer;
let house: House;
let one: Process;
let two: Process;
beforeEach(async () => {
  server = await startRedisServer();
  house = await openHouse(server);
  one = await house.join();
  two = await house.join();
  // An acquire goes straight to Redis only once the turnstile is open.
  await one.locks.acquire(want("warm", "one"));
  await two.locks.acquire(want("warm", "two"));
});
afterEach(async () => {
  await house?.close();
  await server?.stop();
});

const want = (owner: string, name: string) => ({
  ...{ principal_id: "agent-1", owner_id: owner, agent_id: "agent-1", ttl_seconds: 30 },
  ...{ resource_type: "resource" as const, resource_id: `database:main/${name}` },
});
const holderOf = (name: string) => two.locks.holderOf("resource", `database:main/${name}`);
/** Redis' answers take longer than anybody waits for them, and what was sent runs later. */
async function unanswered<T>(work: () => Promise<T>): Promise<T> {
  const { options } = one.redis as Redis;
  options.commandTimeout = 100;
  await server.admin.client("PAUSE", 1_000, "ALL");
  try {
    return await work();
  } finally {
    options.commandTimeout = 2_000;
  }
}
async function queueAway(name: string): Promise<{ request_id: string; attempt: string }> {
  const answer = await one.locks.request({ ...want("waits", name), wait: { max_wait_seconds: 60 } });
  if (!("queued" in answer)) throw new Error("it was answered");
  const { request_id } = answer.queued;
  const { rows } = await house.pool.query("SELECT attempt FROM lock_request WHERE id = $1", [request_id]);
  return { request_id, attempt: rows[0].attempt };
}

test("what the waiting room took over is left alone by the forgetter, then and later", async () => {
  const { request_id, attempt } = await unanswered(async () => {
    // Of these two the one is taken over and the other is forgotten, at the same time.
    const [taken] = await Promise.all([
      queueAway("taken"),
      expect(one.locks.acquire(want("b", "forgotten"))).rejects.toMatchObject({ status: 503 }),
    ]);
    return taken;
  });
  expect(attempt).toEqual(expect.any(String));
  await expect.poll(() => holderOf("taken"), { timeout: 5_000 }).toMatchObject({ id: request_id });
  const ran = await holderOf("taken");
  await expect.poll(() => holderOf("forgotten"), { timeout: 8_000 }).toBeNull();
  // The forgetter had its turn. Nothing asked for the locks in between, so nothing was handed on.
  expect(await holderOf("taken")).toEqual(ran);

  await expect.poll(() => one.locks.status(), { timeout: 8_000 }).toMatchObject({ available: true });
  await one.locks.sweepExpired();
  const asked = { principal_id: "agent-1", request_id, wait_seconds: 0 };
  expect(await one.locks.standing(asked)).toMatchObject({
    held: [{ id: request_id, fencing_token: ran!.fencing_token }],
  });
  // One that comes late finds that the request no longer goes by the attempt that was not answered.
  const { keys, sha } = scripts.forget;
  const [resources, ...others] = partitionKeys(0);
  const sentinel = (await server.admin.hget(resources!, "@"))!;
  const id32 = compactId(request_id)!;
  const told = await server.admin.evalsha(sha, keys, resources!, ...others, sentinel, id32, attempt, 60_000);
  expect(told).toEqual(["MARKED"]);
  const beat = { principal_id: "agent-1", lock_id: request_id, ttl_extension_seconds: 30 };
  expect(await one.locks.heartbeat(beat)).toMatchObject({ fencing_token: ran!.fencing_token });
}, 30_000);

test("who leaves the waiting room takes along what the unanswered acquire got", async () => {
  await unanswered(async () => {
    const { request_id } = await queueAway("left");
    await one.locks.leave({ principal_id: "agent-1", request_id });
  });
  // Long before its lease of 30 s is over.
  await expect
    .poll(() => two.locks.acquire(want("next", "left")).catch(() => null), { timeout: 10_000, interval: 50 })
    .toMatchObject({ owner_id: "next" });
}, 30_000);
