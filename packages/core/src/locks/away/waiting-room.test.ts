import { randomUUID } from "node:crypto";
import { createDatabase, openPool, type TestDatabase } from "@ade/testkit/database";
import fc from "fast-check";
import type pg from "pg";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { errors } from "../../kernel/errors.ts";
import { randomIds } from "../../kernel/ids.ts";
import { lockErrors } from "../errors.ts";
import { lockName, newLockId } from "../keys.ts";
import { lockStanding } from "../schema.ts";
import { drainWaitingRoom } from "./drain.ts";
import { createWaitingRoom, type RoomRequest } from "./waiting-room.ts";

const log = pino({ level: "silent" });
let database: TestDatabase;
let pool: pg.Pool;
beforeAll(async () => {
  database = await createDatabase();
  // As the product connects: by its role with its rights.
  pool = openPool({ connectionString: database.url, options: "-c role=ade_app", max: 8 });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});
beforeEach(() => pool.query("DELETE FROM lock_request"));

const room = () => createWaitingRoom({ pool, partitionOf: () => 0, monotonicMs: () => performance.now() });
const nothing = async () => {};

type Want = { key?: string; principal?: string; priority?: number; maxWait?: number; quota?: number };
function want(
  owner: string,
  { key = "database:main/x", principal = "p1", priority = 50, maxWait = 60, quota = 0 }: Want = {},
) {
  const keys = [{ resource_type: "resource", resource_id: key, mode: "exclusive" }] as const;
  const request = { principal_id: principal, owner_id: owner, agent_id: principal, ttl_seconds: 30, quota };
  const id = newLockId(lockName("resource", key), randomIds);
  return { id, request, keys, several: false, priority, max_wait_seconds: maxWait } satisfies RoomRequest;
}
const asked = (request: RoomRequest) => ({
  principal_id: request.request.principal_id,
  request_id: request.id,
});
/** As if so many seconds had passed for a request. */
const age = (id: string, column: "leased_until" | "waits_until", seconds: number) =>
  pool.query(`UPDATE lock_request SET ${column} = ${column} - make_interval(secs => $2) WHERE id = $1`, [
    id,
    seconds,
  ]);

/** Empties the room; answers who was admitted, in order, and who was taken back. */
async function drained(admit: (request: RoomRequest) => Promise<void> = nothing) {
  const admitted: string[] = [];
  const undone: string[] = [];
  await drainWaitingRoom({
    pool,
    log,
    admit: async (request) => {
      await admit(request);
      admitted.push(request.request.owner_id!);
    },
    undo: async (request) => void undone.push(request.id),
  });
  return { admitted, undone };
}

describe("while the lock store is away", () => {
  test("requests queue by priority, then arrival, and are told their place", async () => {
    const [a, b, urgent] = [want("a"), want("b"), want("c", { priority: 90 })];
    const first = await room().enqueue(a);
    expect(lockStanding.parse(first)).toEqual(first);
    expect(first).toMatchObject({
      request_id: a.id,
      resource_id: "database:main/x",
      owner_id: "a",
      queue_position: 1,
    });
    expect(first).toMatchObject({ holder: null, estimated_wait_seconds: null });
    expect(await room().enqueue(b)).toMatchObject({ queue_position: 2 });
    expect(await room().enqueue(urgent)).toMatchObject({ queue_position: 1 });
    expect(await room().enqueue(want("d", { key: "database:main/other" }))).toMatchObject({
      queue_position: 1,
    });
    expect(await room().standing(asked(b))).toMatchObject({ queue_position: 3 });
    expect(await room().count()).toBe(4);
  });

  test("an owner that asks again has its place still, and one request for a key", async () => {
    const [a, b] = [want("a"), want("b")];
    await room().enqueue(a);
    await room().enqueue(b);
    expect(await room().enqueue(want("a"))).toMatchObject({ request_id: a.id, queue_position: 1 });
    const again = Array.from({ length: 6 }, () => room().enqueue(want("c")));
    expect(new Set((await Promise.all(again)).map(({ request_id }) => request_id)).size).toBe(1);
    expect(await room().count()).toBe(3);
  });

  test("the same request twice at once is one", async () => {
    const same = want("a");
    const standings = await Promise.all(Array.from({ length: 8 }, () => room().enqueue(same)));
    expect(standings.every(({ request_id }) => request_id === same.id)).toBe(true);
  });

  test("a place is kept by asking, and lapses without", async () => {
    const [a, b] = [want("a"), want("b")];
    await room().enqueue(a);
    await room().enqueue(b);
    await age(a.id, "leased_until", 50);
    const { ask_again_before } = (await room().standing(asked(a)))!;
    expect(Date.parse(ask_again_before) - Date.now()).toBeGreaterThan(55_000);
    await age(a.id, "leased_until", 61);
    expect(await room().standing(asked(a))).toBeNull();
    expect(await room().standing(asked(b))).toMatchObject({ queue_position: 1 });
    expect(await room().enqueue(want("a"))).toMatchObject({ queue_position: 2 });
  });

  test("who waited long enough is told so, for a while", async () => {
    const a = want("a", { maxWait: 5 });
    await room().enqueue(a);
    await age(a.id, "waits_until", 6);
    const late = { code: "RESOURCE_LOCKED", status: 423, details: { key: "resource:database:main/x" } };
    await expect(room().standing(asked(a))).rejects.toMatchObject(late);
    await room().prune();
    await expect(room().standing(asked(a))).rejects.toMatchObject(late);
    await age(a.id, "waits_until", 61);
    await room().prune();
    expect(await room().standing(asked(a))).toBeNull();
  });

  test("others may neither look nor leave; leaving is once", async () => {
    const a = want("a");
    await room().enqueue(a);
    const other = { ...asked(a), principal_id: "p2" };
    await expect(room().standing(other)).rejects.toMatchObject({ status: 403 });
    await expect(room().leave(other)).rejects.toMatchObject({ status: 403 });
    expect(await room().leave(asked(a))).toEqual({ attempt: null });
    expect(await room().leave(asked(a))).toBeNull();
    expect(await room().standing(asked(a))).toBeNull();
  });

  test("a queue has a bound, and so has a principal; who waits already is not refused", async () => {
    const a = want("a", { quota: 2 });
    await room().enqueue(a);
    await room().enqueue(want("b", { quota: 2 }));
    await expect(room().enqueue(want("c", { quota: 2 }))).rejects.toMatchObject({
      code: "LOCK_QUOTA_EXCEEDED",
    });
    expect(await room().enqueue(want("a", { quota: 2 }))).toMatchObject({ request_id: a.id });
    await room().enqueue(want("c", { principal: "p2", quota: 2 }));
    await pool.query(
      `INSERT INTO lock_request (id, principal_id, owner_id, key, partition, request, keys, priority, leased_until, waits_until)
       SELECT gen_random_uuid(), 'p3', n::text, key, partition, request, keys, 50, leased_until, waits_until
       FROM lock_request, generate_series(1, 9997) AS n WHERE id = $1`,
      [a.id],
    );
    await expect(room().enqueue(want("z", { principal: "p4" }))).rejects.toMatchObject({
      code: "QUEUE_FULL",
      status: 503,
    });
    expect(await room().enqueue(want("z", { key: "database:main/free" }))).toMatchObject({
      queue_position: 1,
    });
    expect(await room().enqueue(want("b"))).toMatchObject({ queue_position: 2 });
  });

  test("one that counts itself in between holds to the same bound", async () => {
    const same = room();
    const wants = Array.from({ length: 5 }, (_, at) => same.enqueue(want(`o${at}`, { quota: 3 })));
    const refused = (await Promise.allSettled(wants)).filter(({ status }) => status === "rejected");
    expect(refused).toHaveLength(2);
  });

  test("what could never be granted does not wait", async () => {
    const bad = want("a");
    const shared = {
      ...bad,
      keys: [{ resource_type: "task", resource_id: randomUUID(), mode: "shared" }] as const,
    };
    await expect(room().enqueue(shared)).rejects.toMatchObject({ status: 400 });
    await expect(room().enqueue(want("a\nb"))).rejects.toMatchObject({ status: 400 });
    await expect(
      room().enqueue({ ...bad, request: { ...bad.request, ttl_seconds: 1 } }),
    ).rejects.toMatchObject({
      status: 400,
    });
    expect(await room().count()).toBe(0);
  });
});

describe("when it is back", () => {
  test("everybody is handed on in the order of the queue, whatever came when", async () => {
    const arrivals = fc.uniqueArray(
      fc.record({
        owner: fc.nat(40),
        key: fc.constantFrom("database:main/x", "database:main/y"),
        priority: fc.nat(3),
      }),
      { minLength: 1, maxLength: 12, selector: ({ owner }) => owner },
    );
    await fc.assert(
      fc.asyncProperty(arrivals, async (requests) => {
        for (const { owner, key, priority } of requests)
          await room().enqueue(want(String(owner), { key, priority }));
        const { admitted } = await drained();
        for (const one of ["database:main/x", "database:main/y"]) {
          const mine = requests.filter(({ key }) => key === one);
          const expected = mine.toSorted((a, b) => b.priority - a.priority).map(({ owner }) => String(owner));
          expect(admitted.filter((owner) => expected.includes(owner))).toEqual(expected);
        }
        expect(await room().count()).toBe(0);
      }),
      { numRuns: 30 },
    );
  });

  test("what is left of the wait goes with it; what lapsed or is over does not go on", async () => {
    const [a, lapsed, over] = [want("a", { maxWait: 60 }), want("b"), want("c")];
    for (const one of [a, lapsed, over]) await room().enqueue(one);
    await age(a.id, "waits_until", 20);
    await age(lapsed.id, "leased_until", 61);
    await age(over.id, "waits_until", 61);
    const seen: RoomRequest[] = [];
    await drained(async (request) => void seen.push(request));
    expect(seen).toEqual([{ ...a, max_wait_seconds: expect.closeTo(40, 0) }]);
  });

  test("killed in the middle, nobody is lost and all go on in order", async () => {
    const owners = Array.from({ length: 20 }, (_, at) => `o${at}`);
    for (const owner of owners) await room().enqueue(want(owner));
    const seen: string[] = [];
    const admit = async ({ request }: RoomRequest) => {
      seen.push(request.owner_id!);
      if (seen.length === 8) throw errors.DEPENDENCY_UNAVAILABLE();
    };
    await expect(drained(admit)).rejects.toMatchObject({ code: "DEPENDENCY_UNAVAILABLE" });
    expect(await room().count()).toBe(13);
    const { admitted } = await drained();
    expect(admitted).toEqual(owners.slice(7));
  });

  test("killed after admitting, before it takes them out, it admits them again by their ids", async () => {
    for (const owner of ["a", "b"]) await room().enqueue(want(owner));
    const dying = new Proxy(pool, {
      get: (target, name) => {
        if (name !== "query") return Reflect.get(target, name).bind(target);
        return (text: string, values: unknown[]) =>
          String(text).startsWith("DELETE")
            ? Promise.reject(new Error("killed"))
            : target.query(text, values);
      },
    });
    const ids: string[] = [];
    const admit = async ({ id }: RoomRequest) => void ids.push(id);
    const killed = drainWaitingRoom({ pool: dying, log, admit, undo: nothing });
    await expect(killed).rejects.toMatchObject({ code: "DEPENDENCY_UNAVAILABLE" });
    await drained(admit);
    expect(ids).toHaveLength(4);
    expect(ids.slice(2)).toEqual(ids.slice(0, 2));
  });

  test("two processes at once hand everybody on once", async () => {
    for (let at = 0; at < 30; at++) await room().enqueue(want(`o${at}`));
    const [one, two] = await Promise.all([drained(), drained()]);
    const all = [...one.admitted, ...two.admitted];
    expect(all).toHaveLength(30);
    expect(new Set(all).size).toBe(30);
  });

  test("who leaves while it is handed on is taken back", async () => {
    const [a, b] = [want("a"), want("b")];
    await room().enqueue(a);
    await room().enqueue(b);
    const { undone } = await drained(async ({ id }) => {
      if (id === a.id) await room().leave(asked(a));
    });
    expect(undone).toEqual([a.id]);
  });

  test("who is refused by then is told why, and holds up nobody", async () => {
    const [a, b, c] = [want("a"), want("b"), want("c")];
    for (const one of [a, b, c]) await room().enqueue(one);
    const { admitted } = await drained(async ({ id }) => {
      if (id === a.id) throw lockErrors.ALREADY_HELD({ details: { lock_id: "1" } });
      if (id === b.id) throw new TypeError("a bug");
    });
    expect(admitted).toEqual(["c"]);
    const told = { code: "ALREADY_HELD", status: 409, details: { lock_id: "1" } };
    await expect(room().standing(asked(a))).rejects.toMatchObject(told);
    await expect(room().standing(asked(b))).rejects.toMatchObject({ status: 500 });
    expect(await room().count()).toBe(0);
    expect(await room().enqueue(want("a"))).toMatchObject({ queue_position: 1 });
  });
});
