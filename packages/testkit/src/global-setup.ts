import { randomBytes } from "node:crypto";
import { startPostgres } from "@ade/embedded/postgres";
import { redisBinary } from "@ade/embedded/redis-binary";
import { migrate } from "@ade/prisma/deploy";
import type pg from "pg";
import { publishEnvironment, toolsDir } from "./environment.ts";
import { folderIn, newRunFolder, removeAbandonedRuns, removeRunFolder } from "./run-folder.ts";
import { databaseUrl, withAdmin } from "./template.ts";

/**
 * Vitest's global setup: one PostgreSQL for the run with a migrated template database, from which
 * `createDatabase()` copies; and a Redis server on the machine, which `createRedis()` starts.
 * `ADE_TEST_DATABASE_URL` names a PostgreSQL to use instead (its role must be allowed to make databases).
 */
export default async function setup(): Promise<() => Promise<void>> {
  removeAbandonedRuns();
  const runFolder = newRunFolder();
  const adminUrl = process.env.ADE_TEST_DATABASE_URL ?? (await startOwn(runFolder));
  if (!process.env.ADE_TEST_REDIS_URL) redisBinary(toolsDir, console.log);

  const template = `ade_template_${randomBytes(6).toString("hex")}`;
  await withAdmin(adminUrl, (client) => client.query(`CREATE DATABASE ${template}`));
  await migrate(databaseUrl(adminUrl, template));
  publishEnvironment({ adminUrl, template, runFolder });

  return async () => {
    if (process.env.ADE_TEST_DATABASE_URL) await dropRunDatabases(adminUrl, template);
    removeRunFolder(runFolder);
  };
}

async function startOwn(runFolder: string): Promise<string> {
  const { url } = await startPostgres({
    dataDir: folderIn(runFolder, "postgres"),
    log: () => {},
    durable: false,
  });
  return url;
}

/** Test databases carry the template's name in front, so a run can find its own on a shared server. */
async function dropRunDatabases(adminUrl: string, template: string): Promise<void> {
  await withAdmin(adminUrl, async (client: pg.Client) => {
    const { rows } = await client.query<{ datname: string }>(
      "SELECT datname FROM pg_database WHERE starts_with(datname, $1)",
      [template],
    );
    for (const { datname } of rows) await client.query(`DROP DATABASE IF EXISTS "${datname}" WITH (FORCE)`);
  });
}
