import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type RunningPostgres, startPostgres } from "./postgres.ts";
import { isAlive, waitForEnd } from "./processes.ts";

const dataDir = join(mkdtempSync(join(tmpdir(), "ade-embedded-")), "data");
let running: RunningPostgres | undefined;
const log = () => {};

async function start(): Promise<RunningPostgres> {
  running = await startPostgres({ dataDir, log });
  return running;
}

async function ask(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

beforeAll(async () => {
  // The folder that mkdtemp makes is closed to the user who runs PostgreSQL under root; that is a case of its own.
  const { url, stop } = await start();
  await ask(url, "CREATE TABLE kept (value int)");
  await ask(url, "INSERT INTO kept VALUES (1)");
  await stop();
});

afterEach(async () => {
  await running?.stop();
});

afterAll(() => {
  rmSync(running!.cluster, { recursive: true, force: true });
  rmSync(join(dataDir, ".."), { recursive: true, force: true });
});

test("a stop keeps the data, the port and the password", async () => {
  const { url } = await start();
  const before = JSON.parse(readFileSync(join(dataDir, "postgres.json"), "utf8"));
  expect(url).toBe(before.url);
  expect(await ask(url, "SELECT value FROM kept")).toEqual([{ value: 1 }]);
});

test("a second start takes under half a second", async () => {
  const from = performance.now();
  await start();
  expect(performance.now() - from).toBeLessThan(500);
});

test("a running cluster is used, not started twice", async () => {
  const first = await start();
  const second = await startPostgres({ dataDir, log });
  expect(second.pid).toBe(first.pid);
  expect(second.url).toBe(first.url);
});

test("what was committed survives kill -9, and the stale lock file does not stop the next start", async () => {
  const first = await start();
  await ask(first.url, "INSERT INTO kept VALUES (2)");
  process.kill(first.pid, "SIGKILL");
  await waitForEnd(first.pid, 10_000);
  const second = await start();
  expect(await ask(second.url, "SELECT value FROM kept ORDER BY 1")).toEqual([{ value: 1 }, { value: 2 }]);
});

test("it moves to another port when something else has taken its own", async () => {
  const kept = JSON.parse(readFileSync(join(dataDir, "postgres.json"), "utf8"));
  const thief = await new Promise<Server>((resolve) => {
    const server = createServer();
    server.listen(kept.port, "127.0.0.1", () => resolve(server));
  });
  const { url } = await start();
  expect(new URL(url).port).not.toBe(String(kept.port));
  expect(await ask(url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  thief.close();
});

test("it listens on the loopback address only, wants its password, and hides it", async () => {
  const { url } = await start();
  expect(await ask(url, "SHOW listen_addresses")).toEqual([{ listen_addresses: "127.0.0.1" }]);
  expect(await ask(url, "SHOW unix_socket_directories")).toEqual([{ unix_socket_directories: "" }]);
  const wrong = new URL(url);
  wrong.password = "wrong";
  await expect(ask(wrong.href, "SELECT 1")).rejects.toThrow(/password authentication failed/);
  expect(statSync(join(dataDir, "postgres.json")).mode & 0o777).toBe(0o600);
});

test("commits are durable and there is room for 200 connections", async () => {
  const { url } = await start();
  const rows = await ask(
    url,
    "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'max_connections') ORDER BY 1",
  );
  expect(rows).toEqual([
    { name: "fsync", setting: "on" },
    { name: "max_connections", setting: "200" },
    { name: "synchronous_commit", setting: "on" },
  ]);
});

test("stop ends the process", async () => {
  const { pid, stop } = await start();
  await stop();
  expect(isAlive(pid)).toBe(false);
});
