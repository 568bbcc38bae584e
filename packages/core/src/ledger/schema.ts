import { z } from "zod";
import type { Pagination } from "../kernel/page.ts";

/** One thing that happened, as a slice states it. Becomes one immutable row of the ledger. */
export type Fact = {
  /** Entity and past tense: `task.submitted`. */
  readonly action: string;
  readonly entity_type: string;
  readonly entity_id: string;
  readonly task_id?: string | undefined;
  readonly from_state?: string | undefined;
  readonly to_state?: string | undefined;
  readonly reason?: string | undefined;
  readonly ticket_ref?: string | undefined;
  /** What events and auditors need beyond that. Never a secret, never an address. */
  readonly detail?: Record<string, unknown> | undefined;
};

/** An entry as the audit page and `GET /audit` show it; addresses only to admins. */
export const auditEntry = z.strictObject({
  id: z.uuid(),
  /** Place in the chain; null until sealed. */
  seq: z.int().nullable(),
  hash: z.string().nullable(),
  at: z.string(),
  action: z.string(),
  entity_type: z.string(),
  entity_id: z.string(),
  task_id: z.string().nullable(),
  actor_kind: z.string(),
  actor_id: z.string(),
  actor_name: z.string(),
  via: z.string(),
  on_behalf_of: z.string().nullable(),
  from_state: z.string().nullable(),
  to_state: z.string().nullable(),
  reason: z.string().nullable(),
  ticket_ref: z.string().nullable(),
  service: z.string(),
  request_id: z.string().nullable(),
  detail: z.record(z.string(), z.unknown()),
  ip: z.string().nullable().optional(),
  user_agent: z.string().nullable().optional(),
});
export type AuditEntry = z.infer<typeof auditEntry>;

export const auditQuery = z.strictObject({
  task_id: z.uuid().optional(),
  actor_id: z.string().max(100).optional(),
  action: z.string().max(100).optional(),
  entity_id: z.string().max(300).optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
  sort_order: z.enum(["asc", "desc"]).default("desc"),
  limit: z.int().min(1).max(200).default(50),
  cursor: z.string().max(500).optional(),
});
export type AuditQuery = z.infer<typeof auditQuery>;
export const auditList = z.strictObject({ entries: z.array(auditEntry), next_cursor: z.string().optional() });

/** Page and limit, or the cursor of the page before. */
export type HistoryQuery = { page: number; limit: number; cursor?: string | undefined };
/** The entries of one action as a slice's own history pages them. */
export type History = { entries: AuditEntry[]; pagination: Pagination };

export const CHAIN_FAULTS = [
  "ENTRY_CHANGED",
  "ENTRY_MISSING",
  "LINK_BROKEN",
  "SEQUENCE_GAP",
  "ENTRY_UNCHAINED",
  "PERSONAL_CHANGED",
  "ANCHOR_MISMATCH",
  "TAIL_CUT_OFF",
] as const;

/** What checking the chain found. `ok` is false at the first fault, which is named. */
export const verifyReport = z.strictObject({
  ok: z.boolean(),
  sealed: z.int(),
  unsealed: z.int(),
  head: z.strictObject({ seq: z.int(), hash: z.string() }).nullable(),
  anchors: z.int(),
  fault: z
    .strictObject({
      kind: z.enum(CHAIN_FAULTS),
      seq: z.int().nullable(),
      entry_id: z.string().nullable(),
      message: z.string(),
    })
    .nullable(),
  checked_at: z.string(),
});
export type VerifyReport = z.infer<typeof verifyReport>;

/** An event as it goes out. Durable ones carry an id that grows in commit order; live ones none. */
export type LedgerEvent = {
  readonly id: string | null;
  readonly event: string;
  readonly timestamp: string;
  readonly channels: readonly string[];
  readonly payload: Record<string, unknown>;
};

/** An event before it has an id and a time. */
export type EventDraft = Pick<LedgerEvent, "event" | "channels" | "payload">;
