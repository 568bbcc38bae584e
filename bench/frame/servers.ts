import { chmodSync } from "node:fs";
import { startPostgres } from "@ade/embedded/postgres";
import { type RunningRedis, startRedis } from "@ade/embedded/redis";
import { migrate } from "@ade/prisma/deploy";
import { toolsDir } from "@ade/testkit/environment";
import { folderIn, newRunFolder, removeAbandonedRuns, removeRunFolder } from "@ade/testkit/run-folder";
import { databaseUrl, withAdmin } from "@ade/testkit/template";
import { describeMachine, type Machine } from "./machine.ts";

/** PostgreSQL and Redis of one run of benchmarks, with the durability of the product: both sides wait for the disk. */
export type Servers = {
  machine: Machine;
  /** a folder of this run, for what a benchmark has to keep */
  folder: (name: string) => string;
  /** A new database: a copy of the migrated template, or of another one that nobody is connected to. */
  newDatabase: (from?: string) => Promise<string>;
  /** Processes that do the servers' work: PostgreSQL, Redis, and workers that a benchmark starts and adds. */
  pids: Set<number>;
  /** A server for one database: locks of two databases in one Redis would be two epochs of the same. */
  newRedis: () => Promise<string>;
  stop: () => Promise<void>;
};

const TEMPLATE = "bench_template";

export async function startServers(): Promise<Servers> {
  removeAbandonedRuns();
  const runFolder = newRunFolder();
  // PostgreSQL's user must be able to pass through to its own folder below.
  chmodSync(runFolder, 0o711);
  const log = (): void => undefined;
  const folder = (name: string) => folderIn(runFolder, name);
  const redises: RunningRedis[] = [];
  const pids = new Set<number>();
  const newRedis = async (): Promise<string> => {
    const redis = await startRedis({ dataDir: folder(`redis-${redises.length}`), log, toolsDir });
    redises.push(redis);
    pids.add(redis.pid);
    return redis.url;
  };
  const [postgres, redisUrl] = await Promise.all([
    startPostgres({ dataDir: folder("postgres"), log }),
    newRedis(),
  ]);
  pids.add(postgres.pid);
  const admin = (sql: string) => withAdmin(postgres.url, (client) => client.query(sql));
  await admin(`CREATE DATABASE ${TEMPLATE}`);
  await migrate(databaseUrl(postgres.url, TEMPLATE));
  let made = 0;
  return {
    machine: await describeMachine(postgres.url, redisUrl),
    folder,
    pids,
    newRedis,
    async newDatabase(from) {
      made += 1;
      const name = `bench_${made}`;
      const source = from ? new URL(from).pathname.slice(1) : TEMPLATE;
      await admin(`CREATE DATABASE ${name} TEMPLATE ${source}`);
      return databaseUrl(postgres.url, name);
    },
    async stop() {
      await Promise.all([postgres.stop(), ...redises.map((redis) => redis.stop())]);
      removeRunFolder(runFolder);
    },
  };
}
