import { randomUUID } from "node:crypto";
import { type RedisServer, startRedisServer } from "@ade/testkit/redis-server";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { systemActor } from "../kernel/actor.ts";
import { randomIds } from "../kernel/ids.ts";
import { lockName, newLockId } from "./keys.ts";
import { type House, openHouse, type Process } from "./locks-fixture.ts";
import { type Lock, listLocksQuery } from "./schema.ts";
import type { AcquireOne, LocksService } from "./service.ts";

describe.each([
  { server: "a standalone Redis", cluster: false },
  { server: "a node with cluster-enabled and all slots", cluster: true },
])("on $server", ({ cluster }) => {
  let server: RedisServer;
  let house: House;
  let one: Process;
  let two: Process;
  let locks: LocksService;
  /** Another resource for every test, so that they do not meet. */
  let resource: string;

  beforeAll(async () => {
    server = await startRedisServer({ cluster });
    house = await openHouse(server);
    one = await house.join();
    two = await house.join();
    locks = one.locks;
  });
  afterAll(async () => {
    await house?.close();
    await server?.stop();
  });
  beforeEach(() => {
    resource = `database:default/${randomUUID()}`;
    one.events.length = 0;
  });

  const want = (owner: string, more: Partial<AcquireOne> = {}): AcquireOne => ({
    principal_id: "worker-1",
    owner_id: owner,
    agent_id: "worker-1",
    resource_type: "resource",
    resource_id: resource,
    ttl_seconds: 30,
    ...more,
  });
  const code = (name: string) => expect.objectContaining({ code: name });

  test("of many who ask at once one gets it, with a greater token every time", async () => {
    let last = 0;
    for (let round = 0; round < 10; round++) {
      const tries = Array.from({ length: 40 }, (_, at) =>
        (at % 2 ? one : two).locks.acquire(want(`owner-${at}`)),
      );
      const granted = (await Promise.allSettled(tries)).filter((result) => result.status === "fulfilled");
      expect(granted).toHaveLength(1);
      const lock = granted[0]!.value;
      expect(lock.fencing_token).toBeGreaterThan(last);
      expect(Number.isSafeInteger(lock.fencing_token)).toBe(true);
      last = lock.fencing_token;
      await locks.release({ principal_id: "worker-1", lock_id: lock.id });
    }
  });

  test("the grant says what was granted, in the resource's one spelling", async () => {
    const lock = await locks.acquire(want("o", { resource_id: resource.toUpperCase(), purpose: "deploy" }));
    expect(lock).toMatchObject({
      resource_type: "resource",
      resource_id: resource,
      key: `resource:${resource}`,
      mode: "exclusive",
      owner_id: "o",
      agent_id: "worker-1",
      purpose: "deploy",
    });
    expect(Date.parse(lock.expires_at) - Date.parse(lock.acquired_at)).toBe(30_000);
    expect(await locks.get(lock.id)).toEqual({ ...lock, queue: [], queue_length: 0 });
    expect(await two.locks.holderOf("resource", resource)).toEqual(lock);
  });

  test("the refusal names the holder; the same owner is told its lock", async () => {
    const lock = await locks.acquire(want("a", { purpose: "migrate" }));
    const { agent_id, owner_id, purpose, acquired_at, expires_at } = lock;
    await expect(locks.acquire(want("b"))).rejects.toMatchObject({
      code: "RESOURCE_LOCKED",
      status: 423,
      details: { key: lock.key, holder: { agent_id, owner_id, purpose, acquired_at, expires_at } },
    });
    await expect(locks.acquire(want("a"))).rejects.toMatchObject({
      code: "ALREADY_HELD",
      status: 409,
      details: { lock_id: lock.id },
    });
    // An owner is unique within its principal only.
    await expect(locks.acquire(want("a", { principal_id: "x" }))).rejects.toEqual(code("RESOURCE_LOCKED"));
  });

  test("the same acquire_id gets the same grant", async () => {
    const first = await locks.acquire(want("a", { acquire_id: "once" }));
    await house.age(first, 10);
    const again = await two.locks.acquire(want("a", { acquire_id: "once" }));
    expect(again).toMatchObject({ id: first.id, fencing_token: first.fencing_token });
    expect(Date.parse(again.expires_at)).toBeGreaterThanOrEqual(Date.parse(first.expires_at));
    await expect(locks.acquire(want("b", { acquire_id: "once" }))).rejects.toEqual(code("RESOURCE_LOCKED"));
  });

  test("readers share, a writer waits for all of them", async () => {
    const a = await locks.acquire(want("a", { mode: "shared" }));
    const b = await locks.acquire(want("b", { mode: "shared" }));
    expect(b.fencing_token).toBeGreaterThan(a.fencing_token);
    await expect(locks.acquire(want("w"))).rejects.toEqual(code("RESOURCE_LOCKED"));
    // Two upgraders would wait for each other.
    await expect(locks.acquire(want("a"))).rejects.toEqual(code("ALREADY_HELD"));
    await locks.release({ principal_id: "worker-1", lock_id: b.id });
    const upgraded = await locks.acquire(want("a"));
    expect(upgraded).toMatchObject({ id: a.id, mode: "exclusive" });
    expect(upgraded.fencing_token).toBeGreaterThan(b.fencing_token);
    await expect(locks.acquire(want("b", { mode: "shared" }))).rejects.toEqual(code("RESOURCE_LOCKED"));
  });

  test("an agent's lock is counted against its capacity", async () => {
    const agent = { resource_type: "agent", resource_id: randomUUID(), capacity: 2 } as const;
    const first = await locks.acquire(want("task-1", agent));
    await locks.acquire(want("task-2", agent));
    await expect(locks.acquire(want("task-3", agent))).rejects.toEqual(code("RESOURCE_LOCKED"));
    await locks.release({ principal_id: "worker-1", lock_id: first.id });
    await locks.acquire(want("task-3", agent));
  });

  test.each([
    ["a TTL below 5 s", { ttl_seconds: 4 }],
    ["a TTL above 300 s", { ttl_seconds: 301 }],
    ["a shared task lock", { resource_type: "task", resource_id: "t", mode: "shared" }],
    ["a task id with a path in it", { resource_type: "task", resource_id: "a/../b" }],
    ["a resource that aliases another", { resource_id: "database:default/a/../b" }],
    ["a resource without type", { resource_id: "main" }],
  ] as const)("refuses %s", async (_, wrong) => {
    await expect(locks.acquire(want("a", wrong as Partial<AcquireOne>))).rejects.toMatchObject({
      status: 400,
    });
  });

  test("a heartbeat extends, and only for the principal that holds", async () => {
    const lock = await locks.acquire(want("a"));
    await house.age(lock, 20);
    const beat = { lock_id: lock.id, ttl_extension_seconds: 60 };
    const extended = await two.locks.heartbeat({ principal_id: "worker-1", ...beat });
    expect(Date.parse(extended.expires_at) - Date.parse(lock.acquired_at)).toBeGreaterThanOrEqual(60_000);
    expect(extended.fencing_token).toBe(lock.fencing_token);
    await expect(locks.heartbeat({ principal_id: "other", ...beat })).rejects.toMatchObject({ status: 403 });
    await expect(locks.release({ principal_id: "other", lock_id: lock.id })).rejects.toMatchObject({
      status: 403,
    });
  });

  test.each([
    ["made up", randomUUID()],
    ["of a key that nobody holds", newLockId(lockName("resource", "database:nobody"), randomIds)],
    ["no UUID", "1; DROP"],
  ])("a lock id that is %s is not found", async (_, lock_id) => {
    const as = { principal_id: "worker-1", lock_id };
    await expect(locks.heartbeat({ ...as, ttl_extension_seconds: 30 })).rejects.toMatchObject({
      status: 404,
    });
    await expect(locks.release(as)).rejects.toMatchObject({ status: 404 });
    await expect(locks.get(lock_id)).rejects.toMatchObject({ status: 404 });
  });

  test("one call keeps up to 200 locks", async () => {
    const many = await Promise.all(
      Array.from({ length: 197 }, (_, at) => locks.acquire(want("a", { resource_id: `${resource}/${at}` }))),
    );
    const foreign = await locks.acquire(want("a", { principal_id: "other", resource_id: `${resource}/f` }));
    const gone = await locks.acquire(want("a", { resource_id: `${resource}/g` }));
    await locks.release({ principal_id: "worker-1", lock_id: gone.id });
    const lock_ids = [...many.map(({ id }) => id), foreign.id, gone.id, "nonsense"];
    const beat = { principal_id: "worker-1", lock_ids, ttl_extension_seconds: 90 };
    const results = await locks.heartbeatMany(beat);
    expect(results.map(({ id }) => id)).toEqual(lock_ids);
    expect(results.slice(0, 197).every(({ ok, expires_at }) => ok && expires_at)).toBe(true);
    expect(results.slice(197).map((result) => result.code)).toEqual(["FORBIDDEN", "NOT_FOUND", "NOT_FOUND"]);
    await expect(locks.heartbeatMany({ ...beat, lock_ids: [...lock_ids, gone.id] })).rejects.toMatchObject({
      status: 400,
    });
  });

  test("of a batch the one that was taken away by another process, and is another's by now, is told", async () => {
    const kept = await locks.acquire(want("a"));
    const taken = await locks.acquire(want("a", { resource_id: `${resource}/taken` }));
    await two.locks.release({ principal_id: "worker-1", lock_id: taken.id });
    const next = await two.locks.acquire(want("b", { resource_id: `${resource}/taken`, ttl_seconds: 10 }));
    const results = await locks.heartbeatMany({
      principal_id: "worker-1",
      lock_ids: [kept.id, taken.id],
      ttl_extension_seconds: 60,
    });
    expect(results).toMatchObject([{ ok: true }, { ok: false, code: "NOT_FOUND" }]);
    // Nor is the next one's lease extended by it.
    expect((await locks.get(next.id)).expires_at).toBe(next.expires_at);
  });

  test("heartbeats alone do not hold beyond the maximum", async () => {
    const { locks: strict } = await house.join({ max_hold_seconds: 40 });
    const lock = await strict.acquire(want("a"));
    const beat = { principal_id: "worker-1", lock_id: lock.id, ttl_extension_seconds: 300 };
    const extended = await strict.heartbeat(beat);
    expect(Date.parse(extended.expires_at) - Date.parse(lock.acquired_at)).toBe(40_000);
  });

  test("without a heartbeat it expires after its TTL and the next gets it", async () => {
    const lock = await locks.acquire(want("a", { ttl_seconds: 5 }));
    await expect
      .poll(() => locks.acquire(want("b")).catch(() => null), { timeout: 8_000, interval: 50 })
      .not.toBeNull();
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(lock.expires_at));
    const next = (await locks.holderOf("resource", resource)) as Lock;
    expect(next.fencing_token).toBeGreaterThan(lock.fencing_token);
    expect(one.events.map(({ event }) => event)).toEqual(["lock:acquired", "lock:expired", "lock:acquired"]);
    const late = { principal_id: "worker-1", lock_id: lock.id };
    await expect(locks.heartbeat({ ...late, ttl_extension_seconds: 30 })).rejects.toMatchObject({
      status: 404,
    });
    await expect(locks.release(late)).rejects.toMatchObject({ status: 404 });
    expect(await locks.leaseLeft("resource", resource, lock.fencing_token)).toBeNull();
    const left = await locks.leaseLeft("resource", resource, next.fencing_token);
    expect(left).toBeGreaterThan(25_000);
    expect(left).toBeLessThanOrEqual(30_000);
  });

  test("an expired lock is not revived by a late heartbeat, though nobody swept", async () => {
    const lock = await locks.acquire(want("a"));
    await house.age(lock, 31);
    const beat = { principal_id: "worker-1", lock_id: lock.id, ttl_extension_seconds: 30 };
    await expect(locks.heartbeat(beat)).rejects.toMatchObject({ status: 404 });
    expect(await locks.holderOf("resource", resource)).toBeNull();
  });

  test.each([
    ["before", false],
    ["after", true],
  ])("the lock delay follows an expiry, %s the sweep", async (_, swept) => {
    const lock = await locks.acquire(want("a", { lock_delay_seconds: 15 }));
    await house.age(lock, 32);
    if (swept) {
      expect(await locks.sweepExpired()).toBeGreaterThanOrEqual(1);
      const told = { event: "lock:expired", payload: { lock_id: lock.id } };
      expect(one.events).toContainEqual(
        expect.objectContaining({ ...told, payload: expect.objectContaining(told.payload) }),
      );
    }
    const refusal = await locks.acquire(want("b")).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: "RESOURCE_LOCKED" });
    const { retryAfterSeconds } = refusal as { retryAfterSeconds: number };
    expect(retryAfterSeconds).toBeGreaterThan(10);
    expect(retryAfterSeconds).toBeLessThanOrEqual(15);
  });

  test("once the delay has passed the next gets it", async () => {
    const lock = await locks.acquire(want("a", { lock_delay_seconds: 3 }));
    await house.age(lock, 31);
    await locks.sweepExpired();
    await expect
      .poll(() => locks.acquire(want("b")).catch(() => null), { timeout: 6_000, interval: 50 })
      .not.toBeNull();
  });

  test("after a clean release there is no delay", async () => {
    const lock = await locks.acquire(want("a", { lock_delay_seconds: 15 }));
    await locks.release({ principal_id: "worker-1", lock_id: lock.id });
    const next = await locks.acquire(want("b"));
    expect(next.fencing_token).toBeGreaterThan(lock.fencing_token);
    await expect(locks.release({ principal_id: "worker-1", lock_id: lock.id })).rejects.toMatchObject({
      status: 404,
    });
  });

  test("force release is recorded, told, and followed by the delay", async () => {
    const lock = await locks.acquire(want("a", { lock_delay_seconds: 15, purpose: "deploy" }));
    await locks.forceRelease(systemActor("test"), { lock_id: lock.id, reason: "stuck since noon" });
    const entry = await house.prisma.ledger_entry.findFirstOrThrow({ where: { entity_id: lock.id } });
    expect(entry).toMatchObject({
      action: "lock.force_released",
      reason: "stuck since noon",
      detail: { key: lock.key, owner_id: "a", fencing_token: lock.fencing_token },
    });
    expect(one.events.at(-1)).toMatchObject({
      event: "lock:released",
      channels: ["locks", lock.key, "agent:worker-1"],
      payload: { lock_id: lock.id, agent_id: "worker-1", reason: "stuck since noon" },
    });
    const beat = { principal_id: "worker-1", lock_id: lock.id, ttl_extension_seconds: 30 };
    await expect(locks.heartbeat(beat)).rejects.toMatchObject({ status: 404 });
    await expect(locks.acquire(want("b"))).rejects.toEqual(code("RESOURCE_LOCKED"));
    await expect(
      locks.forceRelease(systemActor("test"), { lock_id: lock.id, reason: "again" }),
    ).rejects.toMatchObject({ status: 404 });
  });

  test("several keys are all had or none", async () => {
    const keys = ["c", "a", "b"].map((name) => ({
      resource_type: "resource" as const,
      resource_id: `${resource}/${name}`,
      mode: "exclusive" as const,
    }));
    const request = { principal_id: "worker-1", owner_id: "a", agent_id: "worker-1", ttl_seconds: 30 };
    const blocking = await locks.acquire(want("z", { resource_id: `${resource}/c` }));
    await expect(locks.acquireAll({ ...request, keys })).rejects.toEqual(code("RESOURCE_LOCKED"));
    expect(await locks.holderOf("resource", `${resource}/a`)).toBeNull();
    await locks.release({ principal_id: "worker-1", lock_id: blocking.id });
    const held = await locks.acquireAll({ ...request, keys });
    expect(held.map((lock) => lock.resource_id.slice(-1))).toEqual(["a", "b", "c"]);
    const twice = { ...request, keys: [keys[0]!, keys[0]!] };
    await expect(locks.acquireAll(twice)).rejects.toMatchObject({ status: 400 });
  });

  test("pages through all locks, each once", async () => {
    const agent_id = `agent-${randomUUID()}`;
    const made = await Promise.all(
      Array.from({ length: 130 }, (_, at) =>
        locks.acquire(want("a", { agent_id, resource_id: `${resource}/${at}` })),
      ),
    );
    const seen: string[] = [];
    let cursor: string | undefined;
    let pages = 0;
    do {
      const page = await locks.list(listLocksQuery.parse({ limit: 50, cursor }));
      expect(page.locks.length).toBeLessThanOrEqual(50);
      expect(page.pagination.total).toBeGreaterThanOrEqual(130);
      seen.push(...page.locks.map(({ id }) => id));
      cursor = page.pagination.next_cursor;
      pages++;
    } while (cursor);
    expect(pages).toBeGreaterThanOrEqual(3);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(made.map(({ id }) => id)));

    const mine = await locks.list(listLocksQuery.parse({ limit: 100, page: 2, agent_id }));
    expect(mine.locks).toHaveLength(30);
    expect(mine.pagination).toMatchObject({ total: 130, total_is_exact: true, has_more: false });
    const third = { resource_type: "resource", resource_id: `${resource.toUpperCase()}/3` };
    const found = await locks.list(listLocksQuery.parse(third));
    expect(found.locks).toEqual([{ ...made[3], queue: [], queue_length: 0 }]);
    await expect(locks.list(listLocksQuery.parse({ cursor: "forged" }))).rejects.toMatchObject({
      status: 400,
    });
  });
});
