import type { Pool } from "pg";
import { type HotWrite, hotWrite, json } from "../ledger/service.ts";
import { type DelegationRule, stateAt } from "./match.ts";
import type { DelegationEntry, DelegationInput } from "./schema.ts";

/** A delegation's row, times as ISO text to the microsecond (a Date would cut them off). */
export type DelegationRow = DelegationRule & {
  version: number;
  note: string | null;
  created_at: string;
  updated_at: string;
};
/** What its owner writes. */
export type DelegationContent = Pick<
  DelegationRow,
  "conditions" | "delegate_to" | "cascade" | "starts_at" | "expires_at" | "note" | "active"
>;

const iso = (column: string) =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS ${column}`;
const COLUMNS = `id, version, owner_id, delegate_to, conditions, cascade, note, active,
  ${["starts_at", "expires_at", "created_at", "updated_at"].map(iso).join(", ")}`;

/** Those that can still be taken: switched on and, by PostgreSQL's clock, not ended. One prepared statement. */
export async function loadActive(pool: Pool): Promise<DelegationRow[]> {
  const { rows } = await pool.query<DelegationRow>({
    name: "delegations-active",
    text: `SELECT ${COLUMNS} FROM delegation
      WHERE active AND (expires_at IS NULL OR expires_at > clock_timestamp()) ORDER BY id`,
  });
  return rows;
}

/** A person's own, those that come to them, or all: the newest first. */
export async function listDelegations(
  pool: Pool,
  of: { owner_id?: string; delegate_to?: string },
): Promise<DelegationRow[]> {
  const { rows } = await pool.query<DelegationRow>({
    name: "delegations-list",
    text: `SELECT ${COLUMNS} FROM delegation
      WHERE ($1::uuid IS NULL AND $2::uuid IS NULL) OR owner_id = $1 OR delegate_to = $2 ORDER BY id DESC`,
    values: [of.owner_id ?? null, of.delegate_to ?? null],
  });
  return rows;
}

export async function findDelegation(pool: Pool, id: string): Promise<DelegationRow | null> {
  const { rows } = await pool.query<DelegationRow>({
    name: "delegation-find",
    text: `SELECT ${COLUMNS} FROM delegation WHERE id = $1`,
    values: [id],
  });
  return rows[0] ?? null;
}

/** Enters a delegation, where its owner has fewer than `most`; answers its row, or none. */
export function insertDelegation(
  id: string,
  owner: string,
  content: DelegationContent,
  most: number,
): HotWrite {
  return hotWrite("delegation-insert", (p) => {
    const owner_id = `${p(owner)}::uuid`;
    return `guard AS (INSERT INTO delegation (id, owner_id, delegate_to, conditions, cascade, starts_at,
        expires_at, note, active)
      SELECT ${p(id)}::uuid, ${owner_id}, ${p(content.delegate_to)}::uuid, ${p(json(content.conditions))}::jsonb,
        ${p(content.cascade)}::boolean, ${p(content.starts_at)}::timestamptz, ${p(content.expires_at)}::timestamptz,
        ${p(content.note)}::text, ${p(content.active)}::boolean
      WHERE (SELECT count(*) FROM delegation d WHERE d.owner_id = ${owner_id}) < ${p(most)}::int
      RETURNING ${COLUMNS})`;
  });
}

/** Compare-and-swap on the version; no row where somebody else was faster. */
export function updateDelegation(
  current: Pick<DelegationRow, "id" | "version">,
  content: DelegationContent,
): HotWrite {
  return hotWrite(
    "delegation-update",
    (p) => `guard AS (UPDATE delegation SET delegate_to = ${p(content.delegate_to)}::uuid,
        conditions = ${p(json(content.conditions))}::jsonb, cascade = ${p(content.cascade)}::boolean,
        starts_at = ${p(content.starts_at)}::timestamptz, expires_at = ${p(content.expires_at)}::timestamptz,
        note = ${p(content.note)}::text, active = ${p(content.active)}::boolean, version = version + 1,
        updated_at = now()
      WHERE id = ${p(current.id)}::uuid AND version = ${p(current.version)}::int RETURNING ${COLUMNS})`,
  );
}

export function deleteDelegation(current: Pick<DelegationRow, "id" | "version">): HotWrite {
  return hotWrite(
    "delegation-delete",
    (p) => `guard AS (DELETE FROM delegation
      WHERE id = ${p(current.id)}::uuid AND version = ${p(current.version)}::int RETURNING id)`,
  );
}

/** What was just written, or what was asked for, as a content. */
export function contentOf(input: DelegationInput): DelegationContent {
  return {
    conditions: input.conditions,
    delegate_to: input.delegate_to,
    cascade: input.cascade,
    starts_at: input.starts_at ?? null,
    expires_at: input.expires_at ?? null,
    note: input.note ?? null,
    active: input.active,
  };
}

/** A row as it goes out: names beside ids, and where it stands at `now`. */
export function presentDelegation(
  row: DelegationRow,
  nameOf: (id: string) => string,
  now: Date,
): DelegationEntry {
  const { id, version, owner_id, delegate_to, conditions, cascade, active } = row;
  return {
    ...{ id, version, owner_id, owner_name: nameOf(owner_id), conditions },
    ...{ delegate_to, delegate_name: nameOf(delegate_to), cascade, active },
    ...(row.starts_at === null ? {} : { starts_at: short(row.starts_at) }),
    ...(row.expires_at === null ? {} : { expires_at: short(row.expires_at) }),
    ...(row.note === null ? {} : { note: row.note }),
    state: stateAt(row, now),
    created_at: short(row.created_at),
    updated_at: short(row.updated_at),
  };
}

/** Milliseconds where they say all, as everywhere on the wire. */
function short(time: string): string {
  return time.replace(/000Z$/, "Z");
}
