import type { Actor } from "../../kernel/actor.ts";
import type { Db } from "../deps.ts";
import type { Grant } from "../tool-verdict.ts";
import type { GrantEntry } from "./schema.ts";

type Row = {
  id: string;
  agent_id: string;
  tool: string;
  kind: string | null;
  resources: string[];
  scoped: boolean;
  granted_by: string;
  granted_name: string;
  task_id: string | null;
  created_at: Date;
  expires_at: Date;
  revoked_at: Date | null;
  hits: number;
  last_hit_at: Date | null;
  now: Date;
};

function toEntry(row: Row): GrantEntry {
  const { scoped, granted_by, granted_name, now, created_at, expires_at, revoked_at, last_hit_at, ...rest } =
    row;
  return {
    ...rest,
    resources: scoped ? row.resources : null,
    granted_by: { id: granted_by, name: granted_name },
    created_at: created_at.toISOString(),
    expires_at: expires_at.toISOString(),
    revoked_at: revoked_at?.toISOString() ?? null,
    active: revoked_at === null && expires_at > now,
    last_hit_at: last_hit_at?.toISOString() ?? null,
  };
}

export type NewGrant = {
  id: string;
  agent_id: string;
  tool: string;
  /** Only calls of this kind, as people saw the one that they allowed; null: any. */
  kind: string | null;
  /** Null: any. */
  resources: readonly string[] | null;
  granted_by: Pick<Actor, "id" | "name">;
  /** The call by which it was granted. */
  task_id: string | null;
  expires_at: Date;
};

/** An agent has at most so many in force. */
export const MAX_GRANTS = 200;
const LISTED = 500;
export const IN_FORCE = "revoked_at IS NULL AND expires_at > now()";

const COLUMNS = `id, agent_id, tool, kind, resources, scoped, granted_by, granted_name, task_id, created_at, expires_at,
  revoked_at, hits, last_hit_at, now() AS now`;

/** Those in force first, then the newest. */
export async function listGrants(db: Db, agentId: string): Promise<GrantEntry[]> {
  const { rows } = await db.query<Row>({
    name: "agent-grants",
    text: `SELECT ${COLUMNS} FROM agent_grant WHERE agent_id = $1
      ORDER BY (${IN_FORCE}) DESC, created_at DESC, id LIMIT ${LISTED}`,
    values: [agentId],
  });
  return rows.map(toEntry);
}

export async function findGrant(db: Db, id: string): Promise<GrantEntry | null> {
  const { rows } = await db.query<Row>({
    name: "agent-grant",
    text: `SELECT ${COLUMNS} FROM agent_grant WHERE id = $1`,
    values: [id],
  });
  return rows[0] ? toEntry(rows[0]) : null;
}

/** Those in force with who gave each, the oldest first. */
export async function grantsInForce(db: Db, agentId: string): Promise<(Grant & { granted_by: string })[]> {
  const { rows } = await db.query<Pick<Row, "id" | "tool" | "kind" | "resources" | "scoped" | "granted_by">>({
    name: "agent-grants-in-force",
    text: `SELECT id, tool, kind, resources, scoped, granted_by FROM agent_grant WHERE agent_id = $1 AND ${IN_FORCE}
      ORDER BY created_at, id`,
    values: [agentId],
  });
  return rows.map(({ scoped, ...grant }) => ({ ...grant, resources: scoped ? grant.resources : null }));
}

/** The row of a grant, to which a statement adds its FROM or WHERE. */
export function grantRow(place: (value: unknown) => string, grant: NewGrant): string {
  return `INSERT INTO agent_grant (id, agent_id, tool, kind, resources, scoped, granted_by, granted_name, task_id, expires_at)
    SELECT ${place(grant.id)}::uuid, ${place(grant.agent_id)}::uuid, ${place(grant.tool)}::text, ${place(grant.kind)}::text,
      ${place(grant.resources ?? [])}::text[], ${place(grant.resources !== null)}::boolean,
      ${place(grant.granted_by.id)}::uuid, ${place(grant.granted_by.name)}::text, ${place(grant.task_id)}::uuid,
      ${place(grant.expires_at)}::timestamptz`;
}

/** Counts a call in the statement that lets it pass: it did where `guard` has a row. */
export function countGrantHit(place: (value: unknown) => string, grantId: string): string {
  return `hit AS (UPDATE agent_grant SET hits = hits + 1, last_hit_at = now() FROM guard
    WHERE agent_grant.id = ${place(grantId)}::uuid)`;
}
