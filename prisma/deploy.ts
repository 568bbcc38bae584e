import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { MigrationList, SchemaEngine } from "@prisma/schema-engine-wasm";
import pg from "pg";

const MIGRATIONS = join(dirname(fileURLToPath(import.meta.url)), "migrations");

/** Any constant: one migration of a database at a time, whoever starts it. */
const LOCK_KEY = 7_240_411_983;

type Migration = { name: string; script: string; checksum: string };

function migrationsIn(folder: string): Migration[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, "migration.sql")))
    .map(({ name }) => {
      const script = readFileSync(join(folder, name, "migration.sql"), "utf8");
      return { name, script, checksum: createHash("sha256").update(script).digest("hex") };
    })
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

/**
 * Brings a database up to date with `prisma/migrations`, in this process and by Prisma's own engine, so that
 * `prisma migrate` finds its `_prisma_migrations` as it left it. Costs two queries when nothing is to be done.
 *
 * @param url connection string; the database must exist
 * @param folder of the migrations, for tests
 * @returns the names of the migrations that were applied now
 * @throws Error when a migration fails or the database holds one that failed before
 */
export async function migrate(url: string, folder = MIGRATIONS): Promise<string[]> {
  const migrations = migrationsIn(folder);
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await client.query("SELECT pg_advisory_lock($1)", [LOCK_KEY]);
    if (await isCurrent(client, migrations)) return [];
    return await applyPending(url, folder, migrations);
  } finally {
    await client.end();
  }
}

async function isCurrent(client: pg.Client, migrations: Migration[]): Promise<boolean> {
  const { rows } = await client.query<{ found: boolean }>(
    "SELECT to_regclass('_prisma_migrations') IS NOT NULL AS found",
  );
  if (!rows[0]?.found) return migrations.length === 0;
  const applied = await client.query<{ name: string; checksum: string }>(
    `SELECT migration_name AS name, checksum FROM _prisma_migrations
     WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL`,
  );
  const checksums = new Map(applied.rows.map(({ name, checksum }) => [name, checksum]));
  return migrations.every(({ name, checksum }) => checksums.get(name) === checksum);
}

async function applyPending(url: string, folder: string, migrations: Migration[]): Promise<string[]> {
  // Loaded late: the engine is 5 MB of WebAssembly and mostly there is nothing to apply.
  const [{ SchemaEngine: engines }, { engineAdapter }] = await Promise.all([
    import("@prisma/schema-engine-wasm"),
    import("./engine/adapter.ts"),
  ]);
  const adapter = engineAdapter(url);
  let engine: SchemaEngine | undefined;
  try {
    engine = await engines.new({ datamodels: undefined }, () => {}, adapter);
    const { appliedMigrationNames } = await engine.applyMigrations({
      migrationsList: listOf(folder, migrations),
      filters: { externalTables: [], externalEnums: [] },
    });
    return appliedMigrationNames;
  } finally {
    engine?.free();
    await adapter.close();
  }
}

function listOf(folder: string, migrations: Migration[]): MigrationList {
  const lockfile = join(folder, "migration_lock.toml");
  return {
    baseDir: folder,
    lockfile: {
      path: "migration_lock.toml",
      content: existsSync(lockfile) ? readFileSync(lockfile, "utf8") : null,
    },
    shadowDbInitScript: "",
    migrationDirectories: migrations.map(({ name, script }) => ({
      path: name,
      migrationFile: { path: "migration.sql", content: { tag: "ok", value: script } },
    })),
  };
}
