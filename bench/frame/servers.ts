import { chmodSync } from "node:fs";
import { startPostgres } from "@ade/embedded/postgres";
import { startRedis } from "@ade/embedded/redis";
import { migrate } from "@ade/prisma/deploy";
import { toolsDir } from "@ade/testkit/environment";
import { folderIn, newRunFolder, removeAbandonedRuns, removeRunFolder } from "@ade/testkit/run-folder";
import { databaseUrl, withAdmin } from "@ade/testkit/template";
import { describeMachine, type Machine } from "./machine.ts";

/** PostgreSQL and Redis of one run of benchmarks, with the durability of the product: both sides wait for the disk. */
export type Servers = {
  machine: Machine;
  redisUrl: string;
  /** a folder of this run, for what a benchmark has to keep */
  folder: (name: string) => string;
  /** A new database: a copy of the migrated template, or of another one that nobody is connected to. */
  newDatabase: (from?: string) => Promise<string>;
  stop: () => Promise<void>;
};

const TEMPLATE = "bench_template";

export async function startServers(): Promise<Servers> {
  removeAbandonedRuns();
  const runFolder = newRunFolder();
  // PostgreSQL's user must be able to pass through to its own folder below.
  chmodSync(runFolder, 0o711);
  const quiet = (): void => undefined;
  const [postgres, redis] = await Promise.all([
    startPostgres({ dataDir: folderIn(runFolder, "postgres"), log: quiet }),
    startRedis({ dataDir: folderIn(runFolder, "redis"), log: quiet, toolsDir }),
  ]);
  const admin = (sql: string) => withAdmin(postgres.url, (client) => client.query(sql));
  await admin(`CREATE DATABASE ${TEMPLATE}`);
  await migrate(databaseUrl(postgres.url, TEMPLATE));
  let made = 0;
  return {
    machine: await describeMachine(postgres.url, redis.url),
    redisUrl: redis.url,
    folder: (name) => folderIn(runFolder, name),
    async newDatabase(from) {
      made += 1;
      const name = `bench_${made}`;
      const source = from ? new URL(from).pathname.slice(1) : TEMPLATE;
      await admin(`CREATE DATABASE ${name} TEMPLATE ${source}`);
      return databaseUrl(postgres.url, name);
    },
    async stop() {
      await Promise.all([postgres.stop(), redis.stop()]);
      removeRunFolder(runFolder);
    },
  };
}
