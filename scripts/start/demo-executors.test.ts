import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPool } from "@ade/testkit/database";
import { testEnvironment } from "@ade/testkit/environment";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openCommandFile } from "../../packages/core/src/executors/adapters/command/command-file.ts";
import { demoExecutors } from "./demo-executors.ts";

const SECRET = "a secret of the tests, thirty-two characters and more";
const { adminUrl } = testEnvironment();
const embedded = { url: adminUrl, embedded: {} };
let dataDir: string;
beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), "ade-demo-"));
});
afterAll(async () => {
  rmSync(dataDir, { recursive: true });
  await ask(adminUrl, "DROP DATABASE IF EXISTS demo_shop WITH (FORCE)");
  await ask(adminUrl, "DROP ROLE IF EXISTS demo_shop");
});

async function ask(url: string, text: string): Promise<Record<string, unknown>[]> {
  const pool = openPool({ connectionString: url, max: 1 });
  try {
    return (await pool.query(text)).rows;
  } finally {
    await pool.end();
  }
}

test("a demo gets a shop of its own to change and a command to run; a second start leaves what was changed", async () => {
  const settings = await demoExecutors({ demo: true, dataDir }, embedded, SECRET, {});
  const { demo } = JSON.parse(settings.ADE_SQL_CONNECTIONS!) as { demo: { url: string } };
  expect(await ask(demo.url, "SELECT count(*)::int AS orders FROM orders")).toEqual([{ orders: 1000 }]);
  const [role] = await ask(
    demo.url,
    "SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user",
  );
  expect(role).toEqual({ rolsuper: false, rolcreatedb: false });
  await ask(demo.url, "DELETE FROM orders WHERE id > 10");

  const again = await demoExecutors({ demo: true, dataDir }, embedded, `${SECRET}, another one`, {});
  const next = JSON.parse(again.ADE_SQL_CONNECTIONS!) as { demo: { url: string } };
  expect(next.demo.url).not.toBe(demo.url);
  expect(await ask(next.demo.url, "SELECT count(*)::int AS orders FROM orders")).toEqual([{ orders: 10 }]);

  const complaints: unknown[] = [];
  const file = openCommandFile(again.ADE_COMMANDS!, (complaint) => void complaints.push(complaint));
  expect(file.read().map(({ name }) => name)).toEqual(["demo-rollout"]);
  expect(complaints).toEqual([]);
});

test("without the demo, on a database of somebody's own, or beside settings of theirs, nothing is made", async () => {
  const own = { ADE_SQL_CONNECTIONS: "{}", ADE_COMMANDS: "/etc/commands.yaml" };
  expect(await demoExecutors({ demo: true, dataDir }, embedded, SECRET, own)).toEqual({});
  expect(await demoExecutors({ demo: false, dataDir }, embedded, SECRET, {})).toEqual({});
  expect(await demoExecutors({ demo: true, dataDir }, { url: adminUrl }, SECRET, {})).toEqual({});
});
