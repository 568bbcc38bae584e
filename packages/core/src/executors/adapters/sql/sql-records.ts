import { ExecutorFailure } from "../../errors.ts";
import { OWN_SCHEMA } from "./sql-refusals.ts";
import type { SqlSession } from "./sql-session.ts";

/** What is kept in the changed database itself, in the transaction that changes it. */
export type Applied = {
  readonly status: "applied" | "rolled_back";
  readonly objects: readonly string[];
  /** Hash of those objects' definitions as they were left. */
  readonly after_digest: string;
};

const TABLES = [
  `CREATE SCHEMA IF NOT EXISTS ${OWN_SCHEMA}`,
  `CREATE TABLE IF NOT EXISTS ${OWN_SCHEMA}.applied (
    idempotency_key text PRIMARY KEY,
    status text NOT NULL,
    objects jsonb NOT NULL DEFAULT '[]',
    after_digest text NOT NULL DEFAULT '',
    applied_at timestamptz NOT NULL DEFAULT now(),
    rolled_back_at timestamptz)`,
  `CREATE TABLE IF NOT EXISTS ${OWN_SCHEMA}.fence (
    resource text PRIMARY KEY,
    token bigint NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now())`,
];

export async function isSuperuser(session: SqlSession): Promise<boolean> {
  const [row] = await session.ask<{ rolsuper: boolean }>(
    "SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user",
  );
  return row?.rolsuper === true;
}

/**
 * Makes the tables where they are missing, in the transaction that is open. Throws ExecutorFailure where the role may
 * not; 23505 where somebody else makes them in the same moment.
 */
export async function prepareRecords(session: SqlSession, connection: string): Promise<void> {
  const [found] = await session.ask<{ both: boolean; role: string }>(
    `SELECT pg_catalog.to_regclass('${OWN_SCHEMA}.applied') IS NOT NULL
      AND pg_catalog.to_regclass('${OWN_SCHEMA}.fence') IS NOT NULL AS both, session_user AS role`,
  );
  if (found?.both) return;
  try {
    for (const text of TABLES) await session.run(text);
  } catch (error) {
    if ((error as { code?: string }).code !== "42501") throw error;
    throw new ExecutorFailure(
      `The role of connection ${connection} may not make the schema ${OWN_SCHEMA}, in which it is recorded what was applied. Its owner can: CREATE SCHEMA ${OWN_SCHEMA} AUTHORIZATION "${found?.role}".`,
    );
  }
}

/**
 * Enters the key as applied, in the transaction that is open; waits while another transaction that has entered it
 * still runs. Null where it is entered now, else what stands there.
 */
export async function enterKey(session: SqlSession, key: string): Promise<Applied | null> {
  const entered = await session.ask(
    `INSERT INTO ${OWN_SCHEMA}.applied (idempotency_key, status) VALUES ($1, 'applied')
      ON CONFLICT (idempotency_key) DO NOTHING RETURNING 1`,
    [key],
  );
  if (entered.length > 0) return null;
  const [row] = await session.ask<Applied>(
    `SELECT status, objects, after_digest FROM ${OWN_SCHEMA}.applied WHERE idempotency_key = $1 FOR UPDATE`,
    [key],
  );
  if (!row)
    throw new ExecutorFailure("The record of what was applied was removed meanwhile.", { retryable: true });
  return row;
}

/** Completes the key's entry. ExecutorFailure where a statement has removed it. */
export async function keepRecord(session: SqlSession, key: string, applied: Applied): Promise<void> {
  const rows = await session.ask(
    `UPDATE ${OWN_SCHEMA}.applied SET status = $2::text, objects = $3::jsonb, after_digest = $4,
      rolled_back_at = CASE WHEN $2::text = 'rolled_back' THEN now() END WHERE idempotency_key = $1 RETURNING 1`,
    [key, applied.status, JSON.stringify(applied.objects), applied.after_digest],
  );
  if (rows.length === 0)
    throw new ExecutorFailure(`The statements removed ${OWN_SCHEMA}, where they are recorded.`);
}

/**
 * Checks and keeps the tokens of the locks held, in the transaction that is open: who has an older one than somebody
 * before changes nothing. The rows stay locked until its end.
 */
export async function passFence(
  session: SqlSession,
  tokens: Readonly<Record<string, number>>,
): Promise<void> {
  for (const [resource, token] of Object.entries(tokens).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const passed = await session.ask(
      `INSERT INTO ${OWN_SCHEMA}.fence AS f (resource, token) VALUES ($1, $2)
        ON CONFLICT (resource) DO UPDATE SET token = excluded.token, changed_at = now() WHERE f.token <= excluded.token
        RETURNING 1`,
      [resource, token],
    );
    if (passed.length === 0) {
      throw new ExecutorFailure(
        `Somebody with a newer lock on ${resource} was here since; nothing was changed.`,
      );
    }
  }
}
