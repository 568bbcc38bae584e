import { randomBytes } from "node:crypto";
import { type RunningRedis, startRedis } from "@ade/embedded/redis";
import { Redis } from "ioredis";
import { testEnvironment, toolsDir } from "./environment.ts";
import { folderIn } from "./run-folder.ts";

export type TestRedis = {
  /** connection string, with the password */
  url: string;
  /** a client of it: offline queue off, as in the product */
  client: Redis;
  /** the server's process id, for tests that stop or kill it; absent with ADE_TEST_REDIS_URL */
  pid: number | undefined;
  /** closes the client and ends the server */
  stop(): Promise<void>;
};

/**
 * A Redis of one's own for one test file, empty, so that FLUSHALL hurts nobody. With `ADE_TEST_REDIS_URL` it is
 * that server, flushed; then run the files one after another (`--no-file-parallelism`).
 */
export async function createRedis(): Promise<TestRedis> {
  const shared = process.env.ADE_TEST_REDIS_URL;
  const server = shared ? undefined : await startOwn();
  const url = server?.url ?? shared!;
  const client = new Redis(url, { enableOfflineQueue: false, lazyConnect: true, commandTimeout: 5000 });
  client.on("error", () => {});
  await client.connect();
  if (shared) await client.flushall();
  return {
    url,
    client,
    pid: server?.pid,
    async stop() {
      client.disconnect();
      await server?.stop();
    },
  };
}

function startOwn(): Promise<RunningRedis> {
  const dataDir = folderIn(testEnvironment().runFolder, `redis-${randomBytes(6).toString("hex")}`);
  return startRedis({ dataDir, log: () => {}, durable: false, toolsDir });
}
