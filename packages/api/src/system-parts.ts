import { readdir } from "node:fs/promises";
import type { Core } from "@ade/core/core";
import { z } from "zod";

/** A worker that was seen this long ago counts as there. */
const WORKER_SEEN_S = 30;

const part = z.strictObject({ ok: z.boolean(), detail: z.string() });
export const systemParts = z.strictObject({
  postgresql: part,
  redis: part,
  migrations: part,
  first_admin: part,
  worker: part,
});
export type SystemParts = z.infer<typeof systemParts>;
export type Part = z.infer<typeof part>;

/** Which parts are up, each with a sentence. A part that cannot be asked is not ok; nothing throws. */
export async function readSystemParts(core: Core, migrationsFolder: string): Promise<SystemParts> {
  const { pool, redis } = core.connections;
  const ask = async <T>(text: string): Promise<T | undefined> =>
    (await pool.query(text)).rows[0] as T | undefined;
  const [postgresql, redisPart, migrations, first_admin, worker] = await Promise.all([
    tried(async () => {
      await ask("SELECT 1");
      return up("answers");
    }),
    tried(async () => {
      await redis.ping();
      return up("answers");
    }),
    tried(async () => {
      const known = (await readdir(migrationsFolder, { withFileTypes: true })).filter((entry) =>
        entry.isDirectory(),
      );
      const row = await ask<{ done: string[] }>(
        "SELECT coalesce(array_agg(migration_name), '{}') AS done FROM _prisma_migrations WHERE finished_at IS NOT NULL",
      );
      const missing = known.filter(({ name }) => !row?.done.includes(name));
      return missing.length === 0
        ? up(`${known.length} done`)
        : down(`${missing.length} of ${known.length} to be done`);
    }),
    tried(async () => {
      const row = await ask<{ there: boolean }>(
        `SELECT EXISTS (SELECT 1 FROM "user" WHERE active AND 'admin' = ANY(roles)) AS there`,
      );
      return row?.there ? up("exists") : down("there is no admin yet");
    }),
    tried(async () => {
      const row = await ask<{ seen: number; age: number | null }>(
        `SELECT count(*) FILTER (WHERE last_seen_at > now() - interval '${WORKER_SEEN_S} seconds')::int AS seen,
           extract(epoch FROM now() - max(last_seen_at))::float8 AS age FROM worker`,
      );
      if (row && row.seen > 0) return up(`${row.seen} seen within ${WORKER_SEEN_S} s`);
      return down(row?.age == null ? "none has been seen" : `last seen ${Math.round(row.age)} s ago`);
    }),
  ]);
  return { postgresql, redis: redisPart, migrations, first_admin, worker };
}

const up = (detail: string): Part => ({ ok: true, detail });
const down = (detail: string): Part => ({ ok: false, detail });

/** The thrown thing's text stays inside: it may name hosts and users. */
async function tried(check: () => Promise<Part>): Promise<Part> {
  return check().catch(() => down("does not answer"));
}
