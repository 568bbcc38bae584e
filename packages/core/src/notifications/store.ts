import type { Pool, PoolClient } from "pg";
import { decodeCursor, encodeCursor, timeAndId } from "../kernel/page.ts";
import { readEntries, type SealedEntry } from "../ledger/service.ts";
import type { ListNotificationsQuery, NotificationEntry, NotificationList } from "./schema.ts";
import { REQUESTS, type Settled } from "./settled.ts";
import type { Telling } from "./tell.ts";

/** Where in the chain telling has come to; one row, so that one process at a time tells. */
const PLACE = "notifications";
const COUNTED = 100;

/** Begins where the chain is now: what happened before nobody was told about is history. */
export async function ensurePlace(pool: Pool): Promise<void> {
  await pool.query(
    `INSERT INTO setting (key, value) SELECT $1, jsonb_build_object('seq', coalesce(max(seq), 0)) FROM ledger_chain
      ON CONFLICT (key) DO NOTHING`,
    [PLACE],
  );
}

/** The next entries, with the place locked until the transaction ends; null where another process tells just now. */
export async function takePlace(client: PoolClient): Promise<SealedEntry[] | null> {
  const { rows } = await client.query<{ seq: number }>({
    name: "notify-place",
    text: "SELECT (value->>'seq')::float8 AS seq FROM setting WHERE key = $1 FOR UPDATE SKIP LOCKED",
    values: [PLACE],
  });
  return rows[0] ? readEntries(client, rows[0].seq) : null;
}

export async function movePlace(client: PoolClient, seq: number): Promise<void> {
  await client.query({
    name: "notify-move",
    text: "UPDATE setting SET value = jsonb_build_object('seq', $2::bigint), updated_at = now() WHERE key = $1",
    values: [PLACE, seq],
  });
}

export type NewNotification = Telling & { id: string; entry_id: string; created_at: string };

/** Answers whom it really told: one person is told of one entry once, whoever tells. */
export async function insertNotifications(
  client: PoolClient,
  rows: readonly NewNotification[],
): Promise<string[]> {
  if (rows.length === 0) return [];
  const { rows: told } = await client.query<{ user_id: string }>({
    name: "notify-insert",
    text: `INSERT INTO notification (id, user_id, entry_id, kind, task_id, title, body, href, created_at)
      SELECT * FROM jsonb_to_recordset($1::jsonb) AS n(id uuid, user_id uuid, entry_id uuid, kind text, task_id uuid,
        title text, body text, href text, created_at timestamptz)
      ON CONFLICT (user_id, entry_id, kind) DO NOTHING RETURNING user_id`,
    values: [JSON.stringify(rows)],
  });
  return [...new Set(told.map(({ user_id }) => user_id))];
}

/** Marks as read what nobody has to answer any more; answers whose it was. */
export async function markSettled(client: PoolClient, settled: readonly Settled[]): Promise<string[]> {
  if (settled.length === 0) return [];
  const { rows } = await client.query<{ user_id: string }>({
    name: "notify-settled",
    text: `UPDATE notification n SET read_at = now()
      FROM jsonb_to_recordset($1::jsonb) AS s(task_id uuid, user_id uuid, until timestamptz)
      WHERE n.task_id = s.task_id AND n.user_id = coalesce(s.user_id, n.user_id) AND n.created_at <= s.until
        AND n.kind = ANY($2::text[]) AND n.read_at IS NULL RETURNING n.user_id`,
    values: [JSON.stringify(settled), REQUESTS],
  });
  return [...new Set(rows.map(({ user_id }) => user_id))];
}

const UNREAD = `SELECT count(*)::int AS unread FROM (SELECT 1 FROM notification
  WHERE user_id = $1::uuid AND read_at IS NULL LIMIT ${COUNTED}) counted`;

export async function countUnread(pool: Pool, userId: string): Promise<number> {
  const { rows } = await pool.query({ name: "notify-unread", text: UNREAD, values: [userId] });
  return rows[0].unread;
}

type Row = Omit<NotificationEntry, "created_at" | "read_at"> & { created_at: Date; read_at: Date | null };

/** One person's, newest first. */
export async function listNotifications(
  pool: Pool,
  userId: string,
  query: ListNotificationsQuery,
): Promise<NotificationList> {
  const after = decodeCursor(query.cursor, timeAndId);
  const { rows } = await pool.query<Row & { created_key: string }>({
    name: "notify-list",
    text: `SELECT id, kind, title, body, href, task_id, created_at, read_at, created_at::text AS created_key
      FROM notification WHERE user_id = $1::uuid AND (NOT $2::boolean OR read_at IS NULL)
        AND ($3::timestamptz IS NULL OR (created_at, id) < ($3::timestamptz, $4::uuid))
      ORDER BY created_at DESC, id DESC LIMIT $5`,
    values: [userId, query.unread, after?.[0] ?? null, after?.[1] ?? null, query.limit + 1],
  });
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  return {
    notifications: page.map(({ created_key: _key, ...row }) => ({
      ...row,
      created_at: row.created_at.toISOString(),
      read_at: row.read_at?.toISOString() ?? null,
    })),
    unread: await countUnread(pool, userId),
    ...(rows.length > query.limit && last ? { next_cursor: encodeCursor([last.created_key, last.id]) } : {}),
  };
}

/** Marks one's own as read: these, or all (`ids` null). Answers how many were not yet. */
export async function markRead(pool: Pool, userId: string, ids: readonly string[] | null): Promise<number> {
  const { rowCount } = await pool.query({
    name: "notify-read",
    text: `UPDATE notification SET read_at = now() WHERE user_id = $1::uuid AND read_at IS NULL
      AND ($2::uuid[] IS NULL OR id = ANY($2::uuid[]))`,
    values: [userId, ids],
  });
  return rowCount ?? 0;
}
