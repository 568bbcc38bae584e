import type { Pool } from "pg";
import { decodeCursor, encodeCursor, timeAndId } from "../kernel/page.ts";
import type { Inbox, InboxFacets, InboxFilter, InboxQuery, InboxRow, InboxSection } from "./schema.ts";

/** Another admin asks this one to confirm an override of the present revision. */
const OVERRIDE_ASKED = `(t.state IN ('SUBMITTED', 'REVIEWING') AND EXISTS (SELECT 1 FROM approval o WHERE o.task_id = t.id
  AND o.revision = t.revision AND o.reviewer_id = $1::uuid AND o.kind = 'override' AND o.status = 'PENDING'))`;

/** `$1` is the reader. Which tasks a section holds, over `t` and the reader's own approval `mine`. */
const SECTIONS: Record<InboxSection, string> = {
  needs_you: `t.id = ANY(ARRAY(SELECT a.task_id FROM approval a WHERE a.reviewer_id = $1::uuid AND a.status = 'PENDING'))
    AND (${OVERRIDE_ASKED} OR (t.state = 'REVIEWING' AND mine.status = 'PENDING'
      AND (mine.snoozed_until IS NULL OR mine.snoozed_until <= now())))`,
  needs_others: `t.state IN ('SUBMITTED', 'REVIEWING', 'APPROVED', 'APPLYING') AND NOT t.archived
    AND (t.author_id = $1::uuid OR (mine.status IS NOT NULL AND mine.status NOT IN ('PENDING', 'CLOSED', 'SUPERSEDED')))`,
  returned:
    "t.author_id = $1::uuid AND NOT t.archived AND ((t.state = 'DRAFT' AND t.problem IS NOT NULL) OR t.state = 'REJECTED')",
  snoozed: "t.state = 'REVIEWING' AND mine.status = 'PENDING' AND mine.snoozed_until > now()",
  decided: `t.state NOT IN ('REVIEWING') AND EXISTS (SELECT 1 FROM approval a WHERE a.task_id = t.id
    AND a.reviewer_id = $1::uuid AND a.responded_at IS NOT NULL)`,
};

/** What needs an answer soonest comes first; what is over, newest first. */
const ORDER: Record<InboxSection, { key: string; type: string; direction: "ASC" | "DESC" }> = {
  needs_you: { key: "coalesce(mine.due_at, t.created_at)", type: "timestamptz", direction: "ASC" },
  needs_others: { key: "t.updated_at", type: "timestamptz", direction: "DESC" },
  returned: { key: "t.updated_at", type: "timestamptz", direction: "DESC" },
  snoozed: { key: "mine.snoozed_until", type: "timestamptz", direction: "ASC" },
  decided: { key: "t.updated_at", type: "timestamptz", direction: "DESC" },
};

/** The reader's own row of the current revision; starts from it where only asked tasks are wanted. */
const FROM = `FROM task t LEFT JOIN approval mine
  ON mine.task_id = t.id AND mine.revision = t.revision AND mine.reviewer_id = $1::uuid AND mine.kind = 'review'`;

/** A section of one reader's queue, with the counts of all sections. */
export async function readInbox(
  pool: Pool,
  readerId: string,
  query: InboxQuery,
): Promise<Omit<Inbox, "server_time">> {
  const { conditions, values } = narrow(readerId, query.section, query);
  const isNarrow = conditions.length > 1;
  const [page, counts, narrowed] = await Promise.all([
    readSection(pool, query, { conditions, values }),
    countSections(pool, readerId),
    isNarrow
      ? pool.query({
          text: `SELECT count(*)::int AS total ${FROM} WHERE ${conditions.join(" AND ")}`,
          values,
        })
      : null,
  ]);
  return { ...page, counts, total: narrowed?.rows[0].total ?? counts[query.section] };
}

/** The conditions of a section and a filter, with the values they name; `$1` is the reader. */
function narrow(readerId: string, section: InboxSection, filter: InboxFilter) {
  const values: unknown[] = [readerId];
  const conditions = [SECTIONS[section]];
  const add = (value: unknown, condition: (place: string) => string) => {
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  if (filter.search) {
    add(
      anywhere(filter.search),
      (p) =>
        `(t.description ILIKE ${p} OR t.type ILIKE ${p} OR t.author_name ILIKE ${p} OR array_to_string(t.resource_keys, ' ') ILIKE ${p})`,
    );
  }
  if (filter.risk?.length) add(filter.risk, (p) => `t.risk_level = ANY(${p}::text[])`);
  if (filter.type?.length) add(filter.type, (p) => `t.type = ANY(${p}::text[])`);
  if (filter.author?.length) add(filter.author, (p) => `t.author_id = ANY(${p}::uuid[])`);
  if (filter.target) add(anywhere(filter.target), (p) => `array_to_string(t.resource_keys, ' ') ILIKE ${p}`);
  if (filter.due_within_hours) {
    add(filter.due_within_hours, (p) => `mine.due_at < now() + make_interval(hours => ${p}::int)`);
  }
  return { conditions, values };
}

function anywhere(text: string): string {
  return `%${text.replace(/[\\%_]/g, "\\$&")}%`;
}

async function readSection(
  pool: Pool,
  query: InboxQuery,
  within: { conditions: readonly string[]; values: readonly unknown[] },
): Promise<{ rows: InboxRow[]; next_cursor?: string }> {
  const order = ORDER[query.section];
  const values = [...within.values];
  const conditions = [...within.conditions];
  const after = decodeCursor(query.cursor, timeAndId);
  if (after) {
    values.push(after[0], after[1]);
    const sign = order.direction === "ASC" ? ">" : "<";
    conditions.push(
      `(${order.key}, t.id) ${sign} ($${values.length - 1}::${order.type}, $${values.length}::uuid)`,
    );
  }
  const { rows } = await pool.query({
    text: `SELECT t.id AS task_id, mine.id AS approval_id, mine.status AS my_status, t.state, t.revision,
        split_part(t.description, E'\\n', 1) AS title, t.type, t.author_name, t.author_kind,
        coalesce(t.resource_keys[1], '') AS target, greatest(cardinality(t.resource_keys) - 1, 0) AS more_targets,
        t.risk_score, t.risk_level, t.current_approvals, t.required_approvals, t.content_hash, t.submitted_at,
        mine.due_at, mine.release_at, mine.snoozed_until, mine.escalation_step, t.updated_at,
        EXISTS (SELECT 1 FROM task_look l WHERE l.task_id = t.id AND l.user_id = $1::uuid AND l.revision < t.revision)
          AS changed_since_look, ${OVERRIDE_ASKED} AS override_asked, ${order.key}::text AS sort_key
      ${FROM} WHERE ${conditions.join(" AND ")}
      ORDER BY ${order.key} ${order.direction}, t.id ${order.direction} LIMIT ${query.limit + 1}`,
    values,
  });
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  return {
    rows: page.map(({ sort_key: _key, ...row }) => ({
      ...row,
      submitted_at: row.submitted_at?.toISOString() ?? null,
      due_at: row.due_at?.toISOString() ?? null,
      release_at: row.release_at?.toISOString() ?? null,
      snoozed_until: row.snoozed_until?.toISOString() ?? null,
      updated_at: row.updated_at.toISOString(),
    })),
    ...(rows.length > query.limit ? { next_cursor: encodeCursor([last.sort_key, last.task_id]) } : {}),
  };
}

async function countSections(pool: Pool, readerId: string): Promise<Inbox["counts"]> {
  const columns = Object.entries(SECTIONS).map(
    ([section, condition]) => `(SELECT count(*)::int ${FROM} WHERE ${condition}) AS ${section}`,
  );
  const { rows } = await pool.query({
    name: "inbox-counts",
    text: `SELECT ${columns.join(", ")}`,
    values: [readerId],
  });
  return rows[0];
}

/** What one section of a reader's queue can be narrowed down to. */
export async function readFacets(pool: Pool, readerId: string, section: InboxSection): Promise<InboxFacets> {
  const { rows } = await pool.query({
    name: `inbox-facets-${section}`,
    text: `SELECT t.risk_level, t.type, t.author_id, t.author_name, t.author_kind, count(*)::int AS count,
        grouping(t.risk_level) = 0 AS is_risk, grouping(t.type) = 0 AS is_type
      ${FROM} WHERE ${SECTIONS[section]}
      GROUP BY GROUPING SETS ((t.risk_level), (t.type), (t.author_id, t.author_name, t.author_kind))
      ORDER BY count DESC, t.type, t.author_name`,
    values: [readerId],
  });
  return {
    risk: rows
      .filter((row) => row.is_risk && row.risk_level !== null)
      .map((row) => ({ level: row.risk_level, count: row.count })),
    types: rows.filter((row) => row.is_type).map(({ type, count }) => ({ type, count })),
    authors: rows
      .filter((row) => !row.is_risk && !row.is_type)
      .map((row) => ({ id: row.author_id, name: row.author_name, kind: row.author_kind, count: row.count })),
  };
}
