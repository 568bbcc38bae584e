import { randomUUID } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { type RedisCluster, startRedisCluster } from "@ade/testkit/redis-cluster";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lockName, partitionOf } from "./keys.ts";
import { type House, openHouse, type Process } from "./locks-fixture.ts";
import { listLocksQuery } from "./schema.ts";
import type { AcquireOne, Lock } from "./service.ts";
import { countPartitions, partitionKeys } from "./session.ts";

let cluster: RedisCluster;
let house: House;
let one: Process;
let two: Process;
/** One for each test: one of them breaks it. */
beforeEach(async () => {
  cluster = await startRedisCluster();
  house = await openHouse(cluster);
  one = await house.join();
  two = await house.join();
  await one.locks.check();
}, 120_000);
afterEach(async () => {
  await house?.close();
  await cluster?.stop();
});

const want = (owner: string, resource_id: string, more: Partial<AcquireOne> = {}): AcquireOne => ({
  principal_id: "p",
  owner_id: owner,
  agent_id: owner,
  resource_type: "resource",
  resource_id,
  ttl_seconds: 30,
  ...more,
});
const release = (at: Process, lock: Lock) => at.locks.release({ principal_id: "p", lock_id: lock.id });
const partition = (resource: string): number =>
  partitionOf(lockName("resource", resource).field, countPartitions(one.redis));
/** Names of which no two lie in one partition. */
function apart(count: number): string[] {
  const names = new Map<number, string>();
  while (names.size < count) {
    const name = `database:default/${randomUUID()}`;
    names.set(partition(name), name);
  }
  return [...names.values()];
}

test("locks lie on all masters and are waited for, extended and listed like on one server", async () => {
  const names = apart(16);
  const held = await Promise.all(names.map((name) => one.locks.acquire(want("a", name))));
  const waits = names.map((name) => two.locks.acquire(want("b", name, { wait: { max_wait_seconds: 20 } })));
  await expect.poll(async () => (await one.locks.graph()).keys, { timeout: 15_000 }).toHaveLength(16);
  const lock_ids = held.map(({ id }) => id);
  const beats = await one.locks.heartbeatMany({ principal_id: "p", lock_ids, ttl_extension_seconds: 60 });
  expect(beats.every(({ ok }) => ok)).toBe(true);
  const page = await one.locks.list(listLocksQuery.parse({ limit: 100 }));
  expect(page.locks.map(({ id }) => id).sort()).toEqual([...lock_ids].sort());
  await Promise.all(held.map((lock) => release(one, lock)));
  const next = await Promise.all(waits);
  for (const [at, lock] of next.entries())
    expect(lock.fencing_token).toBeGreaterThan(held[at]!.fencing_token);
  await Promise.all(next.map((lock) => release(two, lock)));
});

test("a cycle across partitions is found and ended by the scan", async () => {
  const names = apart(3);
  const held = await Promise.all(names.map((name, at) => one.locks.acquire(want(`o${at}`, name))));
  const waits = names.map((_, at) =>
    two.locks.acquire(want(`o${at}`, names[(at + 1) % 3]!, { wait: { max_wait_seconds: 20 } })),
  );
  const ended = waits.map((wait) =>
    wait.then(
      (lock) => release(two, lock),
      (error: { code: string }) => error.code,
    ),
  );
  await expect.poll(async () => (await one.locks.graph()).cycles, { timeout: 15_000 }).toHaveLength(1);
  expect(await one.locks.scanForDeadlocks()).toBe(0);
  expect(await one.locks.scanForDeadlocks()).toBe(1);
  const victim = await Promise.race(
    ended.map(async (end, at) => ((await end) === "DEADLOCK_DETECTED" ? at : new Promise(() => {}))),
  );
  for (const [at, lock] of held.entries()) if (at !== victim) await release(one, lock);
  expect((await Promise.all(ended)).filter((end) => end === "DEADLOCK_DETECTED")).toHaveLength(1);
});

test("a master that is killed under load costs an epoch, never a token or two holders", async () => {
  /** By partition, so that those after the loss follow those before it. */
  const tokens = new Map<number, number[]>();
  const holders = new Map<string, string>();
  let isOver = false;
  let granted = 0;
  /** Takes and releases one key again and again; refusals while nobody can be asked are part of it. */
  async function load(at: Process, owner: string, name: string): Promise<void> {
    const given = tokens.get(partition(name)) ?? [];
    tokens.set(partition(name), given);
    while (!isOver) {
      try {
        const wait = { max_wait_seconds: 1 };
        const lock = await at.locks.acquire(want(owner, name, { wait, ttl_seconds: 5 }));
        expect(holders.get(name)).toBeUndefined();
        holders.set(name, owner);
        given.push(lock.fencing_token);
        granted += 1;
        holders.delete(name);
        await release(at, lock);
      } catch (error) {
        // A refusal without a command would let nothing else run.
        await setImmediate();
        const { code } = error as { code: string };
        expect(["DEPENDENCY_UNAVAILABLE", "RESOURCE_LOCKED", "NOT_FOUND", "ALREADY_HELD"]).toContain(code);
      }
    }
  }
  function begin(): Promise<void>[] {
    isOver = false;
    // New ones each time: what was asked for in the grace is held up until the end that it had.
    return apart(16).flatMap((name) => [load(one, `a of ${name}`, name), load(two, `b of ${name}`, name)]);
  }
  const before = await house.epoch();
  const under = begin();
  await expect.poll(() => granted, { timeout: 20_000 }).toBeGreaterThan(500);
  await cluster.killMasterOf(partitionKeys(3)[0]!);
  await expect
    .poll(
      () =>
        one.locks.check().then(
          () => house.epoch(),
          () => before,
        ),
      { timeout: 30_000 },
    )
    .toMatchObject({ grace: true });
  isOver = true;
  await Promise.all(under);

  await house.endGrace();
  const grantedBefore = granted;
  const after = begin();
  await expect.poll(() => granted, { timeout: 30_000 }).toBeGreaterThan(grantedBefore + 500);
  isOver = true;
  await Promise.all(after);
  expect(Number((await house.epoch()).epoch)).toBeGreaterThan(Number(before.epoch));
  expect(tokens.size).toBe(16);
  for (const given of tokens.values()) expect(given).toEqual([...new Set(given)].sort((a, b) => a - b));
}, 180_000);
