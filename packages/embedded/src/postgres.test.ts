import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type RunningPostgres, startPostgres } from "./postgres.ts";
import { isAlive, waitForEnd } from "./processes.ts";

const parent = mkdtempSync(join(tmpdir(), `ade-test-${process.pid}-`));
const dataDir = join(parent, "data");
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
  chmodSync(parent, 0o711);
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
  rmSync(parent, { recursive: true, force: true });
});

test("a stop keeps the data, the port and the password", async () => {
  const { url } = await start();
  const before = JSON.parse(readFileSync(join(dataDir, "postgres.json"), "utf8"));
  expect(url).toBe(before.url);
  expect(await ask(url, "SELECT value FROM kept")).toEqual([{ value: 1 }]);
});

test("a second start is quick (0.1 s on an idle machine)", async () => {
  const from = performance.now();
  await start();
  expect(performance.now() - from).toBeLessThan(1500);
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

test.runIf(process.getuid?.() === 0)(
  "where its user can't enter the data folder, the cluster lies apart",
  async () => {
    const closed = mkdtempSync(join(tmpdir(), `ade-test-${process.pid}-`));
    const lines: string[] = [];
    const options = {
      dataDir: join(closed, "data"),
      log: (line: string) => lines.push(line),
      durable: false,
    };
    const first = await startPostgres(options);
    expect(first.cluster).toMatch(/^\/var\/lib\/ade\/[0-9a-f]{16}\/postgres$/);
    await first.stop();
    rmSync(options.dataDir, { recursive: true });
    // A new data folder at the old place: the old database is kept, but does not stand in the way.
    const second = await startPostgres(options);
    expect(await ask(second.url, "SELECT to_regclass('kept') AS kept")).toEqual([{ kept: null }]);
    expect(lines).toEqual([expect.stringContaining("was set aside")]);
    await second.stop();
    rmSync(join(second.cluster, ".."), { recursive: true });
    rmSync(closed, { recursive: true });
  },
);
