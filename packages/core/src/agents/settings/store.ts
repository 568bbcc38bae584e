import type { Pool } from "pg";
import type { Prisma } from "../../generated/client.ts";
import type { Actor } from "../../kernel/actor.ts";
import type { Tx } from "../../ledger/service.ts";
import { columnsOf, type SettableFields } from "../store.ts";
import type { AgentChange, AgentHistory, AgentHistoryQuery, ChangedField } from "./schema.ts";

type Version = {
  agent_id: string;
  version: number;
  by: Pick<Actor, "id" | "name" | "kind">;
  task_id: string | null;
  fields: readonly ChangedField[];
};

export async function storeVersion(tx: Tx, { by, fields, ...rest }: Version): Promise<void> {
  await tx.agent_change.create({
    data: {
      ...rest,
      by_id: by.id,
      by_name: by.name,
      by_kind: by.kind,
      fields: fields as unknown as Prisma.InputJsonValue,
    },
  });
}

/**
 * The next version of an agent's settings, by compare-and-swap on the one before: false where that is no longer in
 * force, and then nothing was written.
 */
export async function storeSettings(
  tx: Tx,
  change: Omit<Version, "version"> & { from_version: number; set: Partial<SettableFields>; at: Date },
): Promise<boolean> {
  const { from_version, set, at, ...rest } = change;
  const version = from_version + 1;
  const { count } = await tx.agent.updateMany({
    where: { id: rest.agent_id, version: from_version },
    data: { ...(columnsOf(set) as Prisma.agentUncheckedUpdateManyInput), version, updated_at: at },
  });
  if (count === 0) return false;
  await storeVersion(tx, { ...rest, version });
  return true;
}

/** A page of an agent's versions, newest first. */
export async function listVersions(pool: Pool, query: AgentHistoryQuery): Promise<AgentHistory> {
  const { id, page, limit } = query;
  const { rows } = await pool.query<{
    version: number;
    at: Date;
    by_id: string;
    by_name: string;
    by_kind: AgentChange["by"]["kind"];
    task_id: string | null;
    fields: ChangedField[];
    total: number;
  }>({
    name: "agent-history",
    text: `SELECT version, at, by_id, by_name, by_kind, task_id, fields,
        (SELECT count(*)::int FROM agent_change WHERE agent_id = $1) AS total
      FROM agent_change WHERE agent_id = $1 ORDER BY version DESC LIMIT $2 OFFSET $3`,
    values: [id, limit, (page - 1) * limit],
  });
  const total = rows[0]?.total ?? 0;
  return {
    changes: rows.map(({ version, at, by_id, by_name, by_kind, task_id, fields }) => ({
      version,
      at: at.toISOString(),
      by: { id: by_id, name: by_name, kind: by_kind },
      task_id,
      fields,
    })),
    pagination: { page, limit, total, total_is_exact: true, has_more: page * limit < total },
  };
}
