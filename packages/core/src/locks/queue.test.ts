import { randomUUID } from "node:crypto";
import { type RedisServer, startRedisServer } from "@ade/testkit/redis-server";
import { repeatedly } from "@ade/testkit/repeatedly";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { compactId } from "./keys.ts";
import { type House, openHouse, type Process } from "./locks-fixture.ts";
import type { AcquireOne, Lock, LocksService, RequestInput } from "./service.ts";
import { partitionKeys } from "./session.ts";

describe.each([
  { server: "a standalone Redis", cluster: false },
  { server: "a node with cluster-enabled and all slots", cluster: true },
])("on $server", ({ cluster }) => {
  let server: RedisServer;
  let house: House;
  let one: Process;
  let two: Process;
  let locks: LocksService;
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
  const release = (lock: Lock) => locks.release({ principal_id: "worker-1", lock_id: lock.id });
  /** Begins to wait in a process; resolves once it stands in the queue. */
  async function waiting(owner: string, more: Partial<AcquireOne> = {}, at: Process = one) {
    const { promise, resolve } = Promise.withResolvers<number>();
    const wait = {
      max_wait_seconds: 60,
      ...more.wait,
      onQueued: ({ queue_position: n }: { queue_position: number }) => resolve(n),
    };
    const lock = at.locks.acquire(want(owner, { ...more, wait }));
    lock.catch(() => undefined);
    return { position: await promise, lock };
  }
  /** Asks without being connected, as a caller of the API. */
  async function ask(owner: string, more: Partial<RequestInput> = {}) {
    const answer = await locks.request({
      ...want(owner),
      wait: { max_wait_seconds: 60 },
      ...more,
    } as RequestInput);
    if ("held" in answer) throw new Error("was granted at once");
    return answer.queued;
  }
  const standing = (request_id: string, wait_seconds = 0) =>
    two.locks.standing({ principal_id: "worker-1", request_id, wait_seconds });
  const held = async (request_id: string): Promise<Lock> => {
    const answer = await standing(request_id, 10);
    if ("queued" in answer) throw new Error(`still at ${answer.queued.queue_position}`);
    return answer.held[0]!;
  };

  test("who waits is granted in the order of asking, across processes, with growing tokens", async () => {
    let last = await locks.acquire(want("first"));
    const waits = [];
    for (let at = 0; at < 6; at++) waits.push(await waiting(`w${at}`, {}, at % 2 ? one : two));
    expect(waits.map(({ position }) => position)).toEqual([1, 2, 3, 4, 5, 6]);
    for (const { lock } of waits) {
      await release(last);
      const next = await lock;
      expect(next.fencing_token).toBeGreaterThan(last.fencing_token);
      expect(await locks.holderOf("resource", resource)).toEqual(next);
      last = next;
    }
    await release(last);
    expect(await locks.holderOf("resource", resource)).toBeNull();
  });

  test("a higher priority goes first, and first come, first served within one", async () => {
    const holder = await locks.acquire(want("holder"));
    const order: string[] = [];
    const add = async (owner: string, priority: number) => {
      const { lock } = await waiting(owner, { wait: { max_wait_seconds: 60, priority } });
      const done = lock.then(async (granted) => {
        order.push(owner);
        await release(granted);
      });
      return { done };
    };
    const ended = [
      await add("low", 10),
      await add("mid 1", 50),
      await add("high", 90),
      await add("mid 2", 50),
    ];
    await release(holder);
    await Promise.all(ended.map(({ done }) => done));
    expect(order).toEqual(["high", "mid 1", "mid 2", "low"]);
  });

  test("readers share; a reader behind a waiting writer waits too, then all readers go together", async () => {
    const a = await locks.acquire(want("a", { mode: "shared" }));
    const writer = await waiting("w");
    const b = await waiting("b", { mode: "shared" });
    const c = await waiting("c", { mode: "shared" });
    await expect(locks.acquire(want("d", { mode: "shared" }))).rejects.toEqual(code("RESOURCE_LOCKED"));
    expect([writer.position, b.position, c.position]).toEqual([1, 2, 3]);
    await release(a);
    const written = await writer.lock;
    await release(written);
    const [second, third] = await Promise.all([b.lock, c.lock]);
    expect(second.mode).toBe("shared");
    await locks.acquire(want("d", { mode: "shared" }));
    expect(third.fencing_token).toBeGreaterThan(written.fencing_token);
  });

  test("a reader may go as soon as the writer in front of it gives up", async () => {
    await locks.acquire(want("a", { mode: "shared" }));
    const writer = await ask("w");
    const reader = await waiting("b", { mode: "shared" });
    await locks.leave({ principal_id: "worker-1", request_id: writer.request_id });
    expect((await reader.lock).mode).toBe("shared");
  });

  test("of several waiters of a counted lock as many go as there is room for", async () => {
    const agent = { resource_type: "agent", resource_id: randomUUID(), capacity: 2 } as const;
    const first = await locks.acquire(want("1", agent));
    await locks.acquire(want("2", agent));
    const third = await waiting("3", agent);
    const fourth = await waiting("4", agent);
    await release(first);
    const lock = await third.lock;
    await expect(locks.acquire(want("5", agent))).rejects.toEqual(code("RESOURCE_LOCKED"));
    await release(lock);
    await fourth.lock;
  });

  test("waiting is over after max_wait_seconds, and the place is gone", async () => {
    const holder = await locks.acquire(want("a"));
    await expect(locks.acquire(want("b", { wait: { max_wait_seconds: 1 } }))).rejects.toMatchObject({
      code: "RESOURCE_LOCKED",
      status: 423,
    });
    expect(await locks.get(holder.id)).toMatchObject({ queue_length: 0 });
  });

  test("of several whose waits end in one sweep each is told so when it asks", async () => {
    await locks.acquire(want("a"));
    const wait = { max_wait_seconds: 1 };
    const waits = [await ask("b", { wait }), await ask("c", { wait }), await ask("d", { wait })];
    const over = Date.parse(waits.at(-1)!.waits_until);
    const redisMs = async () => Number((await server.admin.time())[0]) * 1000;
    await expect.poll(redisMs, { timeout: 5_000 }).toBeGreaterThan(over);
    await locks.sweepExpired();
    for (const { request_id } of waits)
      await expect(standing(request_id)).rejects.toMatchObject({ code: "RESOURCE_LOCKED", status: 423 });
  });

  test("who is called off leaves the queue at once", async () => {
    const holder = await locks.acquire(want("a"));
    const abort = new AbortController();
    const b = await waiting("b", { wait: { max_wait_seconds: 60, signal: abort.signal } });
    const c = await waiting("c");
    abort.abort(new Error("not needed any more"));
    await expect(b.lock).rejects.toThrow("not needed any more");
    await release(holder);
    expect((await c.lock).owner_id).toBe("c");
  });

  test("an unconnected request stands in line, is polled for, and collects its grant once", async () => {
    const holder = await locks.acquire(want("a", { purpose: "migrate" }));
    const b = await ask("b");
    const c = await ask("c", { wait: { max_wait_seconds: 60, priority: 50 } });
    expect(b).toMatchObject({ acquired: false, queue_position: 1, resource_id: resource, mode: "exclusive" });
    expect(b.holder).toMatchObject({ owner_id: "a", purpose: "migrate" });
    expect(c.queue_position).toBe(2);
    // The same owner asking again gets the standing of that request.
    expect((await ask("b")).request_id).toBe(b.request_id);
    await release(holder);
    const lock = await held(b.request_id);
    expect(lock.id).toBe(b.request_id);
    expect(lock.fencing_token).toBeGreaterThan(holder.fencing_token);
    await expect(locks.acquire(want("b"))).rejects.toMatchObject({ code: "ALREADY_HELD" });
    await release(lock);
    expect((await held(c.request_id)).fencing_token).toBeGreaterThan(lock.fencing_token);
  });

  test("a grant that was not collected is the answer to asking again", async () => {
    const holder = await locks.acquire(want("a"));
    const b = await ask("b");
    await release(holder);
    const answer = await locks.request({ ...want("b"), wait: { max_wait_seconds: 60 } } as RequestInput);
    expect(answer).toMatchObject({ held: [{ id: b.request_id }] });
  });

  test("a long poll is answered by the grant", async () => {
    const holder = await locks.acquire(want("a"));
    const { request_id } = await ask("b");
    const polled = standing(request_id, 20);
    const startedMs = performance.now();
    await release(holder);
    expect(await polled).toMatchObject({ held: [{ id: request_id, owner_id: "b" }] });
    expect(performance.now() - startedMs).toBeLessThan(4_000);
  });

  test("a poll whose caller was gone before it began to wait ends at once", async () => {
    await locks.acquire(want("a"));
    const { request_id } = await ask("b");
    const startedMs = performance.now();
    const gone = { wait_seconds: 20, signal: AbortSignal.abort() };
    const answer = await locks.standing({ principal_id: "worker-1", request_id, ...gone });
    expect(answer).toMatchObject({ queued: { request_id } });
    expect(performance.now() - startedMs).toBeLessThan(4_000);
  });

  test("a request is its caller's only, and unknown ones are not found", async () => {
    await locks.acquire(want("a"));
    const { request_id } = await ask("b");
    const other = { principal_id: "other", request_id };
    await expect(locks.standing({ ...other, wait_seconds: 0 })).rejects.toMatchObject({ status: 403 });
    await expect(locks.leave(other)).rejects.toMatchObject({ status: 403 });
    await expect(standing(randomUUID())).rejects.toMatchObject({ status: 404 });
    await locks.leave({ principal_id: "worker-1", request_id });
    await expect(standing(request_id)).rejects.toMatchObject({ status: 404 });
  });

  test("who does not ask again loses its place after its lease, and the next goes on", async () => {
    const holder = await locks.acquire(want("a"));
    const dead = await ask("dead");
    const alive = await waiting("alive");
    await lapse(dead.request_id);
    await release(holder);
    expect((await alive.lock).owner_id).toBe("alive");
    await expect(standing(dead.request_id)).rejects.toMatchObject({ status: 404 });
  });

  /** As if the waiter had not asked for longer than its lease. */
  async function lapse(requestId: string): Promise<void> {
    const id32 = compactId(requestId)!;
    const [, due, , waits] = partitionKeys(0);
    const script = `local wait = cmsgpack.unpack(redis.call('HGET', KEYS[2], ARGV[1])) wait[12] = 1
      redis.call('HSET', KEYS[2], ARGV[1], cmsgpack.pack(wait)) redis.call('ZADD', KEYS[1], 1, 'w' .. ARGV[1])`;
    await server.admin.eval(script, 2, due!, waits!, id32);
  }

  test("the next is granted when a holder expires", async () => {
    const holder = await locks.acquire(want("a"));
    const b = await waiting("b");
    await house.age(holder, 31);
    await locks.sweepExpired();
    expect((await b.lock).fencing_token).toBeGreaterThan(holder.fencing_token);
  });

  test("the lock delay holds the queue up too, and the sweep serves it after", async () => {
    const holder = await locks.acquire(want("a", { lock_delay_seconds: 2 }));
    const b = await waiting("b");
    await house.age(holder, 30.5);
    await locks.sweepExpired();
    expect(await locks.holderOf("resource", resource)).toBeNull();
    const endSweeps = repeatedly(100, () => locks.sweepExpired());
    await b.lock.finally(endSweeps);
  });

  test("a process that is gone is passed over while others wait, and has its turn after them", async () => {
    const third = await house.join();
    const holder = await locks.acquire(want("a", { lock_delay_seconds: 15 }));
    const dead = await waiting("dead", { lock_delay_seconds: 15 }, third);
    dead.lock.catch(() => undefined);
    const b = await waiting("b");
    await third.locks.close();
    await third.end();
    await release(holder);
    const next = await b.lock;
    await release(next);
    // Nobody else is there: it may yet ask, so it is granted, shortly and without a delay after it.
    const granted = (await locks.holderOf("resource", resource)) as Lock;
    expect(granted.owner_id).toBe("dead");
    expect(Date.parse(granted.expires_at) - Date.parse(granted.acquired_at)).toBe(5_000);
    await house.age(granted, 6);
    expect((await locks.acquire(want("c"))).fencing_token).toBeGreaterThan(granted.fencing_token);
  });

  test("what is granted to a group that nobody follows lives as long as its place, and by its own lease once collected", async () => {
    const holder = await locks.acquire(want("a"));
    const wait = { max_wait_seconds: 60, group: "nobody yet" };
    const [first, second] = [await ask("first", { wait }), await ask("second", { wait })];
    await release(holder);
    const lastsMs = ({ acquired_at, expires_at }: Lock) => Date.parse(expires_at) - Date.parse(acquired_at);
    const granted = (await locks.holderOf("resource", resource)) as Lock;
    expect(granted.owner_id).toBe("first");
    expect(lastsMs(granted)).toBeGreaterThan(50_000);
    const collected = await held(first.request_id);
    expect(collected.id).toBe(granted.id);
    expect(lastsMs(collected)).toBeLessThan(40_000);
    expect(await standing(second.request_id)).toMatchObject({ queued: { queue_position: 1 } });
  });

  test("an upgrade is refused while somebody waits, who would be overtaken", async () => {
    await locks.acquire(want("a", { mode: "shared" }));
    await waiting("w");
    await expect(locks.acquire(want("a"))).rejects.toMatchObject({ code: "ALREADY_HELD" });
  });

  test("several keys are waited for one by one, and what is held lives on", async () => {
    const keys = ["a", "b"].map((name) => ({
      resource_type: "resource" as const,
      resource_id: `${resource}/${name}`,
      mode: "exclusive" as const,
    }));
    const blocker = await locks.acquire(want("z", { resource_id: `${resource}/b` }));
    const { owner_id, principal_id, agent_id } = { ...want("many"), owner_id: "many" };
    const request = { owner_id, principal_id, agent_id, ttl_seconds: 30 };
    const answer = await locks.request({ ...request, keys, wait: { max_wait_seconds: 60 } });
    if (!("queued" in answer)) throw new Error("was granted");
    expect(answer.queued).toMatchObject({ queue_position: 1, resource_id: `${resource}/b` });
    expect(await locks.holderOf("resource", `${resource}/a`)).toMatchObject({ owner_id: "many" });
    const { request_id } = answer.queued;
    const polled = standing(request_id, 20);
    await release(blocker);
    expect(await polled).toMatchObject({
      held: [{ resource_id: `${resource}/a` }, { resource_id: `${resource}/b` }],
    });
    await expect(standing(request_id)).rejects.toMatchObject({ status: 404 });
  });

  test("to leave lets go of everything that a request for several keys held", async () => {
    const keys = ["a", "b"].map((name) => ({
      resource_type: "resource" as const,
      resource_id: `${resource}/${name}`,
      mode: "exclusive" as const,
    }));
    await locks.acquire(want("z", { resource_id: `${resource}/b` }));
    const request = { owner_id: "many", principal_id: "worker-1", agent_id: "w", ttl_seconds: 30 };
    const answer = await locks.request({ ...request, keys, wait: { max_wait_seconds: 60 } });
    if (!("queued" in answer)) throw new Error("was granted");
    await two.locks.leave({ principal_id: "worker-1", request_id: answer.queued.request_id });
    expect(await locks.holderOf("resource", `${resource}/a`)).toBeNull();
  });

  test("a quota bounds what a principal holds and waits for", async () => {
    const mine = (at: number) => want(`o${at}`, { principal_id: "hoarder", quota: 3 });
    const first = await locks.acquire(mine(1));
    const wait = { max_wait_seconds: 60 };
    for (const at of [2, 3]) await locks.request({ ...mine(at), wait } as RequestInput);
    await expect(locks.request({ ...mine(4), wait } as RequestInput)).rejects.toMatchObject({
      code: "LOCK_QUOTA_EXCEEDED",
      status: 429,
    });
    await locks.release({ principal_id: "hoarder", lock_id: first.id });
    await locks.request({ ...mine(4), wait } as RequestInput);
  });

  test("a queue has a bound", async () => {
    await locks.acquire(want("a"));
    const first = await ask("first", { wait: { max_wait_seconds: 60, priority: 100 } });
    const id32 = compactId(first.request_id)!;
    const queue = partitionKeys(0)[2]!;
    const numbers = Array.from({ length: 9_999 }, (_, at) => String(at).padStart(13, "0"));
    const behind = numbers.flatMap((number) => ["0", `${id32.slice(0, 12)}050${number}x`]);
    await server.admin.zadd(queue, ...behind);
    for (const owner of ["b", "c"]) {
      await expect(ask(owner)).rejects.toMatchObject({ code: "QUEUE_FULL", status: 503 });
    }
    // Admins are told once a minute and key.
    const told = one.events.filter(({ event }) => event === "lock:queue_full");
    expect(told).toMatchObject([{ channels: ["locks", "system"], payload: { resource_id: resource } }]);
    await server.admin.del(queue);
  });

  test("a message that was lost is made up for by asking", async () => {
    const holder = await locks.acquire(want("a"));
    const b = await waiting("b");
    await server.admin.call("CLIENT", "KILL", "TYPE", "pubsub");
    await release(holder);
    expect((await b.lock).owner_id).toBe("b");
  });

  test("who waits in a process is queued anew where Redis forgot", async () => {
    await locks.acquire(want("a"));
    const b = await waiting("b");
    await server.admin.flushall();
    await locks.sweepExpired().catch(() => undefined);
    await house.endGrace();
    await locks.check();
    const endSweeps = repeatedly(200, () => locks.sweepExpired());
    expect((await b.lock.finally(endSweeps)).owner_id).toBe("b");
  });
});
