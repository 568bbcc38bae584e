import { type RedisServer, startRedisServer } from "@ade/testkit/redis-server";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type House, openHouse, type Process } from "../locks-fixture.ts";
import { type Lock, type LockStanding, lockStanding } from "../schema.ts";
import type { RequestInput } from "../service.ts";

let server: RedisServer;
let house: House;
let one: Process;
let two: Process;
let isDown = false;

beforeEach(async () => {
  isDown = false;
  server = await startRedisServer();
  house = await openHouse(server);
  one = await house.join();
  two = await house.join();
});
afterEach(async () => {
  if (isDown) await comeBack();
  await house?.close();
  await server?.stop();
});

type Want = {
  key?: string;
  priority?: number;
  maxWait?: number;
  acquire_id?: string;
  mode?: "shared" | "exclusive";
};
function want(owner: string, { key = "database:main/x", priority = 50, maxWait = 120, ...more }: Want = {}) {
  return {
    principal_id: "agent-1",
    owner_id: owner,
    agent_id: "agent-1",
    resource_type: "resource",
    resource_id: key,
    ttl_seconds: 30,
    ...more,
    wait: { max_wait_seconds: maxWait, priority },
  } satisfies RequestInput;
}

async function queued(process: Process, input: RequestInput): Promise<LockStanding> {
  const answer = await process.locks.request(input);
  if (!("queued" in answer)) throw new Error("was granted");
  return lockStanding.parse(answer.queued);
}
const asked = (request_id: string, wait_seconds = 0) => ({
  principal_id: "agent-1",
  request_id,
  wait_seconds,
});

async function goAway(): Promise<void> {
  const closed = [one, two].map(
    ({ redis }) => new Promise((resolve) => redis.once("close", resolve as () => void)),
  );
  await server.kill();
  isDown = true;
  await Promise.all(closed);
}
/** Redis is there again, and so are the processes' connections to it. A loss is waited out in three seconds. */
async function comeBack(): Promise<void> {
  await house.pool.query("UPDATE lock_epoch SET max_ttl_seconds = 1");
  await server.start();
  isDown = false;
  await expect
    .poll(() => [one, two].map(({ redis }) => redis.status), { timeout: 5_000 })
    .toEqual(["ready", "ready"]);
}
/** Sweeps, as a worker does, until the grace is over and whoever is next has been granted. */
async function graceOver(): Promise<void> {
  await expect
    .poll(() => one.locks.status(), { timeout: 8_000, interval: 50 })
    .toMatchObject({ available: true, grace_until: null });
  await one.locks.sweepExpired();
}
/** What a request holds; null while it waits. */
async function held(process: Process, id: string): Promise<Lock | null> {
  const answer = await process.locks.standing(asked(id));
  return "held" in answer ? answer.held[0]! : null;
}
const release = (process: Process, { id }: Lock) =>
  process.locks.release({ principal_id: "agent-1", lock_id: id });

describe("while Redis is away", () => {
  test("requests queue with the same answers, and nobody is granted", async () => {
    await one.locks.acquire(want("holder"));
    await goAway();
    const first = await queued(one, want("a"));
    expect(first).toMatchObject({
      queue_position: 1,
      holder: null,
      resource_id: "database:main/x",
      owner_id: "a",
    });
    expect(await queued(two, want("b"))).toMatchObject({ queue_position: 2 });
    const again = await two.locks.standing(asked(first.request_id));
    expect(again).toMatchObject({ queued: { request_id: first.request_id, queue_position: 1 } });
    expect(await two.locks.status()).toEqual({ available: false, grace_until: null, queued_in_database: 2 });
    const foreign = { ...asked(first.request_id), principal_id: "agent-2" };
    await expect(two.locks.standing(foreign)).rejects.toMatchObject({ status: 403 });
    await expect(two.locks.leave(foreign)).rejects.toMatchObject({ status: 403 });
    await two.locks.leave(asked(first.request_id));
    await expect(one.locks.standing(asked(first.request_id))).rejects.toMatchObject({ status: 503 });
    expect(one.events.filter(({ event }) => event === "lock:queued")).toHaveLength(1);
    // Whoever does not want to wait is told at once.
    const { wait, ...now } = want("c");
    await expect(one.locks.acquire(now)).rejects.toMatchObject({
      code: "DEPENDENCY_UNAVAILABLE",
      status: 503,
    });
  });

  test("with a Redis that hangs calls soon fail at once, not after the command's time", async () => {
    const { wait, ...now } = want("a");
    await one.locks.acquire({ ...now, owner_id: "holder" });
    await server.admin.call("CLIENT", "PAUSE", "40000", "ALL");
    const took = async () => {
      const from = performance.now();
      await expect(one.locks.acquire(now)).rejects.toMatchObject({ code: "DEPENDENCY_UNAVAILABLE" });
      return performance.now() - from;
    };
    await expect.poll(took, { timeout: 30_000 }).toBeLessThan(500);
    const times = await Promise.all(Array.from({ length: 50 }, took));
    // One of them may be the probe.
    expect(times.filter((ms) => ms > 1_500).length).toBeLessThanOrEqual(1);
  }, 60_000);

  test("what is refused otherwise is refused", async () => {
    await goAway();
    await expect(one.locks.request({ ...want("a"), ttl_seconds: 1 })).rejects.toMatchObject({ status: 400 });
    await expect(one.locks.request(want("a", { key: "database:a/../b" }))).rejects.toMatchObject({
      status: 400,
    });
  });

  test("a long poll is held open and answered when Redis is back", async () => {
    await one.locks.acquire(want("before", { key: "database:main/other" }));
    await goAway();
    const { request_id } = await queued(one, want("a"));
    const polled = two.locks.standing(asked(request_id, 20));
    await comeBack();
    await two.locks.sweepExpired();
    await graceOver();
    expect(await polled).toMatchObject({ held: [{ id: request_id }] });
  });
});

describe("when Redis is back", () => {
  test("after a loss a thousand requests on several keys are granted in order, none lost and none twice", async () => {
    await one.locks.acquire(want("before"));
    await goAway();
    const keys = Array.from({ length: 8 }, (_, at) => `database:main/k${at}`);
    const expected = new Map<string, string[]>(keys.map((key) => [key, []]));
    const requests: { id: string; key: string }[] = [];
    for (let at = 0; at < 1000; at++) {
      const key = keys[at % keys.length]!;
      const { request_id } = await queued(at % 3 === 0 ? two : one, want(`o${at}`, { key }));
      requests.push({ id: request_id, key });
      expected.get(key)!.push(request_id);
    }
    expect(await one.locks.status()).toMatchObject({ available: false, queued_in_database: 1000 });
    await comeBack();
    await Promise.all([one.locks.sweepExpired(), two.locks.sweepExpired()]);
    const { available, grace_until, queued_in_database } = await two.locks.status();
    expect({ available, queued_in_database }).toEqual({ available: true, queued_in_database: 0 });
    expect(grace_until).not.toBeNull();

    // A newcomer in the grace is behind them all.
    const late = await queued(one, want("late", { key: keys[0]! }));
    expect(late.queue_position).toBe(126);
    for (const { id } of requests.slice(0, 8)) expect(await held(one, id)).toBeNull();
    await graceOver();

    const granted = new Map<string, string[]>(keys.map((key) => [key, []]));
    const tokens = new Map<string, number>();
    for (let round = 0; round < 125; round++) {
      await Promise.all(
        keys.map(async (key) => {
          const id = expected.get(key)![round]!;
          const lock = await held(round % 2 ? one : two, id);
          expect(lock, `${key} ${round}`).not.toBeNull();
          expect(lock!.fencing_token).toBeGreaterThan(tokens.get(key) ?? 0);
          tokens.set(key, lock!.fencing_token);
          granted.get(key)!.push(lock!.id);
          const next = expected.get(key)![round + 1];
          if (next && round % 25 === 0) expect(await held(one, next)).toBeNull();
          await release(one, lock!);
          await expect(held(one, id)).rejects.toMatchObject({ status: 404 });
        }),
      );
    }
    expect(granted).toEqual(expected);
    expect(await held(one, late.request_id)).not.toBeNull();
  }, 60_000);

  test("priority counts among those that queued meanwhile", async () => {
    await one.locks.acquire(want("before"));
    await goAway();
    const low = await queued(one, want("low", { priority: 10 }));
    const high = await queued(one, want("high", { priority: 90 }));
    await comeBack();
    await one.locks.sweepExpired();
    await graceOver();
    const lock = await held(one, high.request_id);
    expect(await held(one, low.request_id)).toBeNull();
    await release(one, lock!);
    expect(await held(two, low.request_id)).not.toBeNull();
  });

  test("without a sweep the first who asks hands the others on before itself", async () => {
    await one.locks.acquire(want("before"));
    await goAway();
    const { request_id } = await queued(one, want("a"));
    await comeBack();
    const newcomer = await queued(one, want("b"));
    expect(newcomer).toMatchObject({ queue_position: 2 });
    expect(await held(two, request_id)).toBeNull();
    await graceOver();
    expect(await held(two, request_id)).not.toBeNull();
  });

  test("several keys at once wait too, and go on one by one", async () => {
    await goAway();
    const keys = ["a", "b"].map((name) => ({
      resource_type: "resource" as const,
      resource_id: `database:main/${name}`,
      mode: "exclusive" as const,
    }));
    const { resource_type, resource_id, ...request } = want("owner");
    const { request_id } = await queued(one, { ...request, keys });
    const behind = await queued(one, want("other", { key: "database:main/b" }));
    await comeBack();
    await one.locks.sweepExpired();
    await graceOver();
    const lock = await held(one, behind.request_id);
    expect(await two.locks.standing(asked(request_id))).toMatchObject({
      queued: { resource_id: "database:main/b" },
    });
    await release(one, lock!);
    const answer = await two.locks.standing(asked(request_id));
    expect(answer).toMatchObject({
      several: true,
      held: [{ key: "resource:database:main/a" }, { key: "resource:database:main/b" }],
    });
  });

  test("who holds its lock again by then is told, and who left is gone", async () => {
    const lock = await one.locks.acquire(want("a"));
    await goAway();
    const again = await queued(two, want("a"));
    const gone = await queued(two, want("b"));
    await two.locks.leave(asked(gone.request_id));
    await comeBack();
    const beat = { principal_id: "agent-1", lock_id: lock.id, ttl_extension_seconds: 30 };
    await one.locks.heartbeat(beat);
    await one.locks.sweepExpired();
    await expect(two.locks.standing(asked(again.request_id))).rejects.toMatchObject({ code: "ALREADY_HELD" });
    await expect(two.locks.standing(asked(gone.request_id))).rejects.toMatchObject({ status: 404 });
  });

  test("after an absence without a loss there is no grace: who queued has it at once, in order", async () => {
    const lock = await two.locks.acquire(want("holder"));
    one.redis.disconnect();
    await expect.poll(() => one.redis.status).toBe("end");
    const first = await queued(one, want("a"));
    const second = await queued(one, want("b"));
    await release(two, lock);
    await one.redis.connect();
    const newcomer = await queued(one, want("c"));
    expect(newcomer).toMatchObject({ queue_position: 2, holder: { owner_id: "a" } });
    expect(await held(two, second.request_id)).toBeNull();
    await release(one, (await held(two, first.request_id))!);
    expect(await held(two, second.request_id)).not.toBeNull();
  });

  test("who was handed on has its turn until it asks, however short the lease that it wants", async () => {
    const short = (owner: string) => ({ ...want(owner), ttl_seconds: 5 });
    const lock = await two.locks.acquire(want("holder"));
    one.redis.disconnect();
    await expect.poll(() => one.redis.status).toBe("end");
    const [first, second] = [await queued(one, short("a")), await queued(one, short("b"))];
    await release(two, lock);
    await one.redis.connect();
    await one.locks.sweepExpired();
    // Both ways to a grant: at once, and out of the queue.
    for (const { request_id } of [first, second]) {
      const granted = (await two.locks.holderOf("resource", "database:main/x")) as Lock;
      expect(granted.id).toBe(request_id);
      await house.age(granted, 20);
      await two.locks.sweepExpired();
      const collected = await held(two, request_id);
      expect(collected).toMatchObject({ id: request_id });
      expect(Date.parse(collected!.expires_at) - Date.now()).toBeLessThan(5_500);
      await release(two, collected!);
    }
  });

  test("a request that was away with its process is handed on by asking after it, though nobody comes anew", async () => {
    const lock = await two.locks.acquire(want("holder"));
    one.redis.disconnect();
    await expect.poll(() => one.redis.status).toBe("end");
    const { request_id } = await queued(one, want("a"));
    await release(two, lock);
    await one.redis.connect();
    // The other process was never away: its sweep has no reason to look.
    await two.locks.sweepExpired();
    expect(await held(one, request_id)).toMatchObject({ id: request_id });
    expect(await one.locks.status()).toMatchObject({ queued_in_database: 0 });
  });

  test("nobody goes past a request that came to its place while the way was being opened", async () => {
    const lock = await two.locks.acquire(want("holder"));
    const inserting = Promise.withResolvers<void>();
    const opened = Promise.withResolvers<void>();
    const query = async (asked: { name?: string }, ...more: never[]) => {
      if (asked.name === "lock-room-insert") {
        inserting.resolve();
        await opened.promise;
      }
      return house.pool.query(asked as never, ...more);
    };
    const pool = Object.create(house.pool, { query: { value: query } });
    const slow = await house.join({ pool });
    await slow.locks.check();
    slow.redis.disconnect();
    await expect.poll(() => slow.redis.status).toBe("end");
    const first = queued(slow, want("a"));
    await inserting.promise;
    await slow.redis.connect();
    await slow.locks.sweepExpired();
    opened.resolve();
    const { request_id } = await first;
    await release(two, lock);
    expect(await queued(slow, want("b"))).toMatchObject({ queue_position: 1, holder: { owner_id: "a" } });
    expect(await held(slow, request_id)).not.toBeNull();
  });

  test("who has collected its lock keeps it, though its row is gone before the drain takes it out", async () => {
    const lock = await two.locks.acquire(want("holder"));
    let collected: Lock | null = null;
    let request_id = "";
    const query = async (asked: string | object, ...more: never[]) => {
      if (typeof asked === "string" && asked.startsWith("DELETE FROM lock_request WHERE id = ANY"))
        collected = await held(two, request_id);
      return house.pool.query(asked as never, ...more);
    };
    const slow = await house.join({ pool: Object.create(house.pool, { query: { value: query } }) });
    await slow.locks.check();
    slow.redis.disconnect();
    await expect.poll(() => slow.redis.status).toBe("end");
    request_id = (await queued(slow, want("a"))).request_id;
    await release(two, lock);
    await slow.redis.connect();
    await slow.locks.sweepExpired();
    expect(collected).toMatchObject({ id: request_id });
    expect(await two.locks.holderOf("resource", "database:main/x")).toMatchObject({ id: request_id });
  });

  test("a Redis that hangs: requests queue, and an acquire of which nothing was heard is the same request", async () => {
    await one.locks.acquire(want("warm", { key: "database:main/warm" }));
    await server.admin.call("CLIENT", "PAUSE", "5000", "ALL");
    const { request_id } = await queued(one, want("a"));
    const second = await queued(one, want("b"));
    expect(await one.locks.status()).toMatchObject({ queued_in_database: 2 });
    await server.admin.ping();
    await expect.poll(() => one.locks.status(), { timeout: 8_000 }).toMatchObject({ available: true });
    await one.locks.sweepExpired();
    expect(await one.locks.status()).toMatchObject({ queued_in_database: 0 });
    const lock = await held(one, request_id);
    expect(lock).toMatchObject({ id: request_id });
    expect(await held(one, second.request_id)).toBeNull();
    await release(one, lock!);
    expect(await held(one, second.request_id)).not.toBeNull();
  }, 30_000);
});
