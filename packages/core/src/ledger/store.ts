import type { Pool } from "pg";
import { z } from "zod";
import { decodeCursor, EXACT_TOTAL_LIMIT, encodeCursor } from "../kernel/page.ts";
import { chainedColumns } from "./chain.ts";
import type { AuditEntry, AuditQuery, History, HistoryQuery } from "./schema.ts";

export type AuditScope = {
  /** An agent sees what it did and what happened to its tasks; null sees all. */
  own_principal_id: string | null;
  with_addresses: boolean;
  /** Entries to leave out at the beginning. */
  skip?: number;
};

/** The time as the chain writes it, which other lists' cursors don't. */
const atAndId = z.tuple([z.iso.datetime({ precision: 6 }), z.uuid()]);

/** One page of the ledger by time, sealed or not. @throws VALIDATION_ERROR 400 for a cursor of another list */
export async function listEntries(
  pool: Pool,
  query: AuditQuery,
  scope: AuditScope,
): Promise<{ entries: AuditEntry[]; next_cursor?: string }> {
  const values: unknown[] = [];
  const conditions: string[] = [];
  const where = (condition: (placeholder: string) => string, value: unknown): void => {
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  if (query.task_id) where((p) => `e.task_id = ${p}`, query.task_id);
  if (query.actor_id) where((p) => `e.actor_id = ${p}`, query.actor_id);
  if (query.action) where((p) => `e.action = ${p}`, query.action);
  if (query.entity_id) where((p) => `e.entity_id = ${p}`, query.entity_id);
  if (query.from) where((p) => `e.at >= ${p}`, query.from);
  if (query.to) where((p) => `e.at < ${p}`, query.to);
  if (scope.own_principal_id) {
    where(
      (p) => `(e.actor_id = ${p} OR e.task_id IN (SELECT id FROM task WHERE author_id = ${p}::uuid))`,
      scope.own_principal_id,
    );
  }
  const after = decodeCursor(query.cursor, atAndId);
  const direction = query.sort_order === "asc" ? "ASC" : "DESC";
  if (after) {
    values.push(after[0], after[1]);
    const sign = direction === "ASC" ? ">" : "<";
    conditions.push(`(e.at, e.id) ${sign} ($${values.length - 1}::timestamptz, $${values.length}::uuid)`);
  }
  const { rows } = await pool.query<AuditEntry & { personal_digest?: string }>({
    text: `SELECT ${chainedColumns("e")}, c.seq::float8 AS seq, c.hash, p.ip, p.user_agent
      FROM ledger_entry e LEFT JOIN ledger_chain c ON c.entry_id = e.id
      LEFT JOIN ledger_personal p ON p.entry_id = e.id
      ${conditions.length > 0 ? `WHERE ${conditions.join(" AND ")}` : ""}
      ORDER BY e.at ${direction}, e.id ${direction} LIMIT ${query.limit + 1} OFFSET ${scope.skip ?? 0}`,
    values,
  });
  const page = rows.slice(0, query.limit).map(({ personal_digest: _digest, ip, user_agent, ...entry }) => ({
    ...entry,
    ...(scope.with_addresses ? { ip: ip ?? null, user_agent: user_agent ?? null } : {}),
  }));
  const last = page.at(-1);
  return rows.length > query.limit && last
    ? { entries: page, next_cursor: encodeCursor([last.at, last.id]) }
    : { entries: page };
}

/** A page of one action's entries, the newest first, and how many there are. */
export async function listHistory(pool: Pool, action: string, query: HistoryQuery): Promise<History> {
  const { page, limit, cursor } = query;
  const filter = { action, limit, sort_order: "desc", ...(cursor === undefined ? {} : { cursor }) } as const;
  const skip = cursor === undefined ? (page - 1) * limit : 0;
  const [{ entries, next_cursor }, counted] = await Promise.all([
    listEntries(pool, filter, { own_principal_id: null, with_addresses: false, skip }),
    pool.query<{ total: number }>(
      `SELECT count(*)::int AS total
         FROM (SELECT 1 FROM ledger_entry WHERE action = $1 LIMIT ${EXACT_TOTAL_LIMIT + 1}) counted`,
      [action],
    ),
  ]);
  const { total } = counted.rows[0]!;
  return {
    entries,
    pagination: {
      page,
      limit,
      total: Math.min(total, EXACT_TOTAL_LIMIT),
      total_is_exact: total <= EXACT_TOTAL_LIMIT,
      has_more: next_cursor !== undefined,
      ...(next_cursor === undefined ? {} : { next_cursor }),
    },
  };
}

/** The chain's head, or null while nothing is sealed. */
export async function readHead(pool: Pool): Promise<{ seq: number; hash: string } | null> {
  const { rows } = await pool.query(
    "SELECT seq::float8 AS seq, hash FROM ledger_chain ORDER BY seq DESC LIMIT 1",
  );
  return rows[0] ?? null;
}
