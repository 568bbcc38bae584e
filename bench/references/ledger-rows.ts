import { randomBytes } from "node:crypto";
import { randomIds } from "@ade/core/kernel/ids";

/** What the ledger's columns hold for one fact, in the order of ENTRY_COLUMNS. */
export type LedgerRow = readonly unknown[];

export const ENTRY_COLUMNS = `id, action, entity_type, entity_id, task_id, actor_kind, actor_id, actor_name, via,
  from_state, to_state, service, request_id, detail, personal_digest`;
const COLUMN_COUNT = 15;

export type FactOf = {
  action: string;
  entity_type: string;
  entity_id: string;
  task_id: string;
  from_state: string | null;
  to_state: string | null;
  detail: string;
};

/** One row of ledger_entry, as core's facts fill it. */
export function ledgerRow(fact: FactOf, actor: { kind: string; id: string; name: string }): LedgerRow {
  const { action, entity_type, entity_id, task_id, from_state, to_state, detail } = fact;
  return [
    ...[randomIds.uuid(), action, entity_type, entity_id, task_id],
    ...[actor.kind, actor.id, actor.name, "session:01890000-0000-7000-8000-000000000000"],
    ...[from_state, to_state, "api", "01890000-0000-7000-8000-000000000000", detail, hex()],
  ];
}

/** Sixty-four hexadecimal digits, as a SHA-256 has. */
export const hex = (): string => randomBytes(32).toString("hex");

/** The placeholders of so many ledger rows, for VALUES, the first being `$from`. */
export function rowPlaces(rows: number, from: number): string {
  return Array.from({ length: rows }, (_, row) => {
    const places = Array.from({ length: COLUMN_COUNT }, (_, at) => `$${from + row * COLUMN_COUNT + at}`);
    return `(${places.join(", ")})`;
  }).join(", ");
}

/** The placeholder of the id of each of these rows. */
export function idPlaces(rows: number, from: number): string[] {
  return Array.from({ length: rows }, (_, row) => `$${from + row * COLUMN_COUNT}::uuid`);
}
