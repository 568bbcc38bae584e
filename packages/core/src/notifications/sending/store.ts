import type { Pool, PoolClient } from "pg";

/** A message on its way out; the same id twice is one message. */
export type NewDelivery = {
  id: string;
  channel: "email" | "webhook";
  subscription_id: string | null;
  entry_id: string;
  event: string;
  /** The person or the subscription that it goes to; never an address. */
  target: string;
  payload: Record<string, unknown>;
};

export type DueDelivery = NewDelivery & { attempts: number };

/** Due from now on. */
export async function insertDeliveries(
  db: Pool | PoolClient,
  rows: readonly NewDelivery[],
  now: Date,
): Promise<void> {
  if (rows.length === 0) return;
  await db.query({
    name: "delivery-insert",
    text: `INSERT INTO delivery (id, channel, subscription_id, entry_id, event, target, payload, next_attempt_at)
      SELECT d.*, $2::timestamptz FROM jsonb_to_recordset($1::jsonb) AS d(id uuid, channel text, subscription_id uuid, entry_id uuid,
        event text, target text, payload jsonb)
      ON CONFLICT DO NOTHING`,
    values: [JSON.stringify(rows), now],
  });
}

/**
 * Takes what is due. It counts as an attempt and rests for `leaseSeconds`: should this process die, another one tries
 * it then, so a message can come twice but is never lost.
 */
export async function takeDue(
  pool: Pool,
  now: Date,
  options: { leaseSeconds: number; limit: number },
): Promise<DueDelivery[]> {
  const { rows } = await pool.query<DueDelivery>({
    name: "delivery-take",
    text: `WITH due AS (SELECT id FROM delivery WHERE status = 'pending' AND next_attempt_at <= $1::timestamptz
        ORDER BY next_attempt_at LIMIT $3 FOR UPDATE SKIP LOCKED)
      UPDATE delivery d SET attempts = attempts + 1, next_attempt_at = $1::timestamptz + make_interval(secs => $2)
      FROM due WHERE d.id = due.id
      RETURNING d.id, d.channel, d.subscription_id, d.entry_id, d.event, d.target, d.payload, d.attempts`,
    values: [now, options.leaseSeconds, options.limit],
  });
  return rows;
}

export type Attempted = {
  status: "delivered" | "pending" | "failed";
  response_status: number | null;
  error: string | null;
  next_attempt_at: Date;
};

/** What came of an attempt; nothing where another one has begun meanwhile. */
export async function finishAttempt(
  pool: Pool,
  delivery: Pick<DueDelivery, "id" | "attempts">,
  now: Date,
  outcome: Attempted,
): Promise<boolean> {
  const { rowCount } = await pool.query({
    name: "delivery-finish",
    text: `UPDATE delivery SET status = $3, response_status = $4, error = $5, next_attempt_at = $6,
        delivered_at = CASE WHEN $3 = 'delivered' THEN $7::timestamptz END
      WHERE id = $1::uuid AND attempts = $2 AND status = 'pending'`,
    values: [
      ...[delivery.id, delivery.attempts, outcome.status, outcome.response_status, outcome.error],
      ...[outcome.next_attempt_at, now],
    ],
  });
  return rowCount === 1;
}

/** Where a person's mail goes; null for one who left. */
export async function addressOf(pool: Pool, userId: string): Promise<string | null> {
  const { rows } = await pool.query<{ email: string }>({
    name: "delivery-address",
    text: 'SELECT email FROM "user" WHERE id = $1::uuid AND active',
    values: [userId],
  });
  return rows[0]?.email ?? null;
}

/** Ended ones are kept for the log so long. */
export async function forgetDeliveries(pool: Pool): Promise<void> {
  await pool.query(
    "DELETE FROM delivery WHERE status <> 'pending' AND created_at < now() - interval '30 days'",
  );
  await pool.query("DELETE FROM notification WHERE read_at < now() - interval '90 days'");
}
