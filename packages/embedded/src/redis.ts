import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { Redis } from "ioredis";
import { ensureDataDir, keep, newSecret, readKept, writePrivately } from "./kept.ts";
import { messageOf, PlainError } from "./plain-error.ts";
import { freePort } from "./ports.ts";
import { commandOf, isAlive, logSince, openLog, waitFor, waitForEnd } from "./processes.ts";
import { type RedisBinary, redisBinary } from "./redis-binary.ts";

const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 20_000;

/** Kept in `<dataDir>/redis.json`, mode 0600. */
type Kept = { url: string; port: number; password: string; pid?: number };

export type StartRedisOptions = {
  dataDir: string;
  log: (line: string) => void;
  /** false keeps nothing on disk, for tests (default true: append-only file, synced every second) */
  durable?: boolean;
  /** where Debian's package is unpacked when no server is on PATH (default `<dataDir>/tools`) */
  toolsDir?: string;
};

export type RunningRedis = {
  /** connection string with the password */
  url: string;
  /** the server's process id */
  pid: number;
  /** stops it, after its append-only file is written, and waits until it has ended */
  stop(): Promise<void>;
};

/**
 * Starts the Redis (or Valkey) server of a data folder, or reuses the one that already runs: 127.0.0.1 only, a
 * free port that is kept, a random password, noeviction, append-only file synced every second.
 *
 * @throws PlainError with one sentence on what to do
 */
export async function startRedis(options: StartRedisOptions): Promise<RunningRedis> {
  const { dataDir, log, durable = true, toolsDir = join(dataDir, "tools") } = options;
  ensureDataDir(dataDir);
  const folder = join(realpathSync(dataDir), "redis");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const keptAt = join(dataDir, "redis.json");
  const kept = readKept<Kept>(keptAt);

  const running = kept && (await pidOf(kept, folder));
  if (running) {
    log(`Redis already runs on port ${kept.port}; using it`);
    return handle(kept.url, running);
  }
  const config = join(folder, "redis.conf");
  if (kept?.pid && isAlive(kept.pid) && commandOf(kept.pid).includes(`:${kept.port}`)) {
    throw new PlainError(
      `Redis (process ${kept.pid}) runs on ${folder} but does not answer on port ${kept.port}: stop it with "kill ${kept.pid}" and start again.`,
    );
  }

  const binary = redisBinary(toolsDir, log);
  const port = await freePort(kept?.port);
  const password = kept?.password ?? newSecret();
  const next: Kept = { url: `redis://:${password}@127.0.0.1:${port}`, port, password };
  keep(keptAt, next);
  writePrivately(config, configuration({ ...next, folder, durable }));
  const pid = await launch(binary, config, next, folder, join(dataDir, "redis.log"));
  keep(keptAt, { ...next, pid });
  return handle(next.url, pid);
}

/** A file, because a password on the command line is everyone's to read. */
function configuration({
  port,
  password,
  folder,
  durable,
}: Kept & { folder: string; durable: boolean }): string {
  const lines = [
    "bind 127.0.0.1",
    `port ${port}`,
    `requirepass ${password}`,
    `dir "${folder.replaceAll('"', '\\"')}"`,
    "daemonize no",
    "maxmemory-policy noeviction",
    'save ""',
    `appendonly ${durable ? "yes" : "no"}`,
    "appendfsync everysec",
    "databases 16",
    "stop-writes-on-bgsave-error no",
  ];
  return `${lines.join("\n")}\n`;
}

async function launch(
  binary: RedisBinary,
  config: string,
  kept: Kept,
  folder: string,
  logPath: string,
): Promise<number> {
  const fd = openLog(logPath);
  const from = statSync(logPath).size;
  const child = spawn(binary.program, [config], {
    cwd: "/",
    env: { ...process.env, ...binary.environment },
    detached: true,
    stdio: ["ignore", fd, fd],
  });
  closeSync(fd);
  child.unref();
  let ended: string | undefined;
  child.once("error", (error) => {
    ended = messageOf(error);
  });
  child.once("exit", (code, signal) => {
    ended ??= `it ended with ${signal ?? `code ${code}`}`;
  });
  const ready = await waitFor(async () => (ended ? false : (await pidOf(kept, folder)) || undefined), {
    timeoutMs: START_TIMEOUT_MS,
    everyMs: 10,
  });
  if (ready) return child.pid!;
  const said = logSince(logPath, from).trim().split("\n").at(-1);
  throw new PlainError(
    `Redis (${binary.origin}) did not start: ${said || ended || "it did not answer in time"} (see ${logPath}).`,
  );
}

/** The process id of the server that answers there with our password and works in our folder. */
async function pidOf({ url }: Kept, folder: string): Promise<number | undefined> {
  const client = new Redis(url, {
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    connectTimeout: 2000,
    commandTimeout: 2000,
  });
  client.on("error", () => {});
  try {
    await client.connect();
    const [, dir] = (await client.config("GET", "dir")) as string[];
    if (!dir || !existsSync(dir) || realpathSync(dir) !== realpathSync(folder)) return undefined;
    return Number(/process_id:(\d+)/.exec(await client.info("server"))?.[1]);
  } catch {
    return undefined;
  } finally {
    client.disconnect();
  }
}

function handle(url: string, pid: number): RunningRedis {
  let stopping: Promise<void> | undefined;
  const stop = async () => {
    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
      if (!isAlive(pid)) return;
      process.kill(pid, signal);
      if (await waitForEnd(pid, STOP_TIMEOUT_MS)) return;
    }
  };
  return {
    url,
    pid,
    stop() {
      stopping ??= stop();
      return stopping;
    },
  };
}
