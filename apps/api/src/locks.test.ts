import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Caller, makeServer, type TestServer } from "./test-server.ts";

let server: TestServer;
let admin: Caller;
let one: Caller;
let two: Caller;
let three: Caller;
let resource_id: string;
beforeAll(async () => {
  server = await makeServer();
  admin = await server.person("admin", ["admin"]);
  one = await server.agent("one", admin);
  two = await server.agent("two", admin);
  three = await server.agent("three", admin);
});
afterAll(() => server.close());
beforeEach(() => {
  resource_id = `database:default/${randomUUID()}`;
});

const acquire = (who: Caller, more: object = {}) =>
  server.call(who, "POST", "/locks/acquire", { resource_type: "resource", resource_id, ...more });
const release = (who: Caller, lock_id: string) => server.call(who, "POST", "/locks/release", { lock_id });
const standing = (who: Caller, id: string, wait_seconds = 0) =>
  server.call(who, "GET", `/locks/requests/${id}?wait_seconds=${wait_seconds}`);

test("a second owner that does not wait is told that it is locked", async () => {
  const held = await acquire(one, { purpose: "migrate" });
  expect(held.statusCode).toBe(201);
  expect(held.json()).toMatchObject({ acquired: true, resource_id, owner_id: one.id });
  const refused = await acquire(two, { wait_for_available: false });
  expect(refused.statusCode).toBe(423);
  expect(refused.json().error).toMatchObject({
    code: "RESOURCE_LOCKED",
    details: { key: `resource:${resource_id}`, holder: { agent_id: one.id, purpose: "migrate" } },
  });
  const again = await acquire(one);
  expect(again.statusCode).toBe(409);
  expect(again.json().error).toMatchObject({ code: "ALREADY_HELD", details: { lock_id: held.json().id } });
});

test("who waits is told its position and is granted in turn, with greater tokens", async () => {
  const first = (await acquire(one)).json();
  const second = await acquire(two);
  const third = await acquire(three);
  expect([second.statusCode, third.statusCode]).toEqual([202, 202]);
  expect([second.json(), third.json()]).toMatchObject([
    { acquired: false, queue_position: 1, holder: { agent_id: one.id } },
    { acquired: false, queue_position: 2, owner_id: three.id },
  ]);
  expect((await standing(two, second.json().request_id)).statusCode).toBe(202);

  const polled = standing(two, second.json().request_id, 20);
  expect((await release(one, first.id)).statusCode).toBe(204);
  const granted = await polled;
  expect(granted.statusCode).toBe(201);
  expect(granted.json().fencing_token).toBeGreaterThan(first.fencing_token);
  expect((await standing(three, third.json().request_id)).json()).toMatchObject({ queue_position: 1 });

  await release(two, granted.json().id);
  const last = await standing(three, third.json().request_id, 20);
  expect(last.json().fencing_token).toBeGreaterThan(granted.json().fencing_token);
});

test("two readers share and a writer waits", async () => {
  const readers = [await acquire(one, { mode: "shared" }), await acquire(two, { mode: "shared" })];
  expect(readers.map(({ statusCode }) => statusCode)).toEqual([201, 201]);
  const writer = await acquire(three);
  expect(writer.statusCode).toBe(202);
  await release(one, readers[0]!.json().id);
  await release(two, readers[1]!.json().id);
  expect((await standing(three, writer.json().request_id, 20)).statusCode).toBe(201);
});

test("a 5 s lock without heartbeat is not found after it expired", async () => {
  const { id } = (await acquire(one, { ttl_seconds: 5 })).json();
  const beat = () => server.call(one, "POST", "/locks/heartbeat", { lock_id: id, ttl_extension_seconds: 5 });
  expect((await beat()).statusCode).toBe(200);
  await expect
    .poll(() => server.core.locks.holderOf("resource", resource_id), { timeout: 8_000, interval: 100 })
    .toBeNull();
  expect((await beat()).statusCode).toBe(404);
  expect((await server.call(admin, "GET", `/locks/${id}`)).statusCode).toBe(404);
});

test("several keys are had together, or waited for under one request", async () => {
  const keys = ["a", "b"].map((name) => ({
    resource_type: "resource",
    resource_id: `${resource_id}/${name}`,
  }));
  const blocker = (await acquire(one, { resource_id: `${resource_id}/b` })).json();
  const body = { resource_type: undefined, resource_id: undefined, keys };
  const queued = await acquire(two, body);
  expect(queued.statusCode).toBe(202);
  await release(one, blocker.id);
  const { request_id } = queued.json();
  const granted = await standing(two, request_id, 20);
  expect(granted.statusCode).toBe(201);
  expect(granted.json()).toMatchObject({
    acquired: true,
    locks: keys.map(({ resource_id: id }) => ({ resource_id: id })),
  });
});

test("of two agents that close a cycle one is told, and the history names both", async () => {
  const other = { resource_id: `${resource_id}/other`, owner_id: "of this test" };
  await acquire(one, { owner_id: "of this test" });
  const second = (await acquire(two, other)).json();
  const first = (await acquire(one, other)).json();
  const closing = (await acquire(two, { owner_id: "of this test" })).json();
  const victim = await standing(two, closing.request_id, 10);
  expect(victim.statusCode).toBe(423);
  expect(victim.json().error.code).toBe("DEADLOCK_DETECTED");
  // What the victim held went to the other.
  expect((await standing(one, first.request_id, 10)).json()).toMatchObject({
    resource_id: other.resource_id,
  });
  const history = (await server.call(admin, "GET", "/locks/deadlocks")).json();
  expect(history.deadlocks[0]).toMatchObject({
    id: victim.json().error.details.deadlock_id,
    resolution: { victim_agent_id: two.id, released_locks: [second.id] },
  });
  expect(history.deadlocks[0].cycle.map((each: { agent_id: string }) => each.agent_id).sort()).toEqual(
    [one.id, two.id].sort(),
  );
});

test("a place can be given up, by its caller only", async () => {
  await acquire(one);
  const { request_id } = (await acquire(two)).json();
  expect((await server.call(three, "DELETE", `/locks/requests/${request_id}`)).statusCode).toBe(403);
  expect((await server.call(two, "DELETE", `/locks/requests/${request_id}`)).statusCode).toBe(204);
  expect((await standing(two, request_id)).statusCode).toBe(404);
});

test("listing is for admins, with the queues", async () => {
  const { id } = (await acquire(one)).json();
  await acquire(two, { purpose: "deploy", priority: 70 });
  for (const path of ["/locks", `/locks/${id}`]) {
    expect((await server.call(one, "GET", path)).statusCode).toBe(403);
  }
  expect((await server.call(admin, "GET", `/locks/${id}`)).json()).toMatchObject({
    queue_length: 1,
    queue: [{ agent_id: two.id, priority: 70, purpose: "deploy", queue_position: 1 }],
  });
  const listed = await server.call(admin, "GET", `/locks?resource_type=resource&resource_id=${resource_id}`);
  expect(listed.json().locks).toMatchObject([{ id, queue_length: 1 }]);
});

test.each([
  ["a TTL of 4 s", { ttl_seconds: 4 }],
  ["a TTL of 301 s", { ttl_seconds: 301 }],
  ["a negative wait", { max_wait_seconds: -1 }],
  ["a priority beyond 100", { priority: 101 }],
  ["a huge number", { ttl_seconds: 1e300 }],
  ["an unknown kind", { resource_type: "galaxy" }],
  ["an unknown field", { resource: "x" }],
  ["an aliasing name", { resource_id: "database:default/a/../b" }],
  ["an oversized name", { resource_id: `database:${"x".repeat(500)}` }],
  ["an owner with a line break", { owner_id: "a\nb" }],
])("refuses %s", async (_, wrong) => {
  const refused = await acquire(one, wrong);
  expect(refused.statusCode).toBe(400);
  expect(refused.json().error.details).not.toHaveLength(0);
});
