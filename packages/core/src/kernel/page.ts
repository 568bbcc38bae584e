import { z } from "zod";
import { errors } from "./errors.ts";

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

/** `timestamptz::text` of PostgreSQL, which a cursor keeps to the microsecond. */
export const timeKey = z.string().regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?[+-]\d\d(:\d\d)*$/);
/** The cursors of lists by time and of lists by name. */
export const timeAndId = z.tuple([timeKey, z.uuid()]);
export const nameAndId = z.tuple([z.string(), z.uuid()]);

/** The parts of a cursor; undefined where there is none. VALIDATION_ERROR where it is none of this list's. */
export function decodeCursor<T extends z.ZodType>(
  cursor: string | undefined,
  parts: T,
): z.output<T> | undefined {
  if (cursor === undefined) return undefined;
  const read = parts.safeParse(jsonOf(cursor));
  if (read.success) return read.data;
  throw errors.VALIDATION_ERROR({ details: [{ field: "cursor", issue: "was not made by this list" }] });
}

function jsonOf(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, "base64url").toString());
  } catch {
    return undefined;
  }
}
