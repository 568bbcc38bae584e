import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "prisma/config";

const here = dirname(fileURLToPath(import.meta.url));
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= join(here, "engine/schema-engine");

/** `DATABASE_URL`, else the embedded database of a running `npm start`. */
function databaseUrl(): string | undefined {
  if (process.env.DATABASE_URL) return process.env.DATABASE_URL;
  const kept = join(resolve(here, "..", process.env.ADE_DATA_DIR ?? ".ade"), "postgres.json");
  return existsSync(kept) ? (JSON.parse(readFileSync(kept, "utf8")) as { url: string }).url : undefined;
}

const url = databaseUrl();

export default defineConfig({
  schema: "schema.prisma",
  migrations: { path: "migrations" },
  ...(url ? { datasource: { url } } : {}),
});
