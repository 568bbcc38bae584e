import type { Pool, PoolClient } from "pg";
import type { Prisma } from "../../generated/client.ts";
import { decodeCursor, encodeCursor, timeAndId } from "../../kernel/page.ts";
import { type DeliveryEntry, type WebhookEntry, type WebhookFormat, webhookFilter } from "../schema.ts";
import type { Listener } from "./match.ts";

export type ActiveSubscription = Listener;

/** What events are held against, read afresh: the table is small. */
export async function activeSubscriptions(db: Pool | PoolClient): Promise<ActiveSubscription[]> {
  const { rows } = await db.query<ActiveSubscription>({
    name: "webhooks-active",
    text: "SELECT id, events, filter FROM webhook_subscription WHERE active",
  });
  return rows;
}

type Row = Prisma.webhook_subscriptionGetPayload<object>;
type Last = { subscription_id: string; status: string; at: Date };

export function presentWebhook(row: Row, last: Last | undefined): WebhookEntry {
  return {
    id: row.id,
    version: row.version,
    name: row.name,
    origin: row.url,
    events: row.events,
    filter: webhookFilter.parse(row.filter),
    format: row.format as WebhookFormat,
    active: row.active,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    last: last ? { status: last.status, at: last.at.toISOString() } : null,
  };
}

/** The newest ended delivery of each of these subscriptions. */
export async function lastDeliveries(pool: Pool, ids: readonly string[]): Promise<Map<string, Last>> {
  const { rows } = await pool.query<Last>({
    name: "webhooks-last",
    text: `SELECT d.subscription_id, d.status, coalesce(d.delivered_at, d.next_attempt_at) AS at
      FROM unnest($1::uuid[]) AS s(id) CROSS JOIN LATERAL (SELECT * FROM delivery
        WHERE subscription_id = s.id AND status <> 'pending' ORDER BY created_at DESC LIMIT 1) d`,
    values: [ids],
  });
  return new Map(rows.map((row) => [row.subscription_id, row]));
}

type DeliveryRow = Omit<DeliveryEntry, "created_at" | "next_attempt_at" | "delivered_at"> & {
  created_at: Date;
  next_attempt_at: Date;
  delivered_at: Date | null;
  created_key: string;
};

/** A subscription's log, newest first. */
export async function listDeliveries(
  pool: Pool,
  query: { id: string; limit: number; cursor?: string | undefined },
): Promise<{ deliveries: DeliveryEntry[]; next_cursor?: string }> {
  const after = decodeCursor(query.cursor, timeAndId);
  const { rows } = await pool.query<DeliveryRow>({
    name: "webhook-deliveries",
    text: `SELECT id, event, status, attempts, response_status, error, created_at, next_attempt_at, delivered_at,
        created_at::text AS created_key FROM delivery
      WHERE subscription_id = $1::uuid AND ($2::timestamptz IS NULL OR (created_at, id) < ($2::timestamptz, $3::uuid))
      ORDER BY created_at DESC, id DESC LIMIT $4`,
    values: [query.id, after?.[0] ?? null, after?.[1] ?? null, query.limit + 1],
  });
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  return {
    deliveries: page.map(({ created_key: _key, ...row }) => ({
      ...row,
      created_at: row.created_at.toISOString(),
      next_attempt_at: row.status === "pending" ? row.next_attempt_at.toISOString() : null,
      delivered_at: row.delivered_at?.toISOString() ?? null,
    })),
    ...(rows.length > query.limit && last ? { next_cursor: encodeCursor([last.created_key, last.id]) } : {}),
  };
}
