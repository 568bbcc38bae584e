import type { Pool } from "pg";
import type { Prisma, PrismaClient } from "../generated/client.ts";
import type { Known } from "./usable.ts";

/** The newest version first. */
const WITH_VERSIONS = { versions: { orderBy: { number: "desc" } } } as const;
export type SecretRow = Prisma.secretGetPayload<{ include: typeof WITH_VERSIONS }>;

/** A worker that has not been heard of for so long says nothing about what its environment holds. */
const ALIVE = "30 seconds";

export function findSecrets(prisma: PrismaClient, names?: readonly string[]): Promise<SecretRow[]> {
  return prisma.secret.findMany({
    where: { deleted_at: null, ...(names && { name: { in: [...names] } }) },
    include: WITH_VERSIONS,
    orderBy: { name: "asc" },
  });
}

export function knownOf(rows: readonly SecretRow[]): Map<string, Known> {
  return new Map(
    rows.map((row) => [
      row.name,
      {
        task_types: row.task_types,
        resource_patterns: row.resource_patterns,
        numbers: row.versions.map(({ number }) => number),
      },
    ]),
  );
}

/** Names that living workers have in their environments; null where no worker lives. */
export async function environmentNames(pool: Pool): Promise<Set<string> | null> {
  const { rows } = await pool.query<{ secrets: string[] }>({
    name: "secrets-environment",
    text: `SELECT secrets FROM worker WHERE last_seen_at > now() - interval '${ALIVE}'`,
  });
  return rows.length === 0 ? null : new Set(rows.flatMap(({ secrets }) => secrets));
}

const OPEN_STATES = ["DRAFT", "SUBMITTED", "REVIEWING", "APPROVED", "APPLYING"];
const MAX_READ = 1_000;

export type OpenTask = { id: string; type: string; description: string; state: string; config: unknown };

/** Types of the tasks that have not ended. */
export async function openTypes(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ type: string }>({
    name: "secrets-open-types",
    text: "SELECT DISTINCT type FROM task WHERE state = ANY($1)",
    values: [OPEN_STATES],
  });
  return rows.map(({ type }) => type);
}

/**
 * Open tasks that may name the secret: their configuration holds its name behind the scheme, or their type is one of
 * those whose definitions name secrets. Who calls it reads them properly.
 */
export async function openTasks(pool: Pool, name: string, types: readonly string[]): Promise<OpenTask[]> {
  const { rows } = await pool.query<OpenTask>({
    name: "secrets-open-tasks",
    text: `SELECT t.id, t.type, t.description, t.state, r.config
      FROM task t JOIN task_revision r ON r.task_id = t.id AND r.revision = t.revision
      WHERE t.state = ANY($1) AND (t.type = ANY($2)
        OR position($3 in replace(lower(r.config::text), '_', '-')) > 0)
      ORDER BY t.updated_at DESC, t.id LIMIT ${MAX_READ}`,
    values: [OPEN_STATES, types, `secret://${name}`],
  });
  return rows;
}
