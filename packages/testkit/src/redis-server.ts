import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { keep } from "@ade/embedded/kept";
import { freePort } from "@ade/embedded/ports";
import { redisBinary } from "@ade/embedded/redis-binary";
import { Redis } from "ioredis";
import { testEnvironment, toolsDir } from "./environment.ts";
import { folderIn } from "./run-folder.ts";

export type RedisServer = {
  url: string;
  port: number;
  /** on which the nodes of a cluster talk to each other */
  busPort: number;
  /** a client that waits for the server, for the test's own commands */
  admin: Redis;
  /** kills it with -9 (or asks it to end): what was not saved by `admin.save()` is gone */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** starts it again on what was saved */
  start(): Promise<void>;
  stop(): Promise<void>;
};

/**
 * A Redis server of a test's own that can be killed and come back in another state. It persists nothing by itself.
 * `settings` are its configuration, by name. With `cluster` it is one node with `cluster-enabled` that has all slots,
 * which refuses what crosses slots; as `member` it has none yet.
 */
export async function startRedisServer({
  cluster = false,
  settings: given = {},
}: {
  cluster?: boolean | "member";
  settings?: Readonly<Record<string, string>>;
} = {}): Promise<RedisServer> {
  const folder = folderIn(testEnvironment().runFolder, `redis-${randomBytes(6).toString("hex")}`);
  const port = await freePort();
  const busPort = await freePort();
  const { program, environment } = redisBinary(toolsDir, () => {});
  const settings: Record<string, string> = {
    port: String(port),
    bind: "127.0.0.1",
    dir: folder,
    save: "",
    ...given,
    ...(cluster
      ? {
          "cluster-enabled": "yes",
          "cluster-port": String(busPort),
          "cluster-node-timeout": "4000",
          "cluster-announce-ip": "127.0.0.1",
          "repl-diskless-sync-delay": "0",
        }
      : {}),
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const url = `redis://127.0.0.1:${port}`;
  const admin = new Redis(url, { lazyConnect: true, retryStrategy: () => 20, maxRetriesPerRequest: null });
  admin.on("error", () => {});
  let child: ChildProcess;

  async function start(): Promise<void> {
    child = spawn(program, args, { env: { ...process.env, ...environment }, stdio: "ignore" });
    // By this the run's end finds it where a test was killed before it could stop it.
    keep(join(folder, "redis.json"), { pid: child.pid, port });
    if (admin.status === "wait") await admin.connect().catch(() => {});
    await admin.ping();
    if (cluster !== true) return;
    await admin.call("CLUSTER", "ADDSLOTSRANGE", "0", "16383").catch(() => {});
    while (!String(await admin.call("CLUSTER", "INFO")).includes("cluster_state:ok"));
  }

  async function kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
  }

  await start();
  return {
    url,
    port,
    busPort,
    admin,
    kill,
    start,
    async stop() {
      admin.disconnect();
      await kill();
    },
  };
}
