import { z } from "zod";

/** Page request of every list: page and limit, or a cursor from the previous answer. */
export const pageQuery = {
  page: z.int().min(1).default(1),
  limit: z.int().min(1).max(100).default(20),
  cursor: z.string().max(500).optional(),
};

/** Totals are counted exactly up to this many rows; beyond it counting costs more than it tells. */
export const EXACT_TOTAL_LIMIT = 10_000;

export const pagination = z.strictObject({
  page: z.int(),
  limit: z.int(),
  total: z.int(),
  total_is_exact: z.boolean(),
  has_more: z.boolean(),
  next_cursor: z.string().optional(),
});
export type Pagination = z.infer<typeof pagination>;

/** Packs the sort key of a page's last row; opaque to callers. */
export function encodeCursor(parts: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(parts)).toString("base64url");
}

/** The parts of a cursor, or null where it was not made by encodeCursor with `length` parts. */
export function decodeCursor(cursor: string, length: number): (string | number)[] | null {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    const isOurs =
      Array.isArray(parts) &&
      parts.length === length &&
      parts.every((part) => typeof part === "string" || typeof part === "number");
    return isOurs ? parts : null;
  } catch {
    return null;
  }
}
