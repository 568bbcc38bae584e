import type { Prisma } from "../generated/client.ts";
import type { Tx } from "../ledger/service.ts";
import type { Db } from "./deps.ts";
import { STALE_AFTER_SECONDS, statusOf } from "./health/status.ts";
import type { AgentEntry, AgentInput } from "./schema.ts";

export type AgentRow = {
  [K in "id" | "name" | "description" | "owner_id" | "owner_name" | "instructions"]: string;
} & {
  version: number;
  tags: string[];
  connection: AgentEntry["connection"];
  provider: string | null;
  model: string | null;
  memory_blocks: AgentEntry["memory_blocks"];
  tools: AgentEntry["tools"];
  scopes: string[];
  scoped: boolean;
  task_types: string[];
  typed: boolean;
  max_tasks: number;
  limits: AgentEntry["limits"];
  parameters: AgentEntry["parameters"];
  paused: boolean;
  draining: boolean;
  active: boolean;
  active_tasks: number;
  metrics: AgentEntry["metrics"];
  last_heartbeat_at: Date | null;
  created_at: Date;
  updated_at: Date;
  now: Date;
};
export type ListedRow = Omit<AgentRow, "instructions" | "memory_blocks">;

const LISTED = `a.id, a.version, a.name, a.description, a.tags, a.owner_id, o.name AS owner_name, a.connection, a.provider,
  a.model, a.tools, a.scopes, a.scoped, a.task_types, a.typed, a.max_tasks, a.limits,
  a.parameters, a.paused, a.draining, a.active, a.active_tasks, a.metrics, a.last_heartbeat_at, a.created_at,
  a.updated_at, now() AS now`;
const selectWith = (more: string): string =>
  `SELECT ${LISTED}, ${more} FROM agent a JOIN "user" o ON o.id = a.owner_id`;
/** Agents `a` with their owners. */
const ENTRIES = selectWith("a.instructions, a.memory_blocks");
/** The same without their long texts; `more` are columns beyond those of a listed one. */
export const selectListed = selectWith;

/** statusOf in SQL, to filter by; service.test.ts holds the two together. */
export const STATUS = `CASE WHEN a.paused THEN 'paused' WHEN a.draining THEN 'draining'
  WHEN a.last_heartbeat_at IS NULL THEN 'unknown'
  WHEN now() - a.last_heartbeat_at > interval '${STALE_AFTER_SECONDS} seconds' THEN 'stale'
  WHEN a.active_tasks > 0 THEN 'active' ELSE 'idle' END`;

export function toListed<Row extends ListedRow>(row: Row) {
  const { scoped, typed, max_tasks, active_tasks, now, last_heartbeat_at, ...rest } = row;
  return {
    ...rest,
    tools: inOrder(row.tools),
    scopes: scoped ? row.scopes : null,
    task_types: typed ? row.task_types : null,
    capacity: { max_tasks, active_tasks },
    status: statusOf(row, now),
    last_heartbeat_at: last_heartbeat_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

const toEntry = (row: AgentRow): AgentEntry => toListed(row);

/** The agent, or null. */
export async function findAgent(db: Db, id: string): Promise<AgentEntry | null> {
  const { rows } = await db.query<AgentRow>({
    name: "agent",
    text: `${ENTRIES} WHERE a.id = $1`,
    values: [id],
  });
  return rows[0] ? toEntry(rows[0]) : null;
}

/** The same, seen from inside a transaction. */
export async function readAgent(tx: Tx, id: string): Promise<AgentEntry | null> {
  const rows = await tx.$queryRawUnsafe<AgentRow[]>(`${ENTRIES} WHERE a.id = $1::uuid`, id);
  return rows[0] ? toEntry(rows[0]) : null;
}

/** The same, and nobody else changes it before this transaction ends. */
export async function lockAgent(tx: Tx, id: string): Promise<AgentEntry | null> {
  await tx.$executeRaw`SELECT 1 FROM agent WHERE id = ${id}::uuid FOR UPDATE`;
  return readAgent(tx, id);
}

/** Whether an agent, also one that is no longer in use, has this name in any case. */
export async function isNameTaken(db: Db, name: string): Promise<boolean> {
  const { rowCount } = await db.query({
    name: "agent-name-taken",
    text: "SELECT 1 FROM agent WHERE lower(name) = lower($1)",
    values: [name.trim()],
  });
  return (rowCount ?? 0) > 0;
}

/** Columns of what is given of an agent's settings; what is absent is left out. */
export function columnsOf(given: Partial<SettableFields>): Prisma.agentUncheckedUpdateInput {
  const { tags, tools, scopes, task_types, capacity, ...plain } = given;
  const columns: Record<string, unknown> = {
    ...plain,
    ...(tools && { tools: inOrder(tools) }),
    ...(tags && { tags: [...new Set(tags)] }),
    ...(scopes !== undefined && { scopes: scopes ?? [], scoped: scopes !== null }),
    ...(task_types !== undefined && { task_types: task_types ?? [], typed: task_types !== null }),
    ...(capacity && { max_tasks: capacity.max_tasks }),
  };
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
}

/** Tools by name: the order in which somebody chose them means nothing, and is no change. */
export function inOrder(tools: AgentEntry["tools"]): AgentEntry["tools"] {
  return tools.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** What an agent's versions are about, as an entry shows it. */
export type SettableFields = Pick<
  AgentEntry,
  | "description"
  | "tags"
  | "connection"
  | "provider"
  | "model"
  | "instructions"
  | "memory_blocks"
  | "parameters"
  | "tools"
  | "scopes"
  | "task_types"
  | "limits"
> & { capacity: { max_tasks: number } };

export async function insertAgent(tx: Tx, id: string, ownerId: string, input: AgentInput): Promise<void> {
  const { name, owner_id: _owner, draft_id: _draft, scopes, task_types, provider, model, ...rest } = input;
  const columns = columnsOf({
    ...rest,
    provider: provider ?? null,
    model: model ?? null,
    scopes: scopes ?? null,
    task_types: task_types ?? null,
  });
  await tx.agent.create({
    data: { ...(columns as Omit<Prisma.agentUncheckedCreateInput, "id">), id, name, owner_id: ownerId },
  });
}
