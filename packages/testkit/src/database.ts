import { randomBytes } from "node:crypto";
import pg from "pg";
import { testEnvironment } from "./environment.ts";
import { databaseUrl, withAdmin } from "./template.ts";

export type TestDatabase = {
  /** connection string of a database with the current schema and no rows but the migrations' own */
  url: string;
  /** removes it, also when connections are still open */
  drop(): Promise<void>;
};

/** A fresh database for one test file: a copy of the template that the run migrated once. */
export async function createDatabase(): Promise<TestDatabase> {
  const { adminUrl, template } = testEnvironment();
  const name = `${template}_${randomBytes(6).toString("hex")}`;
  await withAdmin(adminUrl, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`));
  return {
    url: databaseUrl(adminUrl, name),
    async drop() {
      await withAdmin(adminUrl, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
    },
  };
}

/**
 * A pool on a test's database. The database may be dropped while a connection of an ended pool still closes: the
 * server's last word on it is nobody's fault, and must not end the run.
 */
export function openPool(config: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool(config);
  pool.on("connect", (client) => client.on("error", () => undefined));
  pool.on("error", () => undefined);
  return pool;
}
