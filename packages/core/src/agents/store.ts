import type { Pool } from "pg";
import type { Prisma } from "../generated/client.ts";
import { decodeCursor, EXACT_TOTAL_LIMIT, encodeCursor, nameAndId } from "../kernel/page.ts";
import type { Tx } from "../ledger/service.ts";
import { STALE_AFTER_SECONDS, statusOf } from "./health.ts";
import type {
  AgentEntry,
  AgentInput,
  AgentList,
  AgentStatus,
  HeartbeatInput,
  ListAgentsQuery,
} from "./schema.ts";

type AgentRow = {
  [K in "id" | "name" | "description" | "owner_id" | "owner_name" | "instructions"]: string;
} & {
  tags: string[];
  connection: AgentEntry["connection"];
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
  active: boolean;
  active_tasks: number;
  metrics: AgentEntry["metrics"];
  last_heartbeat_at: Date | null;
  created_at: Date;
  updated_at: Date;
  now: Date;
};

const SELECT = `SELECT a.*, o.name AS owner_name, now() AS now FROM agent a JOIN "user" o ON o.id = a.owner_id`;

/** statusOf in SQL, to filter by; store.test.ts holds the two together. */
const STATUS = `CASE WHEN a.paused THEN 'paused' WHEN a.last_heartbeat_at IS NULL THEN 'unknown'
  WHEN now() - a.last_heartbeat_at > interval '${STALE_AFTER_SECONDS} seconds' THEN 'stale'
  WHEN a.active_tasks > 0 THEN 'active' ELSE 'idle' END`;

function toEntry(row: AgentRow): AgentEntry {
  const { scoped, typed, max_tasks, active_tasks, now, last_heartbeat_at, ...rest } = row;
  return {
    ...rest,
    scopes: scoped ? row.scopes : null,
    task_types: typed ? row.task_types : null,
    capacity: { max_tasks, active_tasks },
    status: statusOf(row, now),
    last_heartbeat_at: last_heartbeat_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

/** The agent, or null. */
export async function findAgent(pool: Pool, id: string): Promise<AgentEntry | null> {
  const { rows } = await pool.query<AgentRow>({
    name: "agent",
    text: `${SELECT} WHERE a.id = $1`,
    values: [id],
  });
  return rows[0] ? toEntry(rows[0]) : null;
}

/** The same, seen from inside a transaction. */
export async function readAgent(tx: Tx, id: string): Promise<AgentEntry | null> {
  const rows = await tx.$queryRawUnsafe<AgentRow[]>(`${SELECT} WHERE a.id = $1::uuid`, id);
  return rows[0] ? toEntry(rows[0]) : null;
}

/** A page of the agents in use, by name. `only` narrows to one agent. */
export async function listAgents(
  pool: Pool,
  query: ListAgentsQuery,
  only: string | null,
): Promise<AgentList> {
  const values: unknown[] = [];
  const conditions = ["a.active"];
  const where = (condition: (placeholder: string) => string, value: unknown): void => {
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  if (only) where((p) => `a.id = ${p}`, only);
  if (query.status) where((p) => `${STATUS} = ${p}`, query.status);
  if (query.tag) where((p) => `${p} = ANY(a.tags)`, query.tag);
  if (query.owner_id) where((p) => `a.owner_id = ${p}`, query.owner_id);
  if (query.search) {
    where((p) => `strpos(lower(a.name || ' ' || a.description), lower(${p})) > 0`, query.search);
  }
  const counted = await pool.query<{ total: number }>(
    `SELECT count(*)::int AS total FROM (SELECT 1 FROM agent a WHERE ${conditions.join(" AND ")}
      LIMIT ${EXACT_TOTAL_LIMIT + 1}) counted`,
    [...values],
  );
  const after = decodeCursor(query.cursor, nameAndId);
  if (after) {
    values.push(...after);
    conditions.push(`(a.name, a.id::text) > ($${values.length - 1}, $${values.length})`);
  }
  const { page, limit } = query;
  const { rows } = await pool.query<AgentRow>(
    `${SELECT} WHERE ${conditions.join(" AND ")} ORDER BY a.name, a.id::text
      LIMIT ${limit + 1} OFFSET ${after ? 0 : (page - 1) * limit}`,
    values,
  );
  const agents = rows.slice(0, limit).map(toEntry);
  const last = agents.at(-1);
  const total = counted.rows[0]?.total ?? 0;
  const has_more = rows.length > limit;
  return {
    agents,
    pagination: {
      page,
      limit,
      total: Math.min(total, EXACT_TOTAL_LIMIT),
      total_is_exact: total <= EXACT_TOTAL_LIMIT,
      has_more,
      ...(has_more && last && { next_cursor: encodeCursor([last.name, last.id]) }),
    },
  };
}

export async function insertAgent(tx: Tx, id: string, ownerId: string, input: AgentInput): Promise<void> {
  await tx.agent.create({
    data: {
      id,
      name: input.name,
      description: input.description,
      tags: [...new Set(input.tags)],
      owner_id: ownerId,
      connection: json(input.connection),
      model: input.model ?? null,
      instructions: input.instructions,
      memory_blocks: json(input.memory_blocks),
      tools: json(input.tools),
      scopes: input.scopes ?? [],
      scoped: input.scopes !== undefined,
      task_types: input.task_types ?? [],
      typed: input.task_types !== undefined,
      max_tasks: input.capacity.max_tasks,
      limits: json(input.limits),
      parameters: json(input.parameters),
    },
  });
}

/** zod's types say `undefined` where JSON leaves out; Prisma's want it said. */
function json(value: unknown): Prisma.InputJsonValue {
  return value as Prisma.InputJsonValue;
}

const HEARTBEAT = `UPDATE agent a SET last_heartbeat_at = now(), active_tasks = $2, metrics = coalesce($3, a.metrics)
  FROM (SELECT id, paused, active_tasks, last_heartbeat_at FROM agent WHERE id = $1 AND active FOR UPDATE) before
  WHERE a.id = before.id
  RETURNING now() AS now, a.paused, before.active_tasks, before.last_heartbeat_at`;

/** Stores a heartbeat and answers the status before and after; null for an agent that is no more. */
export async function storeHeartbeat(
  pool: Pool,
  id: string,
  input: HeartbeatInput,
): Promise<{ before: AgentStatus; after: AgentStatus; paused: boolean; at: Date } | null> {
  const { rows } = await pool.query({
    name: "agent-heartbeat",
    text: HEARTBEAT,
    values: [id, input.active_tasks, input.metrics ? JSON.stringify(input.metrics) : null],
  });
  const row = rows[0];
  if (!row) return null;
  const { now, paused } = row;
  const after = statusOf({ paused, active_tasks: input.active_tasks, last_heartbeat_at: now }, now);
  return { before: statusOf(row, now), after, paused, at: now };
}

/** Agents that fell silent within the last `withinSeconds`. */
export async function findNewlyStale(
  pool: Pool,
  withinSeconds: number,
): Promise<{ id: string; active_tasks: number; last_heartbeat_at: Date }[]> {
  const { rows } = await pool.query(
    `SELECT id, active_tasks, last_heartbeat_at FROM agent WHERE active AND NOT paused
      AND last_heartbeat_at < now() - interval '${STALE_AFTER_SECONDS} seconds'
      AND last_heartbeat_at >= now() - interval '${STALE_AFTER_SECONDS} seconds' - make_interval(secs => $1)`,
    [withinSeconds],
  );
  return rows;
}
