import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { closeConnections, openConnections } from "@ade/core/connect";
import { type Core, createCore } from "@ade/core/core";
import { type Actor, type Role, systemActor } from "@ade/core/kernel/actor";
import { systemClock } from "@ade/core/kernel/clock";
import { randomIds } from "@ade/core/kernel/ids";
import { freePort } from "@ade/embedded/ports";
import { createDatabase, openPool } from "@ade/testkit/database";
import { testEnvironment } from "@ade/testkit/environment";
import { type FaultProxy, startFaultProxy } from "@ade/testkit/fault-proxy";
import { type PostgresServer, startPostgresServer } from "@ade/testkit/postgres-server";
import { type RedisServer, startRedisServer } from "@ade/testkit/redis-server";
import { folderIn } from "@ade/testkit/run-folder";
import type pg from "pg";
import pino from "pino";
import { type ProductProcess, startProduct } from "./product-process.ts";
import { createRest, type Rest } from "./rest.ts";

/** All leases in here; with it, what a loss costs. */
export const LEASE_SECONDS = 5;
const LOCK_DELAY_SECONDS = 1;
const LEARN_EVERY_MS = 250;
const SECRET = "a secret of the fault tests, thirty-two characters and more";
const SETUP: Actor = { ...systemActor("chaos"), roles: ["admin"] };

/** A process of the product, with the proxies that stand between it and its servers. */
type Resident = { process: ProductProcess; redis: FaultProxy; postgres: FaultProxy };

export type House = {
  redis: RedisServer;
  /** Of houses that have a server of their own. */
  postgres: PostgresServer | null;
  pool: pg.Pool;
  /** For what only core can do (make people, verify the chain): it holds no lock and takes no job. */
  core: Core;
  rest: Rest;
  keys: { author: string; reviewer: string; admin: string; lockers: string[] };
  reviewerId: string;
  sinkDir: string;
  /** The folder in which `configuration.file` tasks write, as the root "chaos". */
  filesDir: string;
  /** Of this house alone, beside the servers' own. */
  folder: string;
  residents: Record<"api" | "worker 1" | "worker 2", Resident>;
  /** What the processes said since it was asked last and no run may have, those that are gone too. */
  takeAlarms(): string[];
  proxies(): FaultProxy[];
  /** A new process in the place of one that ended; its proxies stay. `settings` are for this one alone. */
  restart(name: keyof House["residents"], settings?: Record<string, string>, logFile?: string): Promise<void>;
  /** Environment of another process of the same house, on another Redis. */
  settingsOn(redisUrl: string): Record<string, string>;
  close(): Promise<void>;
};

export type HouseOptions = {
  redisSettings?: Record<string, string>;
  workerSettings?: Record<string, string>;
  apiSettings?: Record<string, string>;
  /** Of every process. */
  settings?: Record<string, string>;
  /** A PostgreSQL that loses nothing it committed, to be stopped and started; `disk_mb`: on a disk so small. */
  ownPostgres?: { disk_mb?: number };
};

/** A real API and two workers on servers of their own, a fault proxy on every line between them. */
export async function openHouse(options: HouseOptions = {}): Promise<House> {
  const {
    redisSettings = {},
    workerSettings = {},
    apiSettings = {},
    settings: every = {},
    ownPostgres,
  } = options;
  const folder = folderIn(testEnvironment().runFolder, `house-${randomIds.secret(6)}`);
  const [postgres, redis] = await Promise.all([
    ownPostgres ? startPostgresServer(folder, ownPostgres) : null,
    startRedisServer({ settings: redisSettings }),
  ]);
  const database = postgres ?? (await createDatabase());
  const [sinkDir, filesDir] = [join(folder, "sink"), join(folder, "files")];
  for (const made of [sinkDir, filesDir]) mkdirSync(made);
  const pool = openPool({ connectionString: database.url, max: 4 });
  const setup = await openCore(database.url, redis.url);
  const people = await makePeople(setup.core);
  const port = await freePort();
  const common = {
    ...{ ADE_SECRET: SECRET, ADE_DATA_DIR: folder, ADE_TEST_EXECUTORS: "1", ADE_TEST_SINK: sinkDir },
    ...{ ADE_PUBLIC_URL: `http://127.0.0.1:${port}`, LOG_LEVEL: "info", ADE_FILE_ROOTS: `chaos=${filesDir}` },
    ...{ ADE_LOCK_TTL_SECONDS: String(LEASE_SECONDS), ADE_LOCK_DELAY_SECONDS: String(LOCK_DELAY_SECONDS) },
    ...every,
  };
  const api = { PORT: String(port), HOST: "127.0.0.1", ADE_RATE_LIMIT: "1000000", ...apiSettings };
  const gone: ProductProcess[] = [];

  async function lines(): Promise<Pick<Resident, "redis" | "postgres">> {
    const [toRedis, toPostgres] = await Promise.all([
      startFaultProxy({ target: redis.url }),
      startFaultProxy({ target: database.url }),
    ]);
    return { redis: toRedis, postgres: toPostgres };
  }
  function begin(
    name: keyof House["residents"],
    between: Pick<Resident, "redis" | "postgres">,
    settings: Record<string, string> = {},
    logFile?: string,
  ) {
    const urls = { DATABASE_URL: between.postgres.url, REDIS_URL: between.redis.url };
    const own = name === "api" ? api : workerSettings;
    const all = { ...common, ...urls, ...own, ...settings };
    return startProduct(name === "api" ? "api" : "worker", name, all, logFile);
  }
  async function resident(name: keyof House["residents"]): Promise<Resident> {
    const between = await lines();
    return { ...between, process: await begin(name, between) };
  }
  const residents = {
    api: await resident("api"),
    "worker 1": await resident("worker 1"),
    "worker 2": await resident("worker 2"),
  };
  const learning = setInterval(() => void learnLongestLease(pool).catch(() => undefined), LEARN_EVERY_MS);
  const all = () => Object.values(residents);
  const proxies = () => all().flatMap(({ redis: toRedis, postgres: toPostgres }) => [toRedis, toPostgres]);

  return {
    ...{ redis, postgres, pool, core: setup.core, folder, sinkDir, filesDir, residents, proxies, ...people },
    rest: createRest(() => `http://127.0.0.1:${port}`),
    takeAlarms: () =>
      [...gone, ...all().map(({ process }) => process)].flatMap(({ alarms }) => alarms.splice(0)),
    settingsOn: (redisUrl) => ({
      ...common,
      ...api,
      PORT: "0",
      DATABASE_URL: database.url,
      REDIS_URL: redisUrl,
    }),
    async restart(name, settings, logFile) {
      const before = residents[name];
      gone.push(before.process);
      residents[name] = { ...before, process: await begin(name, before, settings, logFile) };
    },
    async close() {
      clearInterval(learning);
      await Promise.all(proxies().map((proxy) => proxy.heal()));
      await Promise.all(all().map(({ process }) => process.stop()));
      await setup.close();
      await pool.end();
      await Promise.all(proxies().map((proxy) => proxy.close()));
      await Promise.all([redis.stop(), database.drop()]);
    },
  };
}

/**
 * A new epoch takes 30 s for the longest lease until it knows better, and so long the grace after a loss would be.
 * Nobody in here asks for longer than LEASE_SECONDS, but for a holder that no fault meets.
 */
async function learnLongestLease(pool: pg.Pool): Promise<void> {
  await pool.query("UPDATE lock_epoch SET max_ttl_seconds = $1 WHERE max_ttl_seconds > $1", [LEASE_SECONDS]);
}

async function openCore(databaseUrl: string, redisUrl: string) {
  const log = pino({ level: "silent" });
  const connections = await openConnections({ databaseUrl, redisUrl, poolSize: 4, onError: () => undefined });
  const core = await createCore({
    ...{ connections, clock: systemClock, ids: randomIds, log, secret: SECRET },
    ...{ publicUrl: "http://127.0.0.1", fileRoots: {}, testExecutors: {}, anchorFile: null, works: false },
  });
  return {
    core,
    async close() {
      await core.close();
      await closeConnections(connections);
    },
  };
}

const LOCKERS = 4;

async function makePeople(core: Core) {
  async function person(name: string, roles: Role[]): Promise<{ id: string; key: string }> {
    const email = `${name.replaceAll(" ", "-")}@chaos.local`;
    const { id } = await core.identity.users.create(SETUP, { email, name, roles });
    const actor: Actor = { ...SETUP, kind: "user", id, name, roles, via: "session:chaos" };
    const { key } = await core.identity.apiKeys.create(actor, { name: "chaos" });
    return { id, key };
  }
  const [author, reviewer, admin] = [
    await person("author", ["author"]),
    await person("reviewer", ["reviewer"]),
    await person("admin", ["admin"]),
  ];
  const lockers = await Promise.all(
    Array.from({ length: LOCKERS }, (_, at) => person(`locker ${at}`, ["admin"])),
  );
  return {
    keys: {
      author: author.key,
      reviewer: reviewer.key,
      admin: admin.key,
      lockers: lockers.map(({ key }) => key),
    },
    reviewerId: reviewer.id,
  };
}
