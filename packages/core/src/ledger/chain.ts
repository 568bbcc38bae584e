import { createHash } from "node:crypto";
import { canonicalJson } from "../kernel/canonical-json.ts";

/** The previous hash of the first entry. */
export const GENESIS = "0".repeat(64);

/** The columns of an entry that the chain covers, as PostgreSQL returns them (time in microseconds, as text). */
export const CHAINED_COLUMNS = [
  "id",
  "at",
  "action",
  "entity_type",
  "entity_id",
  "task_id",
  "actor_kind",
  "actor_id",
  "actor_name",
  "via",
  "on_behalf_of",
  "from_state",
  "to_state",
  "reason",
  "ticket_ref",
  "service",
  "request_id",
  "detail",
  "personal_digest",
] as const;
export type ChainedEntry = Readonly<Record<(typeof CHAINED_COLUMNS)[number], unknown>>;

/** SQL for the covered columns: `at` as UTC text with microseconds, because a JS Date would cut them off. */
export function chainedColumns(alias: string): string {
  return CHAINED_COLUMNS.map((column) =>
    column === "at"
      ? `to_char(${alias}.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at`
      : `${alias}.${column}`,
  ).join(", ");
}

/** Hash of one link: SHA-256 over canonical JSON (RFC 8785) of place, previous hash and entry. */
export function linkHash(seq: number, prev: string, entry: ChainedEntry): string {
  const covered = Object.fromEntries(CHAINED_COLUMNS.map((column) => [column, entry[column]]));
  return createHash("sha256")
    .update(canonicalJson({ seq, prev, entry: covered }))
    .digest("hex");
}

/** What of a person's address enters the chain: a salted digest, so that erasing the row leaves nothing to guess from. */
export function personalDigest(salt: string, ip: string | null, userAgent: string | null): string {
  return createHash("sha256")
    .update(canonicalJson({ salt, ip, user_agent: userAgent }))
    .digest("hex");
}
