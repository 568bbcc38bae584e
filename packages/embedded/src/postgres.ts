import { spawn } from "node:child_process";
import { closeSync, existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import pg from "pg";
import { ensureDataDir, keep, newSecret, readKept } from "./kept.ts";
import { type OsUser, spawnAs } from "./os-user.ts";
import { messageOf, PlainError } from "./plain-error.ts";
import { freePort } from "./ports.ts";
import { type PostgresBinaries, postgresBinaries } from "./postgres-binaries.ts";
import { createCluster, placeOf, plainEnvironment, ROLE } from "./postgres-cluster.ts";
import { isReady, isRunBy, readLock, removeStaleLock } from "./postgres-lock.ts";
import { isAlive, logSince, openLog, waitFor, waitForEnd } from "./processes.ts";

const DATABASE = "ade";
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 30_000;

/** Kept in `<dataDir>/postgres.json`, mode 0600. `cluster` is where the data lies, which is not always the data folder. */
type Kept = { url: string; port: number; password: string; cluster: string };

export type StartPostgresOptions = {
  /** the data folder; the cluster lies in its `postgres` unless its user can't get there */
  dataDir: string;
  log: (line: string) => void;
  /** false gives up safety against power loss, for tests (default true) */
  durable?: boolean;
};

export type RunningPostgres = {
  /** connection string of the database `ade`, with the password */
  url: string;
  /** folder of the cluster */
  cluster: string;
  /** the postmaster's process id */
  pid: number;
  /** stops it (fast shutdown: transactions end, everything committed stays) and waits until it has ended */
  stop(): Promise<void>;
};

/**
 * Starts the embedded PostgreSQL of a data folder, makes it first where there is none, and reuses the one that
 * already runs. It listens on 127.0.0.1 only, on a free port that is kept, with a random password.
 * It is a process of its own: it outlives us until `stop()`.
 *
 * @throws PlainError with one sentence on what to do
 */
export async function startPostgres({
  dataDir,
  log,
  durable = true,
}: StartPostgresOptions): Promise<RunningPostgres> {
  ensureDataDir(dataDir);
  const keptAt = join(dataDir, "postgres.json");
  const kept = readKept<Kept>(keptAt);

  if (kept && existsSync(join(kept.cluster, "PG_VERSION"))) {
    const running = await findRunning(kept);
    if (running) {
      log(`PostgreSQL already runs on port ${kept.port}; using it`);
      return handle(kept, running);
    }
  }

  const place = placeOf(dataDir, kept, log);
  const binaries = postgresBinaries(place.user, join(dirname(place.cluster), "bin"));
  if (!existsSync(join(place.cluster, "PG_VERSION"))) {
    const made = { ...place, password: newSecret(), port: await freePort() };
    createCluster(binaries, made, durable);
    keep(keptAt, describe(made));
  } else if (!kept) {
    throw new PlainError(
      `${place.cluster} holds a database but ${keptAt} with its password is gone: put that file back from your backup, or move the folder away to begin anew.`,
    );
  }

  const before = readKept<Kept>(keptAt)!;
  const next = describe({ ...before, cluster: place.cluster, port: await freePort(before.port) });
  if (next.url !== before.url) keep(keptAt, next);
  const pid = await launch(binaries, next, place.user, dataDir, durable);
  await ensureDatabase(next);
  return handle(next, pid);
}

function describe({ cluster, password, port }: Omit<Kept, "url">): Kept {
  return { url: `postgresql://${ROLE}:${password}@127.0.0.1:${port}/${DATABASE}`, port, password, cluster };
}

function settings(port: number, durable: boolean): string[] {
  const given: Record<string, string | number> = {
    port,
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: 200,
    shared_buffers: "128MB",
    synchronous_commit: durable ? "on" : "off",
    fsync: durable ? "on" : "off",
    full_page_writes: durable ? "on" : "off",
    max_wal_size: "2GB",
    checkpoint_completion_target: 0.9,
    jit: "off",
    timezone: "UTC",
    log_timezone: "UTC",
    log_line_prefix: "%m [%p] ",
  };
  return Object.entries(given).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

async function launch(
  { postgres }: PostgresBinaries,
  kept: Kept,
  user: OsUser | undefined,
  dataDir: string,
  durable: boolean,
): Promise<number> {
  removeStaleLock(kept.cluster);
  const logPath = join(dataDir, "postgres.log");
  // Sessions of a postmaster that was killed hold its shared memory for a moment; then it is worth another try.
  for (let attempt = 1; ; attempt += 1) {
    const fd = openLog(logPath);
    const from = statSync(logPath).size;
    const child = spawn(postgres, ["-D", kept.cluster, ...settings(kept.port, durable)], {
      ...spawnAs(user),
      env: plainEnvironment(),
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
    const ready = await waitFor(() => (ended ? false : isReady(kept.cluster, child.pid) || undefined), {
      timeoutMs: START_TIMEOUT_MS,
      everyMs: 10,
    });
    if (ready) return child.pid!;
    const said = logSince(logPath, from);
    if (attempt < 50 && /pre-existing shared memory block|is another postmaster/.test(said)) {
      await waitFor(() => undefined, { timeoutMs: 100 });
      removeStaleLock(kept.cluster);
      continue;
    }
    const why = /FATAL:\s+(.*)/.exec(said)?.[1] ?? ended ?? "it did not become ready within a minute";
    throw new PlainError(`The embedded PostgreSQL did not start: ${why} (see ${logPath}).`);
  }
}

/** The running postmaster of this cluster, once it answers on its port with our password. */
async function findRunning(kept: Kept): Promise<number | undefined> {
  const lock = readLock(kept.cluster);
  if (!lock || !isRunBy(lock.pid, kept.cluster)) return undefined;
  const answered = await waitFor(
    async () => {
      if (!isAlive(lock.pid)) return false;
      return (await answers(kept)) || undefined;
    },
    { timeoutMs: START_TIMEOUT_MS, everyMs: 50 },
  );
  if (answered === undefined) {
    throw new PlainError(
      `PostgreSQL (process ${lock.pid}) runs on ${kept.cluster} but does not answer on port ${lock.port}: stop it with "kill -INT ${lock.pid}" and start again.`,
    );
  }
  return answered ? lock.pid : undefined;
}

async function answers({ url }: Kept): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  client.on("error", () => {});
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

async function ensureDatabase(kept: Kept): Promise<void> {
  if (await answers(kept)) return;
  const client = new pg.Client({ connectionString: kept.url.replace(/\/[^/]*$/, "/postgres") });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
}

function handle(kept: Kept, pid: number): RunningPostgres {
  let stopping: Promise<void> | undefined;
  const stop = async () => {
    for (const signal of ["SIGINT", "SIGQUIT"] as const) {
      if (!isRunBy(pid, kept.cluster)) return;
      process.kill(pid, signal);
      if (await waitForEnd(pid, STOP_TIMEOUT_MS)) return;
    }
    throw new PlainError(`PostgreSQL (process ${pid}) does not end: stop it with "kill -QUIT ${pid}".`);
  };
  return { url: kept.url, cluster: kept.cluster, pid, stop: () => (stopping ??= stop()) };
}
