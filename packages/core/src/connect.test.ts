import { createDatabase, type TestDatabase } from "@ade/testkit/database";
import { createRedis, type TestRedis } from "@ade/testkit/redis";
import { withAdmin } from "@ade/testkit/template";
import { afterAll, beforeAll, expect, test } from "vitest";
import { closeConnections, openConnections } from "./connect.ts";

let database: TestDatabase;
let redis: TestRedis;
beforeAll(async () => {
  [database, redis] = await Promise.all([createDatabase(), createRedis()]);
});
afterAll(() => Promise.all([database.drop(), redis.stop()]));

test("a connection that the server cuts off while it is in use fails its work, not the process", async () => {
  const troubles: string[] = [];
  const connections = await openConnections({
    databaseUrl: database.url,
    redisUrl: redis.url,
    poolSize: 2,
    onError: (error) => troubles.push(error.message),
  });
  const client = await connections.pool.connect();
  await client.query("BEGIN");
  const { rows } = await client.query("SELECT pg_backend_pid() AS pid");
  await withAdmin(database.url, (admin) => admin.query("SELECT pg_terminate_backend($1)", [rows[0].pid]));
  await expect.poll(() => troubles.length).toBeGreaterThan(0);
  await expect(client.query("SELECT 1")).rejects.toThrow();
  client.release(true);
  expect((await connections.pool.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
  await closeConnections(connections);
});
