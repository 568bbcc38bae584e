import { canonicalJson } from "@ade/core/kernel/canonical-json";
import { sha256 } from "@ade/core/kernel/ids";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Caller, makeServer, noopTask, type TestServer } from "./test-server.ts";

let server: TestServer;
let author: Caller;
let admin: Caller;
beforeAll(async () => {
  server = await makeServer();
  author = await server.person("author", ["author"]);
  admin = await server.person("admin", ["admin"]);
});
afterAll(() => server.close());

const create = (key: string, body: unknown, caller = author) =>
  server.call(caller, "POST", "/tasks", body, { "idempotency-key": key });

async function countTasks(): Promise<number> {
  return (await server.core.connections.pool.query("SELECT count(*)::int AS n FROM task")).rows[0].n;
}

test("the same key and body gives the first answer, byte for byte, and makes one task", async () => {
  const before = await countTasks();
  const first = await create("key-1", noopTask());
  const second = await create("key-1", noopTask());
  expect(first.statusCode).toBe(201);
  expect(second.statusCode).toBe(201);
  expect(second.body).toBe(first.body);
  expect(second.headers["idempotency-replayed"]).toBe("true");
  expect(await countTasks()).toBe(before + 1);
});

test("the order of a body's fields makes no other body", async () => {
  const { config } = noopTask("ordered");
  const first = await create("key-order", { config, dry_run: false });
  const second = await create("key-order", { dry_run: false, config });
  expect(second.body).toBe(first.body);
});

test("another body, or another address, under the same key is 409", async () => {
  await create("key-2", noopTask("one"));
  const other = await create("key-2", noopTask("two"));
  expect(other.statusCode).toBe(409);
  expect(other.json().error.code).toBe("IDEMPOTENCY_KEY_REUSED");
  const elsewhere = await server.call(author, "POST", "/simulate", noopTask("one"), {
    "idempotency-key": "key-2",
  });
  expect(elsewhere.json().error.code).toBe("IDEMPOTENCY_KEY_REUSED");
});

test("what is kept of a body tells nothing to who guesses it", async () => {
  const body = noopTask("guessed");
  await create("key-guess", body);
  const { rows } = await server.core.connections.pool.query(
    "SELECT body_hash FROM idempotency_key WHERE key = 'key-guess'",
  );
  const guess = `POST /api/v1/tasks\n${canonicalJson(body)}`;
  expect(rows[0].body_hash).toBe(server.core.requestDigest(guess));
  expect(rows[0].body_hash).not.toBe(sha256(guess));
});

test("another person's key is another key", async () => {
  const mine = await create("key-3", noopTask("mine"));
  const theirs = await create("key-3", noopTask("theirs"), admin);
  expect(theirs.statusCode).toBe(201);
  expect(theirs.json().id).not.toBe(mine.json().id);
});

test("of twenty at once one task is made; the others get its answer or are told that it is under way", async () => {
  const before = await countTasks();
  const answers = await Promise.all(Array.from({ length: 20 }, () => create("key-4", noopTask("at once"))));
  expect(await countTasks()).toBe(before + 1);
  for (const answer of answers) expect([201, 409]).toContain(answer.statusCode);
  for (const { json } of answers.filter(({ statusCode }) => statusCode === 409))
    expect(json().error.code).toBe("CONFLICT");
});

test("a refusal is the first answer too", async () => {
  const wrong = { ...noopTask(), nobody_knows: 1 };
  expect((await create("key-5", wrong)).statusCode).toBe(400);
  const again = await create("key-5", wrong);
  expect(again.statusCode).toBe(400);
  expect(again.headers["idempotency-replayed"]).toBe("true");
});

test("a secret that is shown once is not kept", async () => {
  const make = () => server.call(author, "POST", "/api-keys", { name: "ci" }, { "idempotency-key": "key-6" });
  const first = await make();
  expect(first.statusCode).toBe(201);
  const second = await make();
  expect(second.statusCode).toBe(409);
  const { rows } = await server.core.connections.pool.query("SELECT response::text FROM idempotency_key");
  expect(JSON.stringify(rows)).not.toContain(first.json().key);
});

test("after 24 hours the key is free", async () => {
  await create("key-7", noopTask("old"));
  await server.core.connections.pool.query(
    "UPDATE idempotency_key SET created_at = now() - interval '25 hours' WHERE key = 'key-7'",
  );
  expect((await create("key-7", noopTask("new"))).statusCode).toBe(201);
});

test("a key that is not well formed is 400", async () => {
  expect((await create("x".repeat(300), noopTask())).statusCode).toBe(400);
});
