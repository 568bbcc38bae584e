import { randomIds } from "@ade/core/kernel/ids";
import { withAdmin } from "@ade/testkit/template";
import type { Pool } from "pg";
import { hex } from "./ledger-rows.ts";

type Row = Record<string, unknown>;

/** The rows that one whole life left behind in core: what the reference writes again, with other ids. */
export type ModelLife = {
  task: Row;
  revision: Row;
  approval: Row;
  attempt: Row;
  /** the ledger entries of each step, as rows with their addresses */
  steps: Row[][];
};

/** The transactions of a life, and which facts each of them records. */
const STEPS: readonly (readonly string[])[] = [
  ["task.created"],
  ["task.submitted"],
  ["task.review_started", "approval.requested"],
  ["approval.responded", "task.approved"],
  ["task.apply_started"],
  ["task.completed"],
];

/** Reads a task that went from draft to completed without a detour. */
export async function readModelLife(databaseUrl: string): Promise<ModelLife> {
  return withAdmin(databaseUrl, async (client) => {
    const one = async (sql: string, values: unknown[] = []): Promise<Row> =>
      (await client.query(sql, values)).rows[0];
    const task = await one(`SELECT t.* FROM task t WHERE state = 'COMPLETED' AND result = 'success' ORDER BY
      (SELECT count(*) FROM ledger_entry e WHERE e.task_id = t.id), t.id LIMIT 1`);
    if (!task) throw new Error("No task was completed.");
    const entries = await client.query<Row & { action: string }>(
      "SELECT e.*, p.salt FROM ledger_entry e LEFT JOIN ledger_personal p ON p.entry_id = e.id WHERE task_id = $1",
      [task.id],
    );
    return {
      task,
      revision: await one("SELECT * FROM task_revision WHERE task_id = $1", [task.id]),
      approval: await one("SELECT * FROM approval WHERE task_id = $1", [task.id]),
      attempt: await one("SELECT * FROM attempt WHERE task_id = $1", [task.id]),
      steps: STEPS.map((actions) => entries.rows.filter(({ action }) => actions.includes(action))),
    };
  });
}

/** Sealed entries have a place in the chain: the reference takes it from a sequence. */
export async function prepareForLives(databaseUrl: string): Promise<void> {
  await withAdmin(databaseUrl, (client) => client.query("CREATE SEQUENCE bench_seq"));
}

/** Collects values as `$1`, `$2`, … in the order in which they are named. */
function collector(): { values: unknown[]; p: (value: unknown) => string } {
  const values: unknown[] = [];
  const isJson = (value: unknown): boolean =>
    typeof value === "object" && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value);
  return {
    values,
    p(value) {
      values.push(isJson(value) ? JSON.stringify(value) : value);
      return `$${values.length}`;
    },
  };
}

type Place = (value: unknown) => string;
type Ids = { task: string; approval: string; attempt: string; resource: string };

const ENTRY = [
  "action",
  "entity_type",
  "actor_kind",
  "actor_id",
  "actor_name",
  "via",
  "from_state",
  "to_state",
];

/** Entries, addresses and links of the chain, the three inserts of every step. */
function recordOf(p: Place, ids: Ids, entries: readonly Row[]): string {
  const made = entries.map((entry) => ({ entry, id: randomIds.uuid() }));
  const rows = made.map(({ entry, id }) => {
    const entityId = entry.entity_type === "approval" ? ids.approval : ids.task;
    const more = [entityId, ids.task, entry.service, entry.request_id, entry.detail, entry.personal_digest];
    return `(${[p(id), ...ENTRY.map((column) => p(entry[column])), ...more.map((value) => p(value))].join(", ")})`;
  });
  const addresses = made
    .filter(({ entry }) => entry.salt !== null)
    .map(({ id }) => `(${p(id)}::uuid, ${p(hex().slice(0, 22))}, '127.0.0.1', 'bench')`);
  const links = made.map(({ id }) => `(nextval('bench_seq'), ${p(id)}::uuid, ${p(hex())}, ${p(hex())})`);
  const personal = `personal AS (INSERT INTO ledger_personal (entry_id, salt, ip, user_agent)
    VALUES ${addresses.join(", ")})`;
  return `entries AS (INSERT INTO ledger_entry (id, ${ENTRY.join(", ")}, entity_id, task_id, service, request_id,
    detail, personal_digest) VALUES ${rows.join(", ")})${addresses.length > 0 ? `, ${personal}` : ""}
  INSERT INTO ledger_chain (seq, entry_id, prev, hash) VALUES ${links.join(", ")}`;
}

/** Inserts `columns` of a row, those in `given` with other values. */
function insert(p: Place, table: string, columns: readonly string[], row: Row, given: Row): string {
  const places = columns.map((column) => p(column in given ? given[column] : row[column]));
  return `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${places.join(", ")})`;
}

const TASK_COLUMNS =
  `id type description priority author_id author_kind author_name editor_id source team ticket_ref tags
  resource_keys resource_types resource_ids`.split(/\s+/);
const REVISION_COLUMNS = "task_id revision config resource_keys editor_id reason".split(" ");
const APPROVAL_COLUMNS =
  "id task_id revision reviewer_id reviewer_name priority requirement_ids why due_at".split(" ");
const ATTEMPT_COLUMNS = "id task_id revision number worker_id fencing_token lock_ids stash".split(" ");

function moveTask(p: Place, ids: Ids, state: string, set: string): string {
  return `moved AS (UPDATE task SET state = '${state}', version = version + 1, updated_at = now(), state_since = now(),
    ${set} WHERE id = ${p(ids.task)})`;
}

/** One writer a step: common table expressions that change the task's rows. */
const WRITERS: readonly ((p: Place, ids: Ids, model: ModelLife) => string)[] = [
  (p, ids, { task, revision }) => {
    const given = { id: ids.task, task_id: ids.task, resource_keys: [ids.resource] };
    return `task AS (${insert(p, "task", TASK_COLUMNS, task, given)}),
      revision AS (${insert(p, "task_revision", REVISION_COLUMNS, revision, given)})`;
  },
  (p, ids, { task }) =>
    `${moveTask(p, ids, "SUBMITTED", `submitted_at = now(), problem = NULL, submit_options = ${p(task.submit_options)}`)},
    planned AS (UPDATE task_revision SET plan_state = 'pending', preview = NULL
      WHERE task_id = ${p(ids.task)} AND revision = 1)`,
  (p, ids, { task, revision, approval }) =>
    `${moveTask(
      p,
      ids,
      "REVIEWING",
      `content_hash = ${p(task.content_hash)}, risk_score = ${p(task.risk_score)}, risk_level = ${p(task.risk_level)},
       resource_keys = ${p([ids.resource])}, required_approvals = 1`,
    )},
    planned AS (UPDATE task_revision SET preview = ${p(revision.preview)}, plan_state = 'ready',
      risk = ${p(revision.risk)}, requirements = ${p(JSON.stringify(revision.requirements))},
      content_hash = ${p(revision.content_hash)}, resource_keys = ${p([ids.resource])}
      WHERE task_id = ${p(ids.task)} AND revision = 1),
    asked AS (${insert(p, "approval", APPROVAL_COLUMNS, approval, {
      id: ids.approval,
      task_id: ids.task,
      why: JSON.stringify(approval.why),
    })})`,
  (p, ids, { approval }) =>
    `${moveTask(p, ids, "APPROVED", "current_approvals = 1, approved_at = now(), apply_after = now()")},
    answered AS (UPDATE approval SET status = 'APPROVED', action = 'approve', responded_at = now(),
      content_hash = ${p(approval.content_hash)} WHERE id = ${p(ids.approval)})`,
  (p, ids, { attempt }) =>
    `${moveTask(
      p,
      ids,
      "APPLYING",
      `started_at = now(), attempts = 1, fencing_token = ${p(attempt.fencing_token)}`,
    )},
    tried AS (${insert(p, "attempt", ATTEMPT_COLUMNS, attempt, { id: ids.attempt, task_id: ids.task })})`,
  (p, ids, { task }) =>
    `${moveTask(
      p,
      ids,
      "COMPLETED",
      `completed_at = now(), result = 'success', output = ${p(task.output)}, apply_after = NULL`,
    )},
    ended AS (UPDATE attempt SET ended_at = now(), outcome = 'success' WHERE id = ${p(ids.attempt)} RETURNING id),
    printed AS (INSERT INTO attempt_output (attempt_id, position, bytes, text)
      SELECT ended.id, 0, octet_length(${p(task.output)}::text), ${p(task.output)}::text FROM ended
      WHERE ${p(task.output)}::text <> '')`,
];

export type PreparedLife = { name: string; text: string; values: unknown[] }[];

/** The statements of one life with their values, made before time is measured. */
export function prepareLife(model: ModelLife): PreparedLife {
  const [task, approval, attempt] = [randomIds.uuid(), randomIds.uuid(), randomIds.uuid()];
  const ids: Ids = { task, approval, attempt, resource: `service:bench/life-${task}` };
  return WRITERS.map((write, step) => {
    const { values, p } = collector();
    const text = `WITH ${write(p, ids, model)}, ${recordOf(p, ids, model.steps[step]!)}`;
    return { name: `bare-life-${step}`, text, values };
  });
}

/** A whole life by bare SQL: one prepared statement, and so one transaction, a step. */
export async function writeLife(pool: Pool, life: PreparedLife): Promise<void> {
  for (const statement of life) await pool.query(statement);
}
