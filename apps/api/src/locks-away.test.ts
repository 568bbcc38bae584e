import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Caller, makeServer, type TestServer } from "./test-server.ts";

let server: TestServer;
let author: Caller;
let one: Caller;
let two: Caller;
const resource_id = `database:default/${randomUUID()}`;

beforeAll(async () => {
  server = await makeServer();
  const admin = await server.person("admin", ["admin"]);
  author = await server.person("author", ["author"]);
  one = await server.agent("one", admin);
  two = await server.agent("two", admin);
});
afterAll(() => server.close());

const acquire = (who: Caller, more: object = {}) =>
  server.call(who, "POST", "/locks/acquire", { resource_type: "resource", resource_id, ...more });
const standing = (who: Caller, id: string) => server.call(who, "GET", `/locks/requests/${id}`);
const status = async () => (await server.call(author, "GET", "/locks/status")).json();

test("while Redis is away the answers stay the same, nobody is granted, and the rest works; then it goes on in order", async () => {
  const { redis } = server.core.connections;
  expect(await status()).toEqual({ available: true, grace_until: null, queued_in_database: 0 });
  redis.disconnect();
  await expect.poll(() => redis.status).toBe("end");

  const first = await acquire(one, { max_wait_seconds: 300 });
  expect(first.statusCode).toBe(202);
  expect(first.json()).toMatchObject({ acquired: false, queue_position: 1, resource_id, holder: null });
  const second = await acquire(two, { owner_id: "job-2" });
  expect(second.json()).toMatchObject({ queue_position: 2, owner_id: "job-2" });
  expect((await acquire(one)).json().request_id).toBe(first.json().request_id);
  expect((await acquire(one, { resource_id: "database:a/../b" })).statusCode).toBe(400);

  const refused = await acquire(two, { wait_for_available: false, owner_id: "hasty" });
  expect(refused.statusCode).toBe(503);
  expect(refused.headers["retry-after"]).toBeDefined();
  expect(refused.json().error.code).toBe("DEPENDENCY_UNAVAILABLE");
  const unknown = await standing(one, "0192f0c4-0000-8000-8000-000000000001");
  expect(unknown.statusCode).toBe(503);

  expect((await standing(one, first.json().request_id)).statusCode).toBe(202);
  expect((await standing(two, first.json().request_id)).statusCode).toBe(403);
  const short = await acquire(one, {
    owner_id: "short",
    max_wait_seconds: 1,
    resource_id: `${resource_id}-2`,
  });
  await expect
    .poll(async () => (await standing(one, short.json().request_id)).statusCode, { timeout: 5_000 })
    .toBe(423);
  expect(await status()).toEqual({ available: false, grace_until: null, queued_in_database: 2 });
  expect((await server.call(one, "GET", "/tasks")).statusCode).toBe(200);

  const gone = await acquire(two, { owner_id: "gone" });
  const left = await server.call(two, "DELETE", `/locks/requests/${gone.json().request_id}`);
  expect(left.statusCode).toBe(204);

  const ready = once(redis, "ready");
  await redis.connect();
  await ready;
  const late = await acquire(one, { owner_id: "late" });
  expect(late.json()).toMatchObject({ queue_position: 2, holder: { owner_id: one.id } });
  const held = await standing(one, first.json().request_id);
  expect(held.statusCode).toBe(201);
  expect(held.json()).toMatchObject({ id: first.json().request_id, acquired: true });
  expect((await standing(two, second.json().request_id)).json()).toMatchObject({ queue_position: 1 });
  expect((await standing(two, gone.json().request_id)).statusCode).toBe(404);
  await server.call(one, "POST", "/locks/release", { lock_id: held.json().id });
  const next = await standing(two, second.json().request_id);
  expect(next.statusCode).toBe(201);
  expect(next.json().fencing_token).toBeGreaterThan(held.json().fencing_token);
  expect(await status()).toEqual({ available: true, grace_until: null, queued_in_database: 0 });
});
