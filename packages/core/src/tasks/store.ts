import type { Pool } from "pg";
import { z } from "zod";
import type { WhyAsked } from "../approvals/schema.ts";
import { decodeCursor, EXACT_TOTAL_LIMIT, encodeCursor, type Pagination, timeKey } from "../kernel/page.ts";
import { type ReviewRecord, TASK_COLUMNS, type TaskRecord, type TaskToAsk } from "./record.ts";
import type { ListTasksQuery } from "./schema.ts";

/** A pool, or a connection within a transaction. */
export type Db = Pick<Pool, "query">;

/** The approval by whose id somebody answers; with `override_id` it is no answer to the change itself. */
export type AskedApproval = {
  id: string;
  revision: number;
  reviewer_id: string;
  override_id: string | null;
};

/** The reviewers' rows; what admins say to an override is no answer to the change. */
const APPROVALS = `coalesce((SELECT jsonb_agg(to_jsonb(a) - 'why' ORDER BY a.created_at, a.id) FROM approval a
      WHERE a.task_id = t.id AND a.revision = t.revision AND a.kind = 'review'), '[]'::jsonb) AS approvals`;
const FROM = "FROM task t JOIN task_revision r ON r.task_id = t.id AND r.revision = t.revision";
const OVERRIDES = `coalesce((SELECT jsonb_agg(to_jsonb(o) ORDER BY o.created_at, o.id) FROM override o
      WHERE o.task_id = t.id), '[]'::jsonb) AS overrides`;
/** Who answers for the agents behind a task `t` now. */
export const OWNERS_NOW =
  "ARRAY(SELECT owner_id FROM agent WHERE id IN (t.author_id, t.editor_id)) AS owners_now";
/** Each by its name: a statement that is prepared on `*` fails once a later release has added a column. */
const COLUMNS = TASK_COLUMNS.map((column) => `t.${column}`).join(", ");
const RECORD = `SELECT ${COLUMNS}, ${OWNERS_NOW}, clock_timestamp() AS now, r.config, r.preview, r.plan_state, r.risk, r.requirements,
    ${APPROVALS}, ${OVERRIDES} ${FROM}`;
/** What an answer is decided on: configuration and preview can be large, and decide nothing. */
const REVIEW = `SELECT ${COLUMNS}, ${OWNERS_NOW}, clock_timestamp() AS now, r.requirements, ${APPROVALS} ${FROM}`;

/** The task with its current revision and approvals, or null. One statement: one consistent look. */
export async function loadTask(pool: Db, id: string): Promise<TaskRecord | null> {
  const { rows } = await pool.query<TaskRecord>({
    name: "task-load",
    text: `${RECORD} WHERE t.id = $1`,
    values: [id],
  });
  return rows[0] ?? null;
}

/** A task with the reasons for which each is asked, or null: for a change of who is asked. */
export async function loadTaskToAsk(pool: Db, id: string): Promise<TaskToAsk | null> {
  const { rows } = await pool.query<TaskToAsk>({
    name: "task-to-ask",
    text: `${REVIEW.replace(" - 'why'", "")} WHERE t.id = $1`,
    values: [id],
  });
  return rows[0] ?? null;
}

/** The same record with the reasons for which each is asked: for a change of who is asked that comes with an answer. */
export async function withReasons(db: Db, task: ReviewRecord): Promise<TaskToAsk> {
  const { rows } = await db.query<{ id: string; why: readonly WhyAsked[] }>({
    name: "task-reasons",
    text: "SELECT id, why FROM approval WHERE task_id = $1 AND revision = $2 AND kind = 'review'",
    values: [task.id, task.revision],
  });
  const reasons = new Map(rows.map(({ id, why }) => [id, why]));
  return { ...task, approvals: task.approvals.map((row) => ({ ...row, why: reasons.get(row.id) ?? [] })) };
}

/** The task that an approval belongs to, whatever the approval's revision, with the approval itself. */
export async function loadTaskOfApproval(
  pool: Db,
  approvalId: string,
): Promise<{ task: ReviewRecord; approval: AskedApproval } | null> {
  const { rows } = await pool.query({
    name: "task-of-approval",
    text: `SELECT record.*, asked.revision AS asked_revision, asked.reviewer_id AS asked_reviewer_id,
        asked.override_id AS asked_override_id
      FROM approval asked JOIN LATERAL (${REVIEW} WHERE t.id = asked.task_id) record ON true WHERE asked.id = $1`,
    values: [approvalId],
  });
  if (!rows[0]) return null;
  const { asked_revision: revision, asked_reviewer_id: reviewer_id, asked_override_id, ...task } = rows[0];
  return { task, approval: { id: approvalId, revision, reviewer_id, override_id: asked_override_id } };
}

const SORT_COLUMNS = {
  created_at: "t.created_at",
  updated_at: "t.updated_at",
  risk_score: "coalesce(t.risk_score, -1)",
  state: "t.state",
} as const;
const SORT_TYPES = {
  created_at: "timestamptz",
  updated_at: "timestamptz",
  risk_score: "int",
  state: "text",
} as const;
/** As text, for it is the column's text that the cursor keeps. */
const SORT_KEYS = {
  created_at: timeKey,
  updated_at: timeKey,
  risk_score: z.string().regex(/^-?\d{1,3}$/),
  state: z.string(),
} as const;

/** A page of tasks. `author_scope` limits an agent to its own. Previews are left out: they can be large. */
export async function listTasks(
  pool: Pool,
  query: ListTasksQuery,
  scope: { reader_id: string; author_scope: string | null },
): Promise<{ tasks: TaskRecord[]; pagination: Pagination }> {
  const { conditions, values } = filters(query, scope);
  const direction = query.sort_order === "asc" ? "ASC" : "DESC";
  const column = SORT_COLUMNS[query.sort_by];
  const filter = conditions.length > 0 ? `WHERE ${conditions.join(" AND ")}` : "";
  const total = await pool.query(
    `SELECT count(*)::int AS total FROM (SELECT 1 FROM task t ${filter} LIMIT ${EXACT_TOTAL_LIMIT + 1}) counted`,
    values,
  );

  const after = decodeCursor(query.cursor, z.tuple([SORT_KEYS[query.sort_by], z.uuid()]));
  const pageValues = [...values];
  let keyset = "";
  if (after) {
    pageValues.push(after[0], after[1]);
    const [key, id] = [
      `$${pageValues.length - 1}::${SORT_TYPES[query.sort_by]}`,
      `$${pageValues.length}::uuid`,
    ];
    keyset = `${filter ? "AND" : "WHERE"} (${column}, t.id) ${direction === "ASC" ? ">" : "<"} (${key}, ${id})`;
  }
  const offset = after ? 0 : (query.page - 1) * query.limit;
  const { rows } = await pool.query<TaskRecord & { sort_key: string }>({
    text: `${RECORD.replace("r.preview", "NULL AS preview").replace(
      "SELECT",
      `SELECT ${column}::text AS sort_key,`,
    )} ${filter} ${keyset}
      ORDER BY ${column} ${direction}, t.id ${direction} LIMIT ${query.limit + 1} OFFSET ${offset}`,
    values: pageValues,
  });
  const tasks = rows.slice(0, query.limit);
  const last = tasks.at(-1);
  const hasMore = rows.length > query.limit;
  const count: number = total.rows[0].total;
  return {
    tasks,
    pagination: {
      page: query.page,
      limit: query.limit,
      total: Math.min(count, EXACT_TOTAL_LIMIT),
      total_is_exact: count <= EXACT_TOTAL_LIMIT,
      has_more: hasMore,
      ...(hasMore && last ? { next_cursor: encodeCursor([last.sort_key, last.id]) } : {}),
    },
  };
}

function filters(
  query: ListTasksQuery,
  scope: { reader_id: string; author_scope: string | null },
): { conditions: string[]; values: unknown[] } {
  const values: unknown[] = [];
  const conditions: string[] = [];
  const add = (value: unknown, condition: (placeholder: string) => string): void => {
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  if (query.archived !== true) conditions.push("NOT t.archived");
  if (scope.author_scope) add(scope.author_scope, (p) => `t.author_id = ${p}::uuid`);
  if (query.state?.length) add(query.state, (p) => `t.state = ANY(${p})`);
  if (query.author_id) add(query.author_id, (p) => `t.author_id = ${p}::uuid`);
  if (query.resource_type) add(query.resource_type, (p) => `${p} = ANY(t.resource_types)`);
  if (query.resource_id)
    add(query.resource_id, (p) => `(${p} = ANY(t.resource_ids) OR t.resource_keys @> ARRAY[${p}])`);
  if (query.risk_level) add(query.risk_level, (p) => `t.risk_level = ${p}`);
  if (query.created_after) add(query.created_after, (p) => `t.created_at >= ${p}::timestamptz`);
  if (query.created_before) add(query.created_before, (p) => `t.created_at < ${p}::timestamptz`);
  if (query.tags?.length) add(query.tags, (p) => `t.tags @> ${p}::text[]`);
  if (query.search) {
    add(
      `%${query.search.replace(/[\\%_]/g, "\\$&")}%`,
      (p) =>
        `(t.description ILIKE ${p} OR t.type ILIKE ${p} OR t.author_name ILIKE ${p} OR t.id::text ILIKE ${p} OR array_to_string(t.resource_keys, ' ') ILIKE ${p})`,
    );
  }
  if (query.needs_my_approval !== undefined) {
    const not = query.needs_my_approval ? "" : "NOT ";
    add(
      scope.reader_id,
      (p) => `${not}EXISTS (SELECT 1 FROM approval a WHERE a.task_id = t.id AND a.revision = t.revision
        AND a.reviewer_id = ${p}::uuid AND a.status = 'PENDING' AND t.state = 'REVIEWING')`,
    );
  }
  return { conditions, values };
}
