import type { Pool } from "pg";
import { decodeCursor, encodeCursor, timeAndId } from "../kernel/page.ts";
import type { Inbox, InboxFacets, InboxFilter, InboxQuery, InboxRow, InboxSection } from "./schema.ts";

/** Another admin asks this one to confirm an override of the present revision. */
const OVERRIDE_ASKED = `(t.state IN ('SUBMITTED', 'REVIEWING') AND EXISTS (SELECT 1 FROM approval o WHERE o.task_id = t.id
  AND o.revision = t.revision AND o.reviewer_id = $1::uuid AND o.kind = 'override' AND o.status = 'PENDING'))`;

/** The reader's own row of the current revision. */
const MINE = `LEFT JOIN approval mine ON mine.task_id = t.id AND mine.revision = t.revision
  AND mine.reviewer_id = $1::uuid AND mine.kind = 'review'`;

/** What the reader is asked at all, by an index of open questions alone; never goes through other people's tasks. */
const ASKED = `FROM approval asked JOIN task t ON t.id = asked.task_id AND t.revision = asked.revision ${MINE}
  WHERE asked.reviewer_id = $1::uuid AND asked.status = 'PENDING'`;

/** A question to review that is open now, by the name of its row. */
const isOpen = (row: string): string => `(${row}.kind = 'review' AND t.state = 'REVIEWING'
  AND (${row}.snoozed_until IS NULL OR ${row}.snoozed_until <= now()))`;

const LIVE = "('SUBMITTED', 'REVIEWING', 'APPROVED', 'APPLYING')";
const ANSWERED = "('APPROVED', 'REJECTED', 'CHANGES_REQUESTED', 'DELEGATED')";

type Section = {
  /** Joins and conditions over the task `t` and the reader's own row `mine`; `$1` is the reader. */
  from: string;
  /** What the section is sorted by. */
  key: string;
  direction: "ASC" | "DESC";
};

/** What needs an answer soonest comes first; what is over, newest first. */
const SECTIONS: Record<InboxSection, Section> = {
  needs_you: {
    // Who is asked both to review and to confirm an override has one row: that of the review.
    from: `${ASKED} AND (${isOpen("asked")} OR (asked.kind = 'override' AND t.state IN ('SUBMITTED', 'REVIEWING')
      AND NOT EXISTS (SELECT 1 FROM approval review WHERE review.task_id = t.id AND review.revision = t.revision
        AND review.reviewer_id = $1::uuid AND review.status = 'PENDING' AND ${isOpen("review")})))`,
    key: "coalesce(asked.due_at, asked.created_at)",
    direction: "ASC",
  },
  needs_others: {
    from: `FROM (SELECT id FROM task WHERE author_id = $1::uuid AND state IN ${LIVE} AND NOT archived
        UNION SELECT a.task_id FROM approval a WHERE a.reviewer_id = $1::uuid AND a.status IN ${ANSWERED}) own
      JOIN task t ON t.id = own.id ${MINE} WHERE t.state IN ${LIVE} AND NOT t.archived
        AND (t.author_id = $1::uuid OR mine.status IN ${ANSWERED})`,
    key: "t.updated_at",
    direction: "DESC",
  },
  returned: {
    from: `FROM task t ${MINE} WHERE t.author_id = $1::uuid AND NOT t.archived
      AND ((t.state = 'DRAFT' AND t.problem IS NOT NULL) OR t.state = 'REJECTED')`,
    key: "t.updated_at",
    direction: "DESC",
  },
  snoozed: {
    from: `${ASKED} AND asked.kind = 'review' AND t.state = 'REVIEWING' AND asked.snoozed_until > now()`,
    key: "asked.snoozed_until",
    direction: "ASC",
  },
  decided: {
    from: `FROM (SELECT DISTINCT task_id FROM approval WHERE reviewer_id = $1::uuid AND responded_at IS NOT NULL) own
      JOIN task t ON t.id = own.task_id ${MINE} WHERE t.state <> 'REVIEWING'`,
    key: "t.updated_at",
    direction: "DESC",
  },
};

/** A section of one reader's queue, with the counts of all sections. */
export async function readInbox(
  pool: Pool,
  readerId: string,
  query: InboxQuery,
): Promise<Omit<Inbox, "server_time">> {
  const narrowing = narrow(readerId, query);
  const [page, counts, total] = await Promise.all([
    readSection(pool, query, narrowing),
    countSections(pool, readerId),
    narrowing.conditions.length > 0 ? countNarrowed(pool, query.section, narrowing) : null,
  ]);
  return { ...page, counts, total: total ?? counts[query.section] };
}

/** Conditions in addition to a section's, with the values that they name. */
type Narrowing = { conditions: readonly string[]; values: readonly unknown[] };

function narrow(readerId: string, filter: InboxFilter): Narrowing {
  const values: unknown[] = [readerId];
  const conditions: string[] = [];
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

/** The first resource that it touches; an agent by its name, for people know no agent by its id. */
const TARGET = `CASE WHEN t.resource_keys[1] ~ '^agent:default/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
  THEN coalesce((SELECT 'agent:' || a.name FROM agent a WHERE a.id = substr(t.resource_keys[1], 15)::uuid),
    t.resource_keys[1])
  ELSE coalesce(t.resource_keys[1], '') END`;

async function readSection(
  pool: Pool,
  query: InboxQuery,
  narrowing: Narrowing,
): Promise<{ rows: InboxRow[]; next_cursor?: string }> {
  const { from, key, direction } = SECTIONS[query.section];
  const values = [...narrowing.values];
  const conditions = [...narrowing.conditions];
  const after = decodeCursor(query.cursor, timeAndId);
  if (after) {
    values.push(after[0], after[1]);
    const sign = direction === "ASC" ? ">" : "<";
    conditions.push(`(${key}, t.id) ${sign} ($${values.length - 1}::timestamptz, $${values.length}::uuid)`);
  }
  const { rows } = await pool.query({
    text: `SELECT t.id AS task_id, mine.id AS approval_id, mine.status AS my_status, t.state, t.revision,
        split_part(t.description, E'\\n', 1) AS title, t.type, t.author_name, t.author_kind,
        ${TARGET} AS target, greatest(cardinality(t.resource_keys) - 1, 0) AS more_targets,
        t.risk_score, t.risk_level, t.current_approvals, t.required_approvals, t.content_hash, t.submitted_at,
        mine.due_at, mine.release_at, mine.snoozed_until, mine.escalation_step, t.updated_at,
        EXISTS (SELECT 1 FROM task_look l WHERE l.task_id = t.id AND l.user_id = $1::uuid AND l.revision < t.revision)
          AS changed_since_look, ${OVERRIDE_ASKED} AS override_asked, ${key}::text AS sort_key
      ${[from, ...conditions].join(" AND ")}
      ORDER BY ${key} ${direction}, t.id ${direction} LIMIT ${query.limit + 1}`,
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
    ([section, { from }]) => `(SELECT count(*)::int ${from}) AS ${section}`,
  );
  const { rows } = await pool.query({
    name: "inbox-counts",
    text: `SELECT ${columns.join(", ")}`,
    values: [readerId],
  });
  return rows[0];
}

async function countNarrowed(
  pool: Pool,
  section: InboxSection,
  { conditions, values }: Narrowing,
): Promise<number> {
  const { rows } = await pool.query({
    text: `SELECT count(*)::int AS total ${[SECTIONS[section].from, ...conditions].join(" AND ")}`,
    values: [...values],
  });
  return rows[0].total;
}

/** What one section of a reader's queue can be narrowed down to. */
export async function readFacets(pool: Pool, readerId: string, section: InboxSection): Promise<InboxFacets> {
  const { rows } = await pool.query({
    name: `inbox-facets-${section}`,
    text: `SELECT t.risk_level, t.type, t.author_id, t.author_name, t.author_kind, count(*)::int AS count,
        grouping(t.risk_level) = 0 AS is_risk, grouping(t.type) = 0 AS is_type
      ${SECTIONS[section].from}
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
