import type { Pool } from "pg";
import { decodeCursor, EXACT_TOTAL_LIMIT, encodeCursor, type Pagination, timeAndId } from "../kernel/page.ts";
import type { ApprovalEntry } from "./schema.ts";

type ApprovalRow = {
  [K in keyof ApprovalEntry]: ApprovalEntry[K] | null;
} & {
  created_at: Date;
  responded_at: Date | null;
  due_at: Date | null;
  release_at: Date | null;
  snoozed_until: Date | null;
};

/** A page of approvals, newest first: one reviewer's, those of one agent's tasks, or all of one task. */
export async function listApprovals(
  pool: Pool,
  query: {
    status?: string[] | undefined;
    task_id?: string | undefined;
    page: number;
    limit: number;
    cursor?: string | undefined;
  },
  scope: { reviewer_id: string | null; author_id: string | null },
): Promise<{ approvals: ApprovalEntry[]; pagination: Pagination }> {
  const values: unknown[] = [];
  const conditions: string[] = ["true"];
  const add = (value: unknown, condition: (placeholder: string) => string): void => {
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  if (scope.reviewer_id) add(scope.reviewer_id, (p) => `reviewer_id = ${p}::uuid`);
  if (scope.author_id)
    add(scope.author_id, (p) => `task_id IN (SELECT id FROM task WHERE author_id = ${p}::uuid)`);
  if (query.status?.length) add(query.status, (p) => `status = ANY(${p})`);
  if (query.task_id) add(query.task_id, (p) => `task_id = ${p}::uuid`);
  const filter = `WHERE ${conditions.join(" AND ")}`;
  const counted = await pool.query(
    `SELECT count(*)::int AS total FROM (SELECT 1 FROM approval ${filter} LIMIT ${EXACT_TOTAL_LIMIT + 1}) counted`,
    values,
  );
  const after = decodeCursor(query.cursor, timeAndId);
  const pageValues = after ? [...values, after[0], after[1]] : values;
  const keyset = after
    ? `AND (created_at, id) < ($${values.length + 1}::timestamptz, $${values.length + 2}::uuid)`
    : "";
  const { rows } = await pool.query<ApprovalRow & { created_key: string }>(
    `SELECT *, created_at::text AS created_key FROM approval ${filter} ${keyset}
      ORDER BY created_at DESC, id DESC LIMIT ${query.limit + 1} OFFSET ${after ? 0 : (query.page - 1) * query.limit}`,
    pageValues,
  );
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  const total: number = counted.rows[0].total;
  return {
    approvals: page.map(presentApproval),
    pagination: {
      page: query.page,
      limit: query.limit,
      total: Math.min(total, EXACT_TOTAL_LIMIT),
      total_is_exact: total <= EXACT_TOTAL_LIMIT,
      has_more: rows.length > query.limit,
      ...(rows.length > query.limit && last
        ? { next_cursor: encodeCursor([last.created_key, last.id!]) }
        : {}),
    },
  };
}

function presentApproval(row: ApprovalRow): ApprovalEntry {
  const { id, task_id, revision, reviewer_id, reviewer_name, status, priority } =
    row as unknown as ApprovalEntry;
  const { requirement_ids, why, stands_for, kind, by_admin } = row as unknown as ApprovalEntry;
  return {
    ...{ id, task_id, revision, reviewer_id, reviewer_name, status, priority },
    ...{ requirement_ids, why, stands_for, kind, by_admin },
    ...(row.override_id ? { override_id: row.override_id } : {}),
    ...(row.delegated_to ? { delegated_to: row.delegated_to } : {}),
    ...(row.action ? { action: row.action } : {}),
    ...(row.reason ? { reason: row.reason } : {}),
    ...(row.content_hash ? { content_hash: row.content_hash } : {}),
    ...(row.release_at ? { release_at: row.release_at.toISOString() } : {}),
    ...(row.due_at ? { due_at: row.due_at.toISOString() } : {}),
    ...(row.snoozed_until ? { snoozed_until: row.snoozed_until.toISOString() } : {}),
    created_at: row.created_at.toISOString(),
    ...(row.responded_at ? { responded_at: row.responded_at.toISOString() } : {}),
  };
}
