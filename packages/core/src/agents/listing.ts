import type { Pool } from "pg";
import { z } from "zod";
import { decodeCursor, EXACT_TOTAL_LIMIT, encodeCursor } from "../kernel/page.ts";
import {
  AGENT_STATUSES,
  type AgentList,
  type AgentSort,
  type AgentStatus,
  type ListAgentsQuery,
} from "./schema.ts";
import { type ListedRow, STATUS, selectListed, toListed } from "./store.ts";

/** A list as views ask for it: of some agents only, sorted by more than the name. */
export type AgentsQuery = ListAgentsQuery & {
  sort?: AgentSort | undefined;
  /** Only these. */
  ids?: readonly string[] | undefined;
};

/** Silence first, then who works; what is put aside last. */
const BY_STATUS: readonly AgentStatus[] = ["stale", "active", "draining", "idle", "paused", "unknown"];
const sortableTime = (column: string): string =>
  `coalesce(to_char(${column} AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISSUS'), '')`;

/** Keys are text, so that one kind of cursor pages all of them. */
const SORTS: Record<AgentSort, { key: string; descending: boolean }> = {
  name: { key: "a.name", descending: false },
  status: {
    key: `array_position(ARRAY['${BY_STATUS.join("','")}'], ${STATUS})::text COLLATE "C"`,
    descending: false,
  },
  heartbeat: { key: `${sortableTime("a.last_heartbeat_at")} COLLATE "C"`, descending: true },
  load: {
    key: `lpad((a.active_tasks::bigint * 10000 / a.max_tasks)::text, 12, '0') COLLATE "C"`,
    descending: true,
  },
  created: { key: `${sortableTime("a.created_at")} COLLATE "C"`, descending: true },
};
const cursorParts = z.tuple([z.string().max(300), z.uuid()]);

function conditionsOf(query: Partial<AgentsQuery>, only: string | null) {
  const values: unknown[] = [];
  const conditions = ["a.active"];
  const where = (condition: (placeholder: string) => string, value: unknown): void => {
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  if (only) where((p) => `a.id = ${p}`, only);
  if (query.ids) where((p) => `a.id = ANY(${p}::uuid[])`, query.ids);
  if (query.status) where((p) => `${STATUS} = ${p}`, query.status);
  if (query.tag) where((p) => `${p} = ANY(a.tags)`, query.tag);
  if (query.owner_id) where((p) => `a.owner_id = ${p}`, query.owner_id);
  if (query.search) {
    where((p) => `strpos(lower(a.name || ' ' || a.description), lower(${p})) > 0`, query.search);
  }
  return { values, conditions };
}

/** A page of the agents in use, by name where nothing else is asked for. `only` narrows to one agent. */
export async function listAgents(pool: Pool, query: AgentsQuery, only: string | null): Promise<AgentList> {
  const { values, conditions } = conditionsOf(query, only);
  const { key, descending } = SORTS[query.sort ?? "name"];
  const counted = await pool.query<{ total: number }>(
    `SELECT count(*)::int AS total FROM (SELECT 1 FROM agent a WHERE ${conditions.join(" AND ")}
      LIMIT ${EXACT_TOTAL_LIMIT + 1}) counted`,
    [...values],
  );
  const after = decodeCursor(query.cursor, cursorParts);
  if (after) {
    values.push(...after);
    const [at, id] = [`$${values.length - 1}`, `$${values.length}`];
    conditions.push(
      descending
        ? `(${key} < ${at} OR (${key} = ${at} AND a.id::text > ${id}))`
        : `(${key}, a.id::text) > (${at}, ${id})`,
    );
  }
  const { page, limit } = query;
  const { rows } = await pool.query<ListedRow & { sort_key: string }>(
    `${selectListed(`${key} AS sort_key`)} WHERE ${conditions.join(" AND ")}
      ORDER BY ${key} ${descending ? "DESC" : "ASC"}, a.id::text LIMIT ${limit + 1} OFFSET ${after ? 0 : (page - 1) * limit}`,
    values,
  );
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const total = counted.rows[0]?.total ?? 0;
  const has_more = rows.length > limit;
  return {
    agents: shown.map(({ sort_key: _, ...row }) => toListed(row)),
    pagination: {
      page,
      limit,
      total: Math.min(total, EXACT_TOTAL_LIMIT),
      total_is_exact: total <= EXACT_TOTAL_LIMIT,
      has_more,
      ...(has_more && last && { next_cursor: encodeCursor([last.sort_key, last.id]) }),
    },
  };
}

/** How many agents have each status, and the tags there are: what the same list can be narrowed down to. */
export async function countAgents(
  pool: Pool,
  query: Omit<AgentsQuery, "page" | "limit" | "cursor" | "sort" | "status">,
): Promise<{ counts: Record<AgentStatus, number>; tags: string[] }> {
  const { values, conditions } = conditionsOf(query, null);
  const [counted, tagged] = await Promise.all([
    pool.query<{ status: AgentStatus; count: number }>(
      `SELECT ${STATUS} AS status, count(*)::int AS count FROM agent a WHERE ${conditions.join(" AND ")} GROUP BY 1`,
      values,
    ),
    pool.query<{ tag: string }>(
      "SELECT DISTINCT unnest(tags) AS tag FROM agent WHERE active ORDER BY 1 LIMIT 500",
    ),
  ]);
  const found = new Map(counted.rows.map(({ status, count }) => [status, count]));
  const counts = Object.fromEntries(AGENT_STATUSES.map((status) => [status, found.get(status) ?? 0]));
  return { counts: counts as Record<AgentStatus, number>, tags: tagged.rows.map(({ tag }) => tag) };
}
