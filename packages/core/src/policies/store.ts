import type { Prisma } from "../generated/client.ts";
import { type PolicyDefinition, type PolicyEntry, type PolicyVersion, policyDefinition } from "./schema.ts";

/** The two tables of policies, through a transaction or not. */
export type PolicyTables = Pick<Prisma.TransactionClient, "policy" | "policy_version">;

export type PolicyRow = Prisma.policyGetPayload<object>;

/** What a version of a policy consists of. */
export type PolicyContent = { name: string; active: boolean; definition: PolicyDefinition };

/** A row with its definition checked. A stored one that is not valid throws. */
export function toEntry(row: PolicyRow): PolicyEntry {
  return {
    ...policyDefinition.parse(row.definition),
    id: row.id,
    name: row.name,
    active: row.active,
    version: row.version,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

/** A definition as PostgreSQL keeps it: what was left out is not there at all. */
function toJson(definition: PolicyDefinition): Prisma.InputJsonObject {
  return JSON.parse(JSON.stringify(definition)) as Prisma.InputJsonObject;
}

/** All policies by name. */
export async function listPolicies(db: PolicyTables): Promise<PolicyEntry[]> {
  const rows = await db.policy.findMany({ orderBy: [{ name: "asc" }, { id: "asc" }] });
  return rows.map(toEntry);
}

export async function findPolicy(db: PolicyTables, id: string): Promise<PolicyEntry | null> {
  const row = await db.policy.findUnique({ where: { id } });
  return row && toEntry(row);
}

export async function listVersions(db: PolicyTables, id: string): Promise<PolicyVersion[]> {
  const rows = await db.policy_version.findMany({ where: { policy_id: id }, orderBy: { version: "desc" } });
  return rows.map((row) => ({
    ...policyDefinition.parse(row.definition),
    name: row.name,
    active: row.active,
    version: row.version,
    created_by: row.created_by,
    created_at: row.created_at.toISOString(),
  }));
}

/** Enters a policy and its version 1. */
export async function insertPolicy(
  db: PolicyTables,
  id: string,
  content: PolicyContent,
  createdBy: string | null,
): Promise<PolicyEntry> {
  const definition = toJson(content.definition);
  const row = await db.policy.create({
    data: { id, name: content.name, active: content.active, definition },
  });
  await insertVersion(db, id, row.version, content, createdBy);
  return toEntry(row);
}

/** Compare-and-swap on the version; null where somebody else was faster. */
export async function updatePolicy(
  db: PolicyTables,
  current: PolicyEntry,
  content: PolicyContent,
  createdBy: string | null,
  now: Date,
): Promise<PolicyEntry | null> {
  const version = current.version + 1;
  const definition = toJson(content.definition);
  const [row] = await db.policy.updateManyAndReturn({
    where: { id: current.id, version: current.version },
    data: { name: content.name, active: content.active, definition, version, updated_at: now },
  });
  if (!row) return null;
  await insertVersion(db, current.id, version, content, createdBy);
  return toEntry(row);
}

/** True where it was there. Its versions go with it; the ledger keeps what they said. */
export async function deletePolicy(db: PolicyTables, id: string): Promise<boolean> {
  const { count } = await db.policy.deleteMany({ where: { id } });
  return count > 0;
}

async function insertVersion(
  db: PolicyTables,
  id: string,
  version: number,
  content: PolicyContent,
  createdBy: string | null,
): Promise<void> {
  await db.policy_version.create({
    data: {
      policy_id: id,
      version,
      name: content.name,
      active: content.active,
      definition: toJson(content.definition),
      created_by: createdBy,
    },
  });
}
