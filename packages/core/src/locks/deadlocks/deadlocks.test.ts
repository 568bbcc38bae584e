import { randomUUID } from "node:crypto";
import { type RedisServer, startRedisServer } from "@ade/testkit/redis-server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type House, openHouse, type Process } from "../locks-fixture.ts";
import type { AcquireOne, Lock } from "../service.ts";
import { partitionKeys } from "../session.ts";

let server: RedisServer;
let house: House;
let one: Process;
let two: Process;
beforeAll(async () => {
  server = await startRedisServer();
  house = await openHouse(server);
  one = await house.join();
  two = await house.join();
});
afterAll(async () => {
  await house?.close();
  await server?.stop();
});

/** A ring of owners: each holds its own key and knows how to wait for the next one's. */
async function ring(size: number, holder: Process, waiter = holder) {
  const prefix = randomUUID();
  const want = (owner: number, key: number, more: Partial<AcquireOne> = {}): AcquireOne => ({
    principal_id: "p",
    owner_id: `${prefix}-${owner}`,
    agent_id: `agent-${owner}`,
    resource_type: "resource",
    resource_id: `database:${prefix}/${key % size}`,
    ttl_seconds: 30,
    ...more,
  });
  const held: Lock[] = [];
  for (let index = 0; index < size; index++) held.push(await holder.locks.acquire(want(index, index)));
  const waits: Promise<Lock>[] = [];
  /** Lets an owner wait for the key of the next; resolves once it stands in the queue. */
  async function close(index: number, priority = 50): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const wait = { max_wait_seconds: 20, priority, onQueued: () => resolve() };
    const lock = waiter.locks.acquire(want(index, index + 1, { wait }));
    lock.catch(() => undefined);
    waits[index] = lock;
    await promise;
  }
  return { held, waits, close, owner: (index: number) => `${prefix}-${index}` };
}

const code = (name: string) => expect.objectContaining({ code: name });
const newest = async () => (await one.locks.deadlocks({ page: 1, limit: 1 })).deadlocks[0]!;

describe("at the enqueue that closes a cycle", () => {
  test.each([2, 3, 5])("of %i owners the youngest gives way and the others go on", async (size) => {
    const { held, waits, close, owner } = await ring(size, one);
    for (let index = 0; index < size; index++) await close(index);
    const victim = size - 1;
    await expect(waits[victim]).rejects.toEqual(code("DEADLOCK_DETECTED"));
    // The key of the victim goes to the one before.
    expect((await waits[victim - 1])!.resource_id).toBe(held[victim]!.resource_id);
    await expect(
      one.locks.heartbeat({ principal_id: "p", lock_id: held[victim]!.id, ttl_extension_seconds: 30 }),
    ).rejects.toMatchObject({ status: 404 });
    // It is kept once the victim has been told.
    await expect.poll(async () => (await newest())?.resolution.victim_owner_id).toBe(owner(victim));
    const entry = await newest();
    expect(entry).toMatchObject({
      found_by: "enqueue",
      resolution: {
        victim_owner_id: owner(victim),
        strategy: "abort_youngest",
        released_locks: [held[victim]!.id],
      },
    });
    expect(entry.cycle.map(({ owner_id }) => owner_id).sort()).toEqual(
      Array.from({ length: size }, (_, index) => owner(index)),
    );
    expect(entry.explanation).toContain(owner(victim));
  });

  test("by the lowest priority, where that is the strategy", async () => {
    const third = await house.join({ deadlock_strategy: "abort_lowest_priority" });
    const { waits, close } = await ring(2, third);
    await close(0, 10);
    await close(1, 90);
    await expect(waits[0]).rejects.toEqual(code("DEADLOCK_DETECTED"));
    await waits[1];
  });

  test("a wait that closes nothing is left alone", async () => {
    const { held, waits, close } = await ring(3, one);
    await close(0);
    await close(1);
    await one.locks.release({ principal_id: "p", lock_id: held[2]!.id });
    expect((await waits[1])!.resource_id).toBe(held[2]!.resource_id);
  });
});

describe("by the scan", () => {
  test("a cycle of owners that hold by other processes is found when it is seen twice", async () => {
    const { waits, close } = await ring(2, one, two);
    await close(0);
    await close(1);
    expect(await one.locks.scanForDeadlocks()).toBe(0);
    expect(await one.locks.scanForDeadlocks()).toBe(1);
    await expect(waits[1]).rejects.toEqual(code("DEADLOCK_DETECTED"));
    await waits[0];
    expect((await newest()).found_by).toBe("scan");
  });

  test("two who scan at once end it once", async () => {
    const before = (await one.locks.deadlocks({ page: 1, limit: 1 })).pagination.total;
    const { waits, close } = await ring(3, one, two);
    for (const index of [0, 1, 2]) await close(index);
    for (let round = 0; round < 2; round++) {
      await Promise.all([one.locks.scanForDeadlocks(), two.locks.scanForDeadlocks()]);
    }
    await expect(waits[2]).rejects.toEqual(code("DEADLOCK_DETECTED"));
    expect((await one.locks.deadlocks({ page: 1, limit: 1 })).pagination.total).toBe(before + 1);
  });

  test("a release between two scans is no deadlock", async () => {
    const { held, waits, close } = await ring(2, one);
    await close(0);
    expect(await one.locks.scanForDeadlocks()).toBe(0);
    await one.locks.release({ principal_id: "p", lock_id: held[1]!.id });
    await waits[0];
    expect(await one.locks.scanForDeadlocks()).toBe(0);
  });
});

describe("a deadlock that was ended is in the history, once", () => {
  const total = async () => (await one.locks.deadlocks({ page: 1, limit: 1 })).pagination.total;
  const waits = partitionKeys(0)[3]!;
  const unrecorded = async () =>
    (await server.admin.hkeys(waits)).filter((field) => field.startsWith("x")).map((field) => field.slice(1));
  /** As if ten seconds had passed for what is to be recorded by then. */
  const makeDue = (id: string) => server.admin.zadd(partitionKeys(0)[1]!, 1, `x${id}`);

  test("the process that ended it is killed before it recorded it: a sweep elsewhere does", async () => {
    const before = await total();
    // Of the one that is killed nothing arrives any more.
    const ledger = { ...house.ledger, commit: () => new Promise<never>(() => {}) };
    const dying = await house.join({ ledger });
    const { held, waits: waiting, close, owner } = await ring(2, dying);
    for (const index of [0, 1]) await close(index);
    await expect(waiting[1]).rejects.toEqual(code("DEADLOCK_DETECTED"));
    await waiting[0];
    expect(await total()).toBe(before);
    const [id] = await unrecorded();
    await one.locks.sweepExpired();
    expect(await unrecorded()).toEqual([id]);
    await makeDue(id!);
    await Promise.all([one.locks.sweepExpired(), two.locks.sweepExpired()]);
    await expect.poll(unrecorded).toEqual([]);
    expect(await total()).toBe(before + 1);
    expect(await newest()).toMatchObject({
      id,
      found_by: "enqueue",
      resolution: { victim_owner_id: owner(1), released_locks: [held[1]!.id] },
    });
  });

  test("recorded by both, it is there once", async () => {
    const { waits: waiting, close } = await ring(2, one);
    for (const index of [0, 1]) await close(index);
    await expect(waiting[1]).rejects.toEqual(code("DEADLOCK_DETECTED"));
    await expect.poll(unrecorded).toEqual([]);
    const [before, entry] = [await total(), await newest()];
    await server.admin.hset(waits, `x${entry.id}`, JSON.stringify(entry));
    await makeDue(entry.id);
    await two.locks.sweepExpired();
    await expect.poll(unrecorded).toEqual([]);
    expect(await total()).toBe(before);
  });
});

test("the graph shows keys, queues, edges and cycles", async () => {
  const { held, close, owner } = await ring(2, one);
  await close(0);
  const graph = await one.locks.graph();
  const key = graph.keys.find((each) => each.key === held[1]!.key)!;
  expect(key).toMatchObject({
    queue_length: 1,
    holders: [{ id: held[1]!.id }],
    queue: [{ owner_id: owner(0) }],
  });
  expect(graph.edges).toContainEqual({
    from: { agent_id: "agent-0", owner_id: owner(0) },
    to: { agent_id: "agent-1", owner_id: owner(1) },
    key: key.key,
    because: "holds",
  });
  expect(graph.is_cut).toBe(false);
});
