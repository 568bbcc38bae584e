import { expect, test } from "vitest";
import { createDatabase } from "./database.ts";
import { createRedis } from "./redis.ts";
import { withAdmin } from "./template.ts";

test("a database of a test file has the whole schema and is gone after drop", async () => {
  const database = await createDatabase();
  const tables = await withAdmin(database.url, async (client) => {
    const { rows } = await client.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'");
    return rows.map((row) => row.tablename);
  });
  expect(tables).toContain("_prisma_migrations");
  expect(tables.length).toBeGreaterThan(5);
  await database.drop();
  await expect(withAdmin(database.url, (client) => client.query("SELECT 1"))).rejects.toThrow(
    /does not exist/,
  );
});

test("two databases do not see each other", async () => {
  const [one, other] = await Promise.all([createDatabase(), createDatabase()]);
  await withAdmin(one.url, (client) => client.query("CREATE TABLE only_here (a int)"));
  const found = await withAdmin(other.url, (client) => client.query("SELECT to_regclass('only_here') AS it"));
  expect(found.rows[0].it).toBeNull();
  await Promise.all([one.drop(), other.drop()]);
});

test("a Redis of a test file is its own and empty", async () => {
  const [one, other] = await Promise.all([createRedis(), createRedis()]);
  await one.client.set("key", "value");
  expect(await other.client.dbsize()).toBe(0);
  await other.client.flushall();
  expect(await one.client.get("key")).toBe("value");
  await Promise.all([one.stop(), other.stop()]);
});
