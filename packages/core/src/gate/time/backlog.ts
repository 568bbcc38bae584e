import {
  type BacklogChange,
  type BacklogEntry,
  type BacklogSettings,
  backlogSettings,
} from "../../approvals/schema.ts";
import {
  type BacklogCandidate,
  DEFAULT_BACKLOG,
  dueRule,
  mayPass,
  outcomeOf,
  overLimit,
  type Priority,
  raisedPriority,
} from "../../approvals/service.ts";
import { type Actor, systemActor } from "../../kernel/actor.ts";
import { defineSetting, type HotWrite, hotWrite, json } from "../../ledger/service.ts";
import { loadTask, type TaskRecord } from "../../tasks/service.ts";
import { casTask } from "../cas-task.ts";
import type { GateDeps } from "../deps.ts";
import { moveFacts, moveOf } from "../respond.ts";
import { type Move, moveColumns } from "../review-store.ts";
import { approvalFact } from "../task-facts.ts";

const BACKLOG = defineSetting("backlog", backlogSettings, DEFAULT_BACKLOG);
/** One process at a time: the cap of an author is counted over many rows, which no compare-and-swap can guard. */
const BACKLOG_LOCK = 7_310_117;
const LIMIT = 200;
const ACTOR = systemActor("backlog");

/** The policy in force, and its version. */
export async function readBacklog(deps: Pick<GateDeps, "prisma">): Promise<BacklogEntry> {
  const { value, version } = await BACKLOG.read(deps.prisma);
  return { ...value, version };
}

/** Replaces the policy, from now on. CONFLICT where it is no longer the expected one. */
export async function updateBacklog(
  deps: Pick<GateDeps, "ledger" | "clock">,
  actor: Actor,
  { version, ...value }: BacklogChange,
): Promise<BacklogEntry> {
  const kept = await BACKLOG.replace(deps, actor, { value, expected_version: version });
  return { ...kept.value, version: kept.version };
}

/**
 * Where more reviews are open than the limits allow: raises the priority of what waits for long, and lets pass what the
 * policy allows to. Safe in any number of workers. Answers how many tasks it changed.
 */
export async function workBacklog(deps: GateDeps): Promise<number> {
  const settings = await readBacklog(deps);
  const over = overLimit(settings, await countOpen(deps));
  if (!over.overall && over.reviewers.size === 0) return 0;
  const client = await deps.pool.connect();
  try {
    await client.query("BEGIN");
    const { rows } = await client.query("SELECT pg_try_advisory_xact_lock($1) AS mine", [BACKLOG_LOCK]);
    return rows[0].mine ? await workOld(deps, settings, over) : 0;
  } finally {
    await client.query("ROLLBACK");
    client.release();
  }
}

async function countOpen(deps: GateDeps) {
  const { rows } = await deps.pool.query<{ reviewer_id: string; open: number; tasks: number }>({
    name: "backlog-count",
    text: `SELECT a.reviewer_id, count(*)::int AS open FROM approval a JOIN task t ON t.id = a.task_id
      AND t.revision = a.revision AND t.state = 'REVIEWING' WHERE a.status = 'PENDING' AND a.kind = 'review'
      GROUP BY a.reviewer_id`,
  });
  const { rows: all } = await deps.pool.query<{ open: number }>({
    name: "backlog-count-all",
    text: "SELECT count(*)::int AS open FROM task WHERE state = 'REVIEWING'",
  });
  return { overall: all[0]!.open, by_reviewer: new Map(rows.map((row) => [row.reviewer_id, row.open])) };
}

type Over = ReturnType<typeof overLimit>;

async function workOld(deps: GateDeps, settings: BacklogSettings, over: Over): Promise<number> {
  const now = deps.clock.now();
  const before = new Date(now.getTime() - settings.old_after_hours * 3_600_000);
  const { rows } = await deps.pool.query<{ id: string }>({
    name: "backlog-old",
    text: `SELECT t.id FROM task t WHERE t.state = 'REVIEWING' AND t.state_since <= $1::timestamptz
      AND ($2::boolean OR EXISTS (SELECT 1 FROM approval a WHERE a.task_id = t.id AND a.revision = t.revision
        AND a.status = 'PENDING' AND a.reviewer_id = ANY($3::uuid[])))
      ORDER BY t.state_since LIMIT ${LIMIT}`,
    values: [before, over.overall, [...over.reviewers]],
  });
  let changed = 0;
  for (const { id } of rows) {
    const task = await loadTask(deps.pool, id);
    if (task?.state !== "REVIEWING") continue;
    const waitedHours = (now.getTime() - task.state_since.getTime()) / 3_600_000;
    const passes = mayPass(await candidateOf(deps, task, waitedHours, now), settings);
    const done = passes && (await letPass(deps, task, settings));
    changed += done || (await raise(deps, task, settings, over, waitedHours)) ? 1 : 0;
  }
  return changed;
}

/** One person's own changes and those of their agents are one person's. */
async function candidateOf(
  deps: GateDeps,
  task: TaskRecord,
  waited_hours: number,
  now: Date,
): Promise<BacklogCandidate> {
  const { rows } = await deps.pool.query<{ passed: number }>({
    name: "backlog-passed",
    text: `SELECT count(DISTINCT t.id)::int AS passed FROM task t JOIN approval a ON a.task_id = t.id
      WHERE a.action = 'backlog' AND a.responded_at > $2::timestamptz - interval '1 hour'
        AND coalesce(t.author_owner_id, t.author_id) = $1::uuid`,
    values: [task.author_owner_id ?? task.author_id, now],
  });
  const { risk_level, revision, drifts, resubmitted_from } = task;
  return {
    ...{ risk_level, revision, drifts, resubmitted_from, waited_hours },
    answers: task.approvals.filter(({ status }) => status !== "PENDING").length,
    passed_in_last_hour: rows[0]!.passed,
  };
}

/** Approves what is open in nobody's name: each row is marked, and so is the fact. */
async function letPass(deps: GateDeps, task: TaskRecord, settings: BacklogSettings): Promise<boolean> {
  const reason = `Backlog policy: LOW risk, open for more than ${settings.old_after_hours} hours while more reviews are open than the limits allow.`;
  const approvals = task.approvals.map((row) => ({ ...row, status: "APPROVED" }));
  const requirements = task.requirements ?? [];
  if (requirements.length === 0 || outcomeOf(requirements, approvals, task.now) !== "approve") return false;
  const move = moveOf(task, "approve", approvals);
  const facts = [
    ...task.approvals.map((row) =>
      approvalFact("approval.passed", task, row, {
        from_state: "PENDING",
        to_state: "APPROVED",
        reason,
        detail: { response: "backlog", content_hash: task.content_hash },
      }),
    ),
    ...moveFacts({ ...task, approvals }, "approve", move).map((fact) => ({ ...fact, reason })),
  ];
  const rows = await deps.ledger.commit(ACTOR, facts, passWrite(task, move, reason, deps.clock.now()));
  return rows.length > 0;
}

function passWrite(task: TaskRecord, move: Move, reason: string, now: Date): HotWrite {
  return hotWrite(
    "task-pass-backlog",
    (p) => `${casTask(p, task, moveColumns(p, move), true)},
    passed AS (UPDATE approval a SET status = 'APPROVED', action = 'backlog', reason = ${p(reason)},
        content_hash = ${p(task.content_hash)}, responded_at = ${p(now)}::timestamptz, release_at = NULL FROM guard
      WHERE a.task_id = guard.id AND a.revision = ${p(task.revision)}::int AND a.kind = 'review'
        AND a.status = 'PENDING')`,
  );
}

async function raise(
  deps: GateDeps,
  task: TaskRecord,
  settings: BacklogSettings,
  over: Over,
  waited_hours: number,
): Promise<boolean> {
  const base = dueRule(task.priority, []).priority;
  const raised = task.approvals.flatMap((row) => {
    if (row.status !== "PENDING" || !(over.overall || over.reviewers.has(row.reviewer_id))) return [];
    const now = row.priority as Priority;
    const priority = raisedPriority({ base, now, waited_hours }, settings);
    return priority === now ? [] : [{ row, priority }];
  });
  if (raised.length === 0) return false;
  const facts = raised.map(({ row, priority }) =>
    approvalFact("approval.priority_raised", task, row, {
      reason: "More reviews are open than the limits allow, and this one waits for long.",
      detail: { from: row.priority, to: priority },
    }),
  );
  const rows = await deps.ledger.commit(ACTOR, facts, raiseWrite(task, raised));
  return rows.length > 0;
}

function raiseWrite(
  task: TaskRecord,
  raised: readonly { row: { id: string }; priority: string }[],
): HotWrite {
  const priorities = raised.map(({ row, priority }) => ({ id: row.id, priority }));
  return hotWrite(
    "task-raise-priority",
    (p) => `${casTask(p, task, [], false)},
    raised AS (UPDATE approval a SET priority = r.priority
      FROM guard, jsonb_to_recordset(${p(json(priorities))}::jsonb) AS r(id uuid, priority text) WHERE a.id = r.id)`,
  );
}
