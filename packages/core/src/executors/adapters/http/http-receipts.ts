import type { Pool } from "pg";

/**
 * How far a request came: `sent` before it leaves, `unsent` where it could not, `answered` as expected, `refused`
 * otherwise, `compensated` once it was undone.
 */
export type ReceiptState = "sent" | "unsent" | "answered" | "refused" | "compensated";
export type Receipt = { readonly state: ReceiptState; readonly status: number | null };

export type Receipts = {
  read(key: string): Promise<Receipt | null>;
  write(key: string, receipt: Receipt): Promise<void>;
};

/** What is known of requests by their idempotency key, in PostgreSQL: whoever comes next knows what was sent. */
export function createReceipts(pool: Pick<Pool, "query">): Receipts {
  return {
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
