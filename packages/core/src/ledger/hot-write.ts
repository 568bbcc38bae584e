import type { Actor } from "../kernel/actor.ts";
import type { Ids } from "../kernel/ids.ts";
import { personalDigest } from "./chain.ts";
import type { Fact } from "./schema.ts";

/**
 * A write that is one prepared statement, and so one transaction and one round trip.
 * `ctes` is a comma-separated list of common table expressions, one of them named `guard`: the compare-and-swap.
 * Facts are recorded only where `guard` has a row; every other write must hang on `guard` too.
 * `$1` is taken by the facts; the statement's own values begin at `$2`.
 */
export type HotWrite = { readonly name: string; readonly ctes: string; readonly values: readonly unknown[] };

const FACT_COLUMNS = `id uuid, action text, entity_type text, entity_id text, task_id uuid, actor_kind text,
  actor_id text, actor_name text, via text, on_behalf_of text, from_state text, to_state text, reason text,
  ticket_ref text, service text, request_id text, detail jsonb, personal_digest text, salt text, ip text,
  user_agent text`;
const ENTRY_COLUMNS = `id, action, entity_type, entity_id, task_id, actor_kind, actor_id, actor_name, via,
  on_behalf_of, from_state, to_state, reason, ticket_ref, service, request_id, detail, personal_digest`;

/** The tail that every write has in common: entry, personal data and the sealer's to-do row, or none of them. */
export function withFacts(ctes: string): string {
  return `WITH ${ctes},
  fact AS (SELECT * FROM jsonb_to_recordset($1::jsonb) AS f(${FACT_COLUMNS}) WHERE EXISTS (SELECT 1 FROM guard)),
  entry AS (INSERT INTO ledger_entry (${ENTRY_COLUMNS}) SELECT ${ENTRY_COLUMNS} FROM fact),
  personal AS (INSERT INTO ledger_personal (entry_id, salt, ip, user_agent)
    SELECT id, salt, ip, user_agent FROM fact WHERE salt IS NOT NULL),
  pending AS (INSERT INTO ledger_pending (entry_id) SELECT id FROM fact)
  SELECT * FROM guard`;
}

/** Statement for facts whose writes were made by other statements of the same transaction. */
export const RECORD_ONLY = withFacts("guard AS (SELECT 1 AS recorded)");

/** Facts with their actor, as the `$1` of `withFacts`. One salt and digest serve all facts of one commit. */
export function factRows(actor: Actor, facts: readonly Fact[], ids: Ids): string {
  const { ip = null, user_agent = null } = actor.where;
  const salt = ip !== null || user_agent !== null ? ids.secret(16) : null;
  const personal_digest = salt === null ? null : personalDigest(salt, ip, user_agent);
  const personal = { personal_digest, salt, ip, user_agent };
  return JSON.stringify(facts.map((fact) => ({ ...factRow(actor, fact, ids), ...personal })));
}

function factRow(actor: Actor, fact: Fact, ids: Ids): Record<string, unknown> {
  const { service, request_id = null } = actor.where;
  return {
    id: ids.uuid(),
    action: fact.action,
    entity_type: fact.entity_type,
    entity_id: fact.entity_id,
    task_id: fact.task_id ?? null,
    actor_kind: actor.kind,
    actor_id: actor.id,
    actor_name: actor.name,
    via: actor.via,
    on_behalf_of: actor.on_behalf_of ?? null,
    from_state: fact.from_state ?? null,
    to_state: fact.to_state ?? null,
    reason: fact.reason ?? null,
    ticket_ref: fact.ticket_ref ?? null,
    service,
    request_id,
    detail: fact.detail ?? {},
  };
}
