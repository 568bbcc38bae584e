import type { Pool } from "pg";
import { FORGET_BATCH, forgetRecords } from "../../forget-records.ts";
import type { Forgetting } from "../../port.ts";

/**
 * How far a request came: `sent` before it leaves, `unsent` where it could not, `answered` as expected, `refused`
 * otherwise, `compensated` once it was undone.
 */
export type ReceiptState = "sent" | "unsent" | "answered" | "refused" | "compensated";
export type Receipt = { readonly state: ReceiptState; readonly status: number | null };

/** True where nothing can have come of it: it never left, the other side refused it as wrong, or it was undone. */
export function isWithoutEffect(receipt: Receipt | null): boolean {
  if (!receipt || receipt.state === "unsent" || receipt.state === "compensated") return true;
  const { state, status } = receipt;
  return state === "refused" && status !== null && status >= 400 && status < 500;
}

/**
 * What is known of a request after one more try of it: what may have taken effect stays so, though a later try was
 * refused or did not leave (pure).
 */
export const further = (known: Receipt | null, tried: Receipt): Receipt =>
  known && isWithoutEffect(tried) && !isWithoutEffect(known) ? known : tried;

export type Receipts = {
  /** Forgets old ones whose tasks nobody needs to know of any more. */
  forget(old: Forgetting): Promise<void>;
  read(key: string): Promise<Receipt | null>;
  write(key: string, receipt: Receipt): Promise<void>;
};

/** What is known of requests by their idempotency key, in PostgreSQL: whoever comes next knows what was sent. */
export function createReceipts(pool: Pick<Pool, "query">): Receipts {
  return {
    forget: ({ keep_days, stillNeeded }) =>
      forgetRecords<{ idempotency_key: string }>(
        { stillNeeded },
        {
          async next(after) {
            const { rows } = await pool.query<{ idempotency_key: string }>({
              name: "http-receipt-old",
              text: `SELECT idempotency_key FROM http_receipt WHERE updated_at < now() - make_interval(days => $1::int)
                AND idempotency_key > $2 ORDER BY idempotency_key LIMIT ${FORGET_BATCH}`,
              values: [keep_days, after?.idempotency_key ?? ""],
            });
            return rows;
          },
          remove: (keys) =>
            pool.query({
              name: "http-receipt-forget",
              text: "DELETE FROM http_receipt WHERE idempotency_key = ANY($1::text[])",
              values: [keys],
            }),
        },
      ),
    async read(key) {
      const { rows } = await pool.query<Receipt>({
        name: "http-receipt",
        text: "SELECT state, status FROM http_receipt WHERE idempotency_key = $1",
        values: [key],
      });
      return rows[0] ?? null;
    },
    async write(key, { state, status }) {
      await pool.query({
        name: "http-receipt-write",
        text: `INSERT INTO http_receipt (idempotency_key, state, status) VALUES ($1, $2, $3)
          ON CONFLICT (idempotency_key) DO UPDATE SET state = $2, status = $3, updated_at = now()`,
        values: [key, state, status],
      });
    },
  };
}
