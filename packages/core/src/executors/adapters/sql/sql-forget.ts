import { FORGET_BATCH, forgetRecords } from "../../forget-records.ts";
import type { Forgetting } from "../../port.ts";
import type { SqlConnections } from "./sql-connections.ts";
import { OWN_SCHEMA } from "./sql-refusals.ts";
import { openSession, type SqlSession } from "./sql-session.ts";

/** A database that does not answer keeps no other from being cleared. */
const LIMIT_MS = 60_000;
type Old = { idempotency_key: string; at: string };

/**
 * Takes the records of old tasks out of the databases themselves, where nobody needs them any more: neither another
 * attempt nor a rollback. In batches, oldest first; one database after the other.
 */
export async function forgetApplied(connections: SqlConnections, old: Forgetting): Promise<void> {
  for (const [name, connection] of Object.entries(connections)) {
    try {
      const session = await openSession(name, connection, { signal: AbortSignal.timeout(LIMIT_MS) });
      try {
        await clear(session, old);
      } finally {
        await session.close();
      }
    } catch (error) {
      old.onTrouble(error, `connection ${name}`);
    }
  }
}

async function clear(session: SqlSession, old: Forgetting): Promise<void> {
  const [found] = await session.ask<{ there: boolean }>(
    `SELECT pg_catalog.to_regclass('${OWN_SCHEMA}.applied') IS NOT NULL AS there`,
  );
  if (!found?.there) return;
  await forgetRecords<Old>(old, {
    next: (after) =>
      session.ask<Old>(
        `SELECT idempotency_key, last_at::text AS at
          FROM (SELECT idempotency_key, coalesce(rolled_back_at, applied_at) AS last_at FROM ${OWN_SCHEMA}.applied) AS records
          WHERE last_at < now() - make_interval(days => $1::int)
            AND (last_at, idempotency_key) > ($2::timestamptz, $3::text)
          ORDER BY last_at, idempotency_key LIMIT ${FORGET_BATCH}`,
        [old.keep_days, after?.at ?? "-infinity", after?.idempotency_key ?? ""],
      ),
    remove: (keys) =>
      session.ask(`DELETE FROM ${OWN_SCHEMA}.applied WHERE idempotency_key = ANY($1::text[])`, [keys]),
  });
}
