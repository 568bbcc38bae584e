import { createDatabase, type TestDatabase } from "@ade/testkit/database";
import { withAdmin } from "@ade/testkit/template";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Caller, makeServer, type TestServer } from "./test-server.ts";

let server: TestServer;
let shop: TestDatabase;
let author: Caller;
let reviewer: Caller;
beforeAll(async () => {
  shop = await createDatabase();
  server = await makeServer({}, { sqlConnections: { shop: { url: shop.url, fence: true } } });
  await server.core.startWorker();
  author = await server.person("author", ["author"]);
  reviewer = await server.person("reviewer", ["reviewer"]);
});
beforeEach(() =>
  query(
    "DROP TABLE IF EXISTS orders; CREATE TABLE orders (id int PRIMARY KEY); INSERT INTO orders VALUES (1), (2)",
  ),
);
afterAll(async () => {
  await server.close();
  await shop.drop();
});

const query = (text: string) => withAdmin(shop.url, async (client) => (await client.query(text)).rows);
const columns = async () =>
  (
    await query(
      "SELECT attname FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attnum > 0 AND NOT attisdropped",
    )
  ).map(({ attname }) => attname);
const stateOf = async (id: string) => (await server.call(author, "GET", `/tasks/${id}`)).json();
const migration = (parameters: Record<string, unknown>) => ({
  config: {
    type: "database.sql",
    description: "Let orders carry a note",
    resources: [
      { type: "database", id: "shop", actions: ["write"] },
      { type: "database", id: "shop/orders", actions: ["write"] },
    ],
    parameters: { connection: "shop", ...parameters },
  },
});

async function reviewed(parameters: Record<string, unknown>): Promise<string> {
  const created = await server.call(author, "POST", "/tasks", migration(parameters));
  expect(created.statusCode).toBe(201);
  const { id } = created.json();
  await server.call(author, "POST", `/tasks/${id}/submit`);
  await expect.poll(async () => (await stateOf(id)).state, { timeout: 20_000 }).toBe("REVIEWING");
  return id;
}

async function approve(id: string): Promise<void> {
  const { approvals } = (await server.call(reviewer, "GET", `/approvals?task_id=${id}`)).json();
  const own = approvals.find((each: { reviewer_id: string }) => each.reviewer_id === reviewer.id);
  const body = { action: "approve" };
  expect((await server.call(reviewer, "POST", `/approvals/${own.id}/respond`, body)).statusCode).toBe(200);
}

async function completed(id: string) {
  await expect.poll(async () => (await stateOf(id)).state, { timeout: 20_000 }).toBe("COMPLETED");
  return (await stateOf(id)).execution;
}

test("a migration is rehearsed, reviewed and applied by REST; its rows and its diff are what is approved", async () => {
  const id = await reviewed({
    statements: "ALTER TABLE orders ADD COLUMN note text; UPDATE orders SET note = 'x';",
    down: "ALTER TABLE orders DROP COLUMN note;",
  });
  expect(await columns()).toEqual(["id"]);
  const { changes } = (await server.call(reviewer, "GET", `/tasks/${id}/preview`)).json();
  expect(changes.map((change: { diff?: string }) => change.diff).join("")).toContain("+column note text");
  expect(changes.at(-1)).toMatchObject({ action: "update", after: { statement: 2, rows: 2 } });
  await approve(id);
  const execution = await completed(id);
  expect(execution).toMatchObject({ result: "success" });
  expect(await columns()).toEqual(["id", "note"]);

  // Undone through review: the down script is what is planned, approved and applied.
  const undoing = await server.call(author, "POST", `/tasks/${id}/rollback`, {
    reason: "no notes after all",
  });
  expect(undoing.statusCode).toBe(201);
  const back = undoing.json().id;
  await server.call(author, "POST", `/tasks/${back}/submit`);
  await expect.poll(async () => (await stateOf(back)).state, { timeout: 20_000 }).toBe("REVIEWING");
  const planned = (await server.call(reviewer, "GET", `/tasks/${back}/preview`)).json();
  expect(planned.changes.map((change: { diff?: string }) => change.diff).join("")).toContain(
    "-column note text",
  );
  await approve(back);
  expect(await completed(back)).toMatchObject({ result: "success" });
  expect(await columns()).toEqual(["id"]);
});

test("one that fails half-way when it is applied leaves the database as before, and says which statement", async () => {
  const before = await query("SELECT * FROM orders");
  // A rehearsal waits for locks less long than applying does: only there it divides by zero.
  const id = await reviewed({
    statements: `ALTER TABLE orders ADD COLUMN note text;
UPDATE orders SET note = 'x';
SELECT 1 / CASE current_setting('lock_timeout') WHEN '10s' THEN 0 ELSE 1 END;`,
  });
  await approve(id);
  const execution = await completed(id);
  expect(execution.result).toBe("failure");
  expect(execution.error).toMatch(
    /^Statement 3 \(SELECT 1 \/ CASE .*\) failed: division by zero \(22012\)\./,
  );
  expect(await query("SELECT * FROM orders")).toEqual(before);
});

test("rows that somebody adds between approval and apply send it back to review", async () => {
  const id = await reviewed({ statements: "UPDATE orders SET id = id + 10" });
  await query("INSERT INTO orders VALUES (3)");
  await approve(id);
  await expect.poll(async () => (await stateOf(id)).revision, { timeout: 20_000 }).toBe(2);
  const { changes } = (await server.call(author, "GET", `/tasks/${id}/preview`)).json();
  expect(changes).toMatchObject([{ after: { rows: 3 } }]);
});

test("what can't be rehearsed is refused when it is proposed, with the statement's number", async () => {
  const refused = await server.call(
    author,
    "POST",
    "/tasks",
    migration({ statements: "SELECT 1; CREATE INDEX CONCURRENTLY i ON orders (id)" }),
  );
  expect(refused.statusCode).toBe(400);
  expect(refused.json().error).toMatchObject({
    code: "VALIDATION_ERROR",
    details: [
      {
        field: "config.parameters.statements",
        issue:
          "statement 2 (CREATE INDEX CONCURRENTLY i ON orders (id)) (CONCURRENTLY) can't run inside a transaction, so it can be neither rehearsed nor undone",
      },
    ],
  });
});
