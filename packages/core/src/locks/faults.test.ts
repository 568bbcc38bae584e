import { type RedisServer, startRedisServer } from "@ade/testkit/redis-server";
import type { Redis } from "ioredis";
import { afterEach, beforeEach, expect, test } from "vitest";
import { randomIds } from "../kernel/ids.ts";
import { compactId, lockName, newLockId, tailOf } from "./keys.ts";
import { type House, openHouse, type Process } from "./locks-fixture.ts";
import { scripts } from "./scripts.generated.ts";
import type { AcquireOne, Lock } from "./service.ts";
import { partitionKeys } from "./session.ts";

let server: RedisServer;
let house: House;
let one: Process;
let two: Process;

beforeEach(async () => {
  server = await startRedisServer();
  house = await openHouse(server);
  one = await house.join();
  two = await house.join();
});
afterEach(async () => {
  await house?.close();
  await server?.stop();
});

const want = (owner: string, more: Partial<AcquireOne> = {}): AcquireOne => ({
  principal_id: "worker-1",
  owner_id: owner,
  agent_id: "worker-1",
  resource_type: "resource",
  resource_id: "database:main",
  ttl_seconds: 30,
  ...more,
});
const beat = ({ id }: Lock) => ({ principal_id: "worker-1", lock_id: id, ttl_extension_seconds: 30 });
const release = (process: Process, { id }: Lock) =>
  process.locks.release({ principal_id: "worker-1", lock_id: id });
const unavailable = expect.objectContaining({ code: "DEPENDENCY_UNAVAILABLE", status: 503 });

/** Until a process has its connection back and may acquire, or is refused for a reason of the locks' own. */
async function answered(process: Process): Promise<void> {
  await expect.poll(() => process.redis.status, { timeout: 5_000, interval: 10 }).toBe("ready");
}

/** Ways in which Redis forgets; each loses everything that was granted since `server.admin.save()`. */
const losses = {
  FLUSHALL: async () => {
    await server.admin.flushall();
  },
  "kill -9 without persistence": async () => {
    await server.kill();
    await server.start();
  },
  "a restart from an old snapshot": async () => {
    await server.kill();
    await server.start();
  },
};

test("the first use of an installation costs no grace", async () => {
  const lock = await one.locks.acquire(want("a"));
  expect(lock.fencing_token).toBeGreaterThan(0);
  expect(await house.epoch()).toMatchObject({ epoch: "1", fence_floor: "0", grace: false });
});

test.each(Object.keys(losses) as (keyof typeof losses)[])("after %s", async (loss) => {
  const before = await one.locks.acquire(want("old"));
  const elsewhere = await one.locks.acquire(want("other", { resource_id: "database:other" }));
  if (loss === "a restart from an old snapshot") await server.admin.save();
  await release(one, before);
  const held = await one.locks.acquire(want("a", { mode: "exclusive" }));
  expect(held.fencing_token).toBeGreaterThan(before.fencing_token);

  await losses[loss]();
  await answered(one);
  await answered(two);

  // Nothing new is granted, by any process, for any resource, until those that live on must have reported.
  const refusals = await Promise.all(
    [one, two].flatMap((process) =>
      ["database:main", "database:new"].map((resource_id) =>
        process.locks.acquire(want("b", { resource_id })).catch((error: unknown) => error),
      ),
    ),
  );
  expect(refusals).toEqual([unavailable, unavailable, unavailable, unavailable]);
  expect((refusals[0] as { retryAfterSeconds: number }).retryAfterSeconds).toBeGreaterThan(25);
  await expect(two.locks.leaseLeft("resource", "database:main", held.fencing_token)).rejects.toEqual(
    unavailable,
  );

  // The holder re-asserts by its heartbeat; a process that did not grant it can't.
  expect(await one.locks.heartbeat(beat(held))).toMatchObject({
    id: held.id,
    fencing_token: held.fencing_token,
    acquired_at: held.acquired_at,
    owner_id: "a",
  });
  expect(await two.locks.holderOf("resource", "database:main")).toMatchObject({ id: held.id });
  expect(await two.locks.leaseLeft("resource", "database:main", held.fencing_token)).toBeGreaterThan(0);
  // What it had released stays released, although the snapshot brought it back.
  await expect(one.locks.heartbeat(beat(before))).rejects.toMatchObject({ status: 404 });

  await house.endGrace();
  await expect(two.locks.acquire(want("b"))).rejects.toMatchObject({ code: "RESOURCE_LOCKED" });
  if (loss !== "a restart from an old snapshot") {
    // Who did not report in time has lost its lock, and is not given it back.
    const next = await two.locks.acquire(want("b", { resource_id: "database:other" }));
    expect(next.fencing_token).toBeGreaterThan(elsewhere.fencing_token);
    await expect(one.locks.heartbeat(beat(elsewhere))).rejects.toMatchObject({ status: 404 });
  }
  await release(one, held);
  const next = await two.locks.acquire(want("b"));
  expect(next.fencing_token).toBeGreaterThan(held.fencing_token);
  // Above the floor too, so also where the new Redis' clock is behind the old one's.
  expect(next.fencing_token).toBeGreaterThan(Number((await house.epoch()).fence_floor));
});

test("tokens grow through one loss after the other", async () => {
  let last = 0;
  for (let round = 0; round < 5; round++) {
    const lock = await one.locks.acquire(want(`owner-${round}`));
    expect(lock.fencing_token).toBeGreaterThan(last);
    last = lock.fencing_token;
    await release(one, lock);
    const again = await two.locks.acquire(want(`owner-${round}`));
    expect(again.fencing_token).toBeGreaterThan(last);
    last = again.fencing_token;
    await server.admin.flushall();
    await expect(one.locks.acquire(want("x"))).rejects.toEqual(unavailable);
    await house.endGrace();
  }
  expect((await house.epoch()).epoch).toBe("6");
});

test("the sweep finds out that Redis forgot, before anybody asks for a lock", async () => {
  await one.locks.acquire(want("a"));
  await server.admin.flushall();
  await two.locks.sweepExpired();
  expect(await house.epoch()).toMatchObject({ epoch: "2", grace: true });
});

test("many who find out at once begin one epoch", async () => {
  const processes = [one, two, await house.join(), await house.join()];
  await Promise.all(
    processes.map((process, at) => process.locks.acquire(want("a", { resource_id: `database:${at}` }))),
  );
  expect((await house.epoch()).epoch).toBe("1");
  await server.admin.flushall();
  await Promise.allSettled(
    processes.flatMap((process) => [process.locks.acquire(want("x")), process.locks.sweepExpired()]),
  );
  expect((await house.epoch()).epoch).toBe("2");
});

test("a partition that is gone is a loss", async () => {
  const lock = await one.locks.acquire(want("a"));
  await server.admin.del(...partitionKeys(0));
  await expect(two.locks.acquire(want("b"))).rejects.toEqual(unavailable);
  expect(await one.locks.heartbeat(beat(lock))).toMatchObject({ id: lock.id });
});

test("the grace is as long as the longest lease that was granted, also to another process", async () => {
  await one.locks.acquire(want("a", { ttl_seconds: 240 }));
  expect((await house.epoch()).max_ttl_seconds).toBe(240);
  await server.admin.flushall();
  const refusal = await two.locks.acquire(want("b")).catch((error: unknown) => error);
  expect((refusal as { retryAfterSeconds: number }).retryAfterSeconds).toBeGreaterThan(230);
});

test("a heartbeat that comes after its own lease does not bring a lock back", async () => {
  let nowMs = 0;
  const clock = { now: () => new Date(), monotonicMs: () => nowMs };
  const slow = await house.join({ clock });
  const lock = await slow.locks.acquire(want("a"));
  await server.admin.flushall();
  nowMs = 30_001;
  await expect(slow.locks.heartbeat(beat(lock))).rejects.toMatchObject({ status: 404 });
});

test("an orderly stop and start of everything costs no grace and keeps what is held", async () => {
  const lock = await one.locks.acquire(want("a"));
  await two.locks.acquire(want("b", { resource_id: "database:two" }));
  await one.locks.close();
  await two.locks.close();
  await server.admin.save();
  await server.kill();
  await server.start();
  const next = await house.join();
  await expect(next.locks.acquire(want("c"))).rejects.toMatchObject({ code: "RESOURCE_LOCKED" });
  await next.locks.heartbeat(beat(lock));
  await release(next, lock);
  const granted = await next.locks.acquire(want("c"));
  expect(granted.fencing_token).toBeGreaterThan(lock.fencing_token);
  expect(await house.epoch()).toMatchObject({ epoch: "2", grace: false });

  // The mark of that stop is good once: the same snapshot again is a loss.
  await server.kill();
  await server.start();
  await answered(next);
  await expect(next.locks.acquire(want("d"))).rejects.toEqual(unavailable);
  expect(await house.epoch()).toMatchObject({ epoch: "3", grace: true });
});

test("one process that stops does not disturb the others", async () => {
  const lock = await one.locks.acquire(want("a"));
  await two.locks.acquire(want("b", { resource_id: "database:two" }));
  await two.locks.close();
  expect(await one.locks.heartbeat(beat(lock))).toMatchObject({ id: lock.id });
  await one.locks.acquire(want("c", { resource_id: "database:three" }));
});

test("a database that was made anew takes over a Redis that has forgotten nothing", async () => {
  const lock = await one.locks.acquire(want("a"));
  await house.pool.query("DELETE FROM lock_epoch");
  const fresh = await house.join();
  const next = await fresh.locks.acquire(want("b", { resource_id: "database:two" }));
  expect(next.fencing_token).toBeGreaterThan(lock.fencing_token);
  await expect(fresh.locks.acquire(want("b"))).rejects.toMatchObject({ code: "RESOURCE_LOCKED" });
});

test("without Redis everything says so, and goes on when it is back", async () => {
  await one.locks.acquire(want("a"));
  await server.kill();
  await expect.poll(() => one.redis.status).not.toBe("ready");
  await expect(one.locks.acquire(want("b"))).rejects.toEqual(unavailable);
  await expect(one.locks.sweepExpired()).rejects.toEqual(unavailable);
  await expect(one.locks.holderOf("resource", "database:main")).rejects.toEqual(unavailable);
  await server.start();
  await answered(one);
  await expect(one.locks.acquire(want("b"))).rejects.toEqual(unavailable);
  await house.endGrace();
  await one.locks.acquire(want("b"));
});

test("a Redis that may evict is refused", async () => {
  await server.admin.config("SET", "maxmemory-policy", "allkeys-lru");
  await expect(one.locks.check()).rejects.toMatchObject({
    code: "LOCK_STORE_UNFIT",
    message: expect.stringContaining("allkeys-lru"),
  });
});

test("an acquire whose answer never came leaves no ghost", async () => {
  await one.locks.check();
  const { options } = one.redis as Redis;
  options.commandTimeout = 100;
  await server.admin.client("PAUSE", 600, "ALL");
  await expect(one.locks.acquire(want("ghost"))).rejects.toEqual(unavailable);
  options.commandTimeout = 2_000;
  // It ran when Redis went on; what it got is taken back without waiting for its TTL.
  await expect
    .poll(() => two.locks.acquire(want("b")).catch(() => null), { timeout: 5_000, interval: 50 })
    .not.toBeNull();
  const { resources, marks } = await leftovers();
  expect(resources.filter((field) => field.startsWith("!")).length).toBe(marks);
});

test("an attempt that was given up before it ran gets nothing when it does", async () => {
  await one.locks.check();
  const name = lockName("resource", "database:main");
  const random = () => "0123456789abcdef01";
  const id32 = compactId(newLockId(name, { ...randomIds, random }))!;
  const { keys, sha } = scripts.forget;
  const sentinel = (await server.admin.hget(partitionKeys(0)[0]!, "@"))!;
  await server.admin.evalsha(sha, keys, ...partitionKeys(0), sentinel, id32, tailOf(id32), 60_000);
  const late = await house.join({ ids: { ...randomIds, random } });
  await expect(late.locks.acquire(want("late"))).rejects.toEqual(unavailable);
  expect(await one.locks.holderOf("resource", "database:main")).toBeNull();
});

async function leftovers(): Promise<{ resources: string[]; marks: number }> {
  const [hash, due] = partitionKeys(0);
  const later = await server.admin.zrange(due!, "0", "-1");
  const marks = later.filter((what) => what.startsWith("!")).length;
  return { resources: await server.admin.hkeys(hash!), marks };
}

test("a lock whose record was deleted is missed by its holder's next heartbeat", async () => {
  const lock = await one.locks.acquire(want("a"));
  await server.admin.hdel(partitionKeys(0)[0]!, lockName("resource", "database:main").field);
  await expect(one.locks.heartbeat(beat(lock))).rejects.toMatchObject({ status: 404 });
});

test("who waits for a lock whose record was deleted has the turn when it is asked about, or when the lock would have ended", async () => {
  const { field } = lockName("resource", "database:main");
  const [rows, due] = [partitionKeys(0)[0]!, partitionKeys(0)[1]!];
  const deleted = async (owner: string) => {
    await one.locks.acquire(want(owner));
    const answer = await one.locks.request({ ...want(`${owner}-next`), wait: { max_wait_seconds: 60 } });
    if ("held" in answer) throw new Error("was granted at once");
    await server.admin.hdel(rows, field);
    return answer.queued.request_id;
  };
  const asked = { principal_id: "worker-1", request_id: await deleted("a"), wait_seconds: 0 };
  const granted = await one.locks.standing(asked);
  expect(granted).toMatchObject({ held: [{ owner_id: "a-next" }] });
  if ("held" in granted) await one.locks.release({ principal_id: "worker-1", lock_id: granted.held[0]!.id });

  await deleted("b");
  const ends = (await server.admin.zrange(due, "0", "-1")).filter((what) => what.startsWith(field));
  for (const what of ends) await server.admin.zadd(due, "XX", "1", what);
  await one.locks.sweepExpired();
  expect(await one.locks.holderOf("resource", "database:main")).toMatchObject({ owner_id: "b-next" });
});

test("an index that was deleted costs nobody a lock who is heard in time, and else no more than the lock", async () => {
  const heard = await one.locks.acquire(want("a", { ttl_seconds: 5, resource_id: "database:heard" }));
  const lock = await one.locks.acquire(want("a", { ttl_seconds: 5 }));
  await server.admin.del(partitionKeys(0)[1]!);
  expect(await one.locks.heartbeat(beat(heard))).toMatchObject({ id: heard.id });
  expect(await two.locks.holderOf("resource", "database:main")).toMatchObject({ id: lock.id });
  const next = await two.locks.acquire(want("b", { wait: { max_wait_seconds: 1 } })).catch(() => null);
  expect(next).toBeNull();
  await expect
    .poll(() => two.locks.acquire(want("b")).catch(() => null), { timeout: 8_000, interval: 100 })
    .toMatchObject({ owner_id: "b" });
  await expect(one.locks.heartbeat(beat(lock))).rejects.toMatchObject({ status: 404 });
  expect(await two.locks.holderOf("resource", "database:heard")).toMatchObject({ id: heard.id });
});
