import { randomUUID } from "node:crypto";
import type { Pool } from "pg";
import { changeOf, type PastChange, type PastPeople, pastChanges } from "./past-changes.ts";

/**
 * Ten weeks of decided changes, so that insights and the learned risk model have something to show. They happened to
 * nobody: their rows and entries are written here with times of the past, and each entry says so (`backdated` in its
 * detail). It is the only place where anything is; the ledger seals them in the order in which they are written.
 */
export async function writeHistory(
  pool: Pool,
  people: PastPeople,
  policies: PastPolicies,
  now: Date,
): Promise<void> {
  const rows = pastChanges(people, now).map((change) => rowsOf(change, people, policies));
  const all = <K extends keyof Rows>(kind: K) => JSON.stringify(rows.flatMap((each) => each[kind]));
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    for (const table of ["task", "task_revision", "approval", "attempt", "ledger_entry"] as const) {
      // Columns that a row does not name take their defaults, as jsonb_populate_record would not give them.
      const [first] = rows.flatMap((each) => each[table]);
      const columns = Object.keys(first ?? {})
        .map((name) => `"${name}"`)
        .join(", ");
      await client.query(
        `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM jsonb_populate_recordset(NULL::${table}, $1::jsonb)`,
        [all(table)],
      );
    }
    await client.query(
      "INSERT INTO ledger_pending (entry_id) SELECT id FROM jsonb_to_recordset($1::jsonb) AS e(id uuid)",
      [all("ledger_entry")],
    );
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  } finally {
    client.release();
  }
}

/** True where an earlier, interrupted start has written it. */
export async function hasHistory(pool: Pool): Promise<boolean> {
  const { rowCount } = await pool.query("SELECT 1 FROM task WHERE source = 'demo-history' LIMIT 1");
  return (rowCount ?? 0) > 0;
}

export type PastPolicies = ReadonlyMap<string, { id: string; version: number }>;

type Table = "task" | "task_revision" | "approval" | "attempt" | "ledger_entry";
type Rows = Record<Table, Record<string, unknown>[]>;

function rowsOf(change: PastChange, people: PastPeople, policies: PastPolicies): Rows {
  const id = randomUUID();
  const config = changeOf(change);
  const key = `${change.resource.type}:demo-prod/${change.resource.id}`;
  const requirements = change.demands.map((demand) => ({
    ...{
      id: policies.get(demand.policy)?.id ?? "default",
      policy_id: policies.get(demand.policy)?.id ?? null,
    },
    ...{
      policy_name: demand.policy,
      policy_version: policies.get(demand.policy)?.version ?? 0,
      min_approvers: 1,
    },
    ...{ candidates: [people[demand.by].id], open: false, who: demand.group, required_roles: [] },
    ...{ reject_threshold: 1, auto_approved: false, why: `it touches ${key}`, due_in_hours: null },
  }));
  const lastAnswer = change.answers.at(-1);
  const isSettled = change.result !== null;
  const state = isSettled
    ? "COMPLETED"
    : change.answers.at(-1)?.action === "reject"
      ? "REJECTED"
      : "CANCELLED";
  const endedAt = change.completed_at ?? lastAnswer?.at ?? change.submitted_at;
  const entries = entriesOf(change, id, key, people);
  return {
    task: [
      {
        ...{
          id,
          version: 6,
          state,
          revision: 1,
          type: config.type,
          description: config.description,
          priority: 50,
        },
        ...{ author_id: change.author.id, author_kind: change.author.kind, author_name: change.author.name },
        ...{ author_owner_id: change.author.owner_id, editor_id: change.author.id, source: "demo-history" },
        ...{ tags: ["history"], resource_keys: [key], resource_types: [change.resource.type] },
        ...{
          resource_ids: [change.resource.id],
          risk_score: change.risk.score,
          risk_level: change.risk.level,
        },
        ...{ required_approvals: requirements.length, drifts: 0, apply_immediately: false },
        ...{ current_approvals: change.answers.filter(({ action }) => action === "approve").length },
        ...{
          attempts: isSettled ? 1 : 0,
          crashes: 0,
          archived: false,
          result: change.result,
          error: change.error,
        },
        ...{ state_since: endedAt, created_at: change.created_at, updated_at: endedAt },
        ...{ submitted_at: change.submitted_at, approved_at: isSettled ? lastAnswer?.at : null },
        ...{ started_at: change.started_at, completed_at: change.completed_at },
      },
    ],
    task_revision: [
      {
        ...{ task_id: id, revision: 1, config, plan_state: "ready", risk: change.risk, requirements },
        preview: {
          ...{ valid: true, warnings: [], errors: [], affected_services: [] },
          changes: [{ resource: config.resources[0], action: "update", diff: change.diff }],
        },
        ...{
          resource_keys: [key],
          editor_id: change.author.id,
          reason: "create",
          created_at: change.created_at,
        },
      },
    ],
    approval: change.answers.map((answer, index) => ({
      ...{ id: answer.id, task_id: id, revision: 1, reviewer_id: people[answer.by].id },
      ...{ reviewer_name: people[answer.by].name, status: STATUS[answer.action], priority: "NORMAL" },
      ...{ requirement_ids: [requirements[index]?.id], action: answer.action, reason: answer.reason },
      ...{
        why: [],
        apply_immediately: false,
        by_admin: false,
        kind: "review",
        stands_for: [],
        escalation_step: 0,
      },
      ...{ created_at: change.submitted_at, responded_at: answer.at },
    })),
    attempt: isSettled
      ? [
          {
            ...{
              id: randomUUID(),
              task_id: id,
              revision: 1,
              number: 1,
              worker_id: "worker:demo",
              fencing_token: 1,
            },
            ...{ lock_ids: [], started_at: change.started_at, ended_at: change.completed_at },
            ...{ outcome: change.result, error: change.error },
          },
        ]
      : [],
    ledger_entry: entries,
  };
}

const STATUS = { approve: "APPROVED", reject: "REJECTED", request_changes: "CHANGES_REQUESTED" } as const;
const MOVES = {
  approve: ["task.approved", "APPROVED"],
  reject: ["task.rejected", "REJECTED"],
  request_changes: ["task.changes_requested", "DRAFT"],
} as const;

function entriesOf(
  change: PastChange,
  taskId: string,
  key: string,
  people: PastPeople,
): Record<string, unknown>[] {
  const watchers = [change.author.id, ...change.answers.map(({ by }) => people[by].id)];
  const detail = { backdated: true, type: "configuration.file", revision: 1, author_id: change.author.id };
  const entry = (
    at: Date,
    action: string,
    who: { kind: string; id: string; name: string },
    more: object = {},
  ) => ({
    ...{ id: randomUUID(), at, action, entity_type: "task", entity_id: taskId, task_id: taskId },
    ...{ actor_kind: who.kind, actor_id: who.id, actor_name: who.name, via: "process:demo", service: "demo" },
    ...{ from_state: null, to_state: null, reason: null },
    detail: { ...detail, watchers, resources: [key] },
    ...more,
  });
  const withDetail = (more: object) => ({ detail: { ...detail, watchers, resources: [key], ...more } });
  const system = { kind: "system", id: "system", name: "System" };
  const worker = { kind: "worker", id: "worker:demo", name: "Worker" };
  const last = change.answers.at(-1);
  const entries = [
    entry(change.created_at, "task.created", change.author, { to_state: "DRAFT" }),
    entry(change.submitted_at, "task.submitted", change.author, {
      from_state: "DRAFT",
      to_state: "SUBMITTED",
    }),
    entry(change.submitted_at, "task.review_started", system, {
      from_state: "SUBMITTED",
      to_state: "REVIEWING",
    }),
    ...change.answers.map((answer) =>
      entry(answer.at, "approval.responded", people[answer.by], {
        ...{ entity_type: "approval", entity_id: answer.id, from_state: "PENDING" },
        ...{ to_state: STATUS[answer.action], reason: answer.reason },
        ...withDetail({ reviewer_id: people[answer.by].id, response: answer.action }),
      }),
    ),
  ];
  if (last) {
    const [action, to_state] = MOVES[last.action];
    const more = { from_state: "REVIEWING", to_state, reason: last.reason };
    entries.push(entry(last.at, action, people[last.by], more));
  }
  if (change.blocked_at) {
    const waits = withDetail({ kind: "lock", key: `resource:${key}`, holder: "task" });
    entries.push(entry(change.blocked_at, "task.blocked", worker, waits));
  }
  if (change.started_at && change.completed_at) {
    const moved = { from_state: "APPROVED", to_state: "APPLYING" };
    entries.push(entry(change.started_at, "task.apply_started", worker, moved));
    const seconds = (change.completed_at.getTime() - change.started_at.getTime()) / 1000;
    entries.push(
      entry(change.completed_at, "task.completed", worker, {
        ...{ from_state: "APPLYING", to_state: "COMPLETED", reason: change.error },
        ...withDetail({
          ...{ result: change.result, attempt: 1, duration_seconds: seconds },
          ...(change.rolled_back === null ? {} : { rolled_back: change.rolled_back }),
        }),
      }),
    );
  }
  return entries;
}
