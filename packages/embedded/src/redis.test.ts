import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterAll, afterEach, expect, test } from "vitest";
import { PlainError } from "./plain-error.ts";
import { isAlive, waitForEnd } from "./processes.ts";
import { type RunningRedis, startRedis } from "./redis.ts";
import { redisBinary } from "./redis-binary.ts";

const toolsDir = join(import.meta.dirname, "../../../node_modules/.cache/ade-tools");
const parent = mkdtempSync(join(tmpdir(), `ade-test-${process.pid}-`));
const dataDir = join(parent, "data");
let running: RunningRedis | undefined;

async function start(): Promise<RunningRedis> {
  running = await startRedis({ dataDir, log: () => {}, toolsDir });
  return running;
}

async function withClient<T>(url: string, run: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url);
  try {
    return await run(client);
  } finally {
    client.disconnect();
  }
}

afterEach(async () => {
  await running?.stop();
});
afterAll(() => rmSync(parent, { recursive: true, force: true }));

test("a stop keeps the data, the port and the password", async () => {
  const first = await start();
  await withClient(first.url, (client) => client.set("key", "value"));
  await first.stop();
  expect(isAlive(first.pid)).toBe(false);
  const second = await start();
  expect(second.url).toBe(first.url);
  expect(await withClient(second.url, (client) => client.get("key"))).toBe("value");
});

test("a running server is used, not started twice", async () => {
  const first = await start();
  const second = await startRedis({ dataDir, log: () => {}, toolsDir });
  expect(second.pid).toBe(first.pid);
});

test("it starts again after kill -9", async () => {
  const first = await start();
  process.kill(first.pid, "SIGKILL");
  await waitForEnd(first.pid, 10_000);
  const second = await start();
  expect(await withClient(second.url, (client) => client.ping())).toBe("PONG");
});

test("it keeps an append-only file, evicts nothing, listens on the loopback address and wants its password", async () => {
  const { url } = await start();
  const settings = await withClient(url, async (client) => {
    const names = ["appendonly", "appendfsync", "maxmemory-policy", "bind"];
    return Object.fromEntries(
      await Promise.all(names.map((name) => client.config("GET", name) as Promise<[string, string]>)),
    );
  });
  expect(settings).toEqual({
    appendonly: "yes",
    appendfsync: "everysec",
    "maxmemory-policy": "noeviction",
    bind: "127.0.0.1",
  });
  const open = new Redis({
    port: Number(new URL(url).port),
    retryStrategy: () => null,
    enableReadyCheck: false,
  });
  open.on("error", () => {});
  await expect(open.get("key")).rejects.toThrow(/NOAUTH/);
  open.disconnect();
  expect(statSync(join(dataDir, "redis.json")).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(dataDir, "redis/redis.conf"), "utf8")).toContain("requirepass");
  expect(statSync(join(dataDir, "redis/redis.conf")).mode & 0o777).toBe(0o600);
});

test("without a server, apt-get or dpkg it says what to do", () => {
  const nothing = () =>
    redisBinary(
      join(dataDir, "tools"),
      () => {},
      () => undefined,
    );
  expect(nothing).toThrow(PlainError);
  expect(nothing).toThrow(/install Redis or Valkey .* or set REDIS_URL/);
});
