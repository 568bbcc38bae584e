import type { Preview, TaskConfig } from "../executors/schema.ts";
import { type HotWrite, hotWrite, json } from "../ledger/service.ts";
import type { Requirement } from "../policies/schema.ts";
import type { RiskAssessment } from "../risk/schema.ts";
import type { SubmitOptions, TaskState } from "../tasks/schema.ts";
import { casTask } from "./cas-task.ts";

type TaskKey = { id: string; version: number };

export type NewTask = {
  id: string;
  config: TaskConfig;
  keys: readonly string[];
  author: { id: string; kind: "user" | "agent"; name: string; owner_id: string | null };
  editor: { id: string; owner_id: string | null };
  source: string;
  team: string | null;
  ticket_ref: string | null;
  tags: readonly string[];
  resubmitted_from: string | null;
};

const resourceTypes = (config: TaskConfig): string[] => [
  ...new Set(config.resources.map(({ type }) => type)),
];
const resourceIds = (config: TaskConfig): string[] => [...new Set(config.resources.map(({ id }) => id))];

/** A draft and its first revision. */
export function insertTask(task: NewTask): HotWrite {
  return hotWrite("task-insert", (p) => {
    const id = p(task.id);
    const editor = p(task.editor.id);
    const keys = p(task.keys);
    return `guard AS (INSERT INTO task (id, type, description, priority, author_id, author_kind, author_name,
        author_owner_id, editor_id, editor_owner_id, source, team, ticket_ref, tags, resource_keys, resource_types,
        resource_ids, resubmitted_from)
      VALUES (${id}::uuid, ${p(task.config.type)}, ${p(task.config.description)}, ${p(task.config.priority)},
        ${p(task.author.id)}, ${p(task.author.kind)}, ${p(task.author.name)}, ${p(task.author.owner_id)},
        ${editor}::uuid, ${p(task.editor.owner_id)}, ${p(task.source)}, ${p(task.team)}, ${p(task.ticket_ref)},
        ${p(task.tags)}, ${keys}::text[], ${p(resourceTypes(task.config))}, ${p(resourceIds(task.config))},
        ${p(task.resubmitted_from)}) RETURNING id),
    first AS (INSERT INTO task_revision (task_id, revision, config, resource_keys, editor_id, reason)
      SELECT ${id}::uuid, 1, ${p(json(task.config))}::jsonb, ${keys}::text[], ${editor}::uuid, 'create' FROM guard)`;
  });
}

/** A new revision of a draft or of a task in review; approvals of the old one are superseded. */
export function insertRevision(
  task: TaskKey & { state: TaskState; revision: number },
  next: {
    state: TaskState;
    config: TaskConfig;
    keys: readonly string[];
    editor: { id: string; owner_id: string | null };
    team: string | null;
    ticket_ref: string | null;
    tags: readonly string[];
    skipped: boolean;
  },
): HotWrite {
  const moves = next.state !== task.state;
  return hotWrite(moves ? "task-edit-in-review" : "task-edit-draft", (p) => {
    const { config } = next;
    const keys = p(next.keys);
    const revision = p(task.revision + 1);
    const editor = p(next.editor.id);
    const guard = casTask(
      p,
      task,
      [
        `state = ${p(next.state)}`,
        `revision = ${revision}::int`,
        `type = ${p(config.type)}`,
        `description = ${p(config.description)}`,
        `priority = ${p(config.priority)}`,
        `editor_id = ${editor}::uuid`,
        `editor_owner_id = ${p(next.editor.owner_id)}::uuid`,
        `team = ${p(next.team)}`,
        `ticket_ref = ${p(next.ticket_ref)}`,
        `tags = ${p(next.tags)}`,
        `resource_keys = ${keys}::text[]`,
        `resource_types = ${p(resourceTypes(config))}`,
        `resource_ids = ${p(resourceIds(config))}`,
        "content_hash = NULL, problem = NULL, risk_score = NULL, risk_level = NULL",
        "required_approvals = 0, current_approvals = 0",
      ],
      moves,
    );
    return `${guard},
    added AS (INSERT INTO task_revision (task_id, revision, config, resource_keys, editor_id, reason, plan_state)
      SELECT id, ${revision}::int, ${p(json(config))}::jsonb, ${keys}::text[], ${editor}::uuid, 'edit',
        ${p(next.skipped ? "skipped" : "pending")} FROM guard),
    ${endApprovals(p, task, "superseded")}`;
  });
}

/**
 * DRAFT to SUBMITTED. The plan is made anew for what is submitted: the world may have moved since the draft. A
 * revision that was reviewed before is submitted again under a new number, because an approval belongs to one.
 */
export function submitTask(
  task: TaskKey & {
    revision: number;
    config: TaskConfig;
    resource_keys: readonly string[];
    editor_id: string;
  },
  options: SubmitOptions,
  wasReviewed: boolean,
): HotWrite {
  return hotWrite(wasReviewed ? "task-submit-again" : "task-submit", (p) => {
    const revision = p(wasReviewed ? task.revision + 1 : task.revision);
    const planState = p(options.skip_preview ? "skipped" : "pending");
    const set = [
      "state = 'SUBMITTED'",
      `revision = ${revision}::int`,
      `submit_options = ${p(json(options))}::jsonb`,
      "submitted_at = now()",
      "problem = NULL",
      "drifts = 0",
    ];
    const guard = casTask(p, task, set, true);
    const planned = wasReviewed
      ? `INSERT INTO task_revision (task_id, revision, config, resource_keys, editor_id, reason, plan_state)
          SELECT guard.id, ${revision}::int, ${p(json(task.config))}::jsonb, ${p(task.resource_keys)}::text[],
            ${p(task.editor_id)}::uuid, 'resubmit', ${planState} FROM guard`
      : `UPDATE task_revision SET plan_state = ${planState}, preview = NULL FROM guard
          WHERE task_id = guard.id AND revision = ${revision}::int`;
    return `${guard}, planned AS (${planned})`;
  });
}

/** What a draft's background plan found: preview and risk, for the author to see. */
export function storeDraftPlan(
  task: TaskKey & { revision: number },
  plan: { preview: Preview; risk: RiskAssessment; keys: readonly string[] },
): HotWrite {
  return hotWrite("task-draft-plan", (p) => {
    const keys = p(plan.keys);
    const guard = casTask(
      p,
      task,
      [
        `risk_score = ${p(plan.risk.score)}`,
        `risk_level = ${p(plan.risk.level)}`,
        `resource_keys = ${keys}::text[]`,
      ],
      false,
    );
    return `${guard},
    planned AS (UPDATE task_revision SET plan_state = 'ready', preview = ${p(json(plan.preview))}::jsonb,
      risk = ${p(json(plan.risk))}::jsonb, resource_keys = ${keys}::text[]
      FROM guard WHERE task_id = guard.id AND revision = ${p(task.revision)}::int)`;
  });
}

export type NewApproval = {
  id: string;
  reviewer_id: string;
  reviewer_name: string;
  priority: string;
  requirement_ids: readonly string[];
  why: readonly unknown[];
  due_in_hours: number;
};

export type Assessed = {
  preview: Preview | null;
  risk: RiskAssessment;
  keys: readonly string[];
  requirements: readonly Requirement[];
  content_hash: string;
  required_approvals: number;
  approvals: readonly NewApproval[];
};

/** SUBMITTED to REVIEWING (approvals are made) or APPROVED (every policy waives; due at once). */
export function assessTask(
  task: TaskKey & { revision: number },
  to: "REVIEWING" | "APPROVED",
  found: Assessed,
): HotWrite {
  return hotWrite(to === "REVIEWING" ? "task-start-review" : "task-auto-approve", (p) => {
    const keys = p(found.keys);
    const hash = p(found.content_hash);
    const revision = p(task.revision);
    const due = to === "APPROVED" ? ["approved_at = now()", "apply_after = now()", "waiting_for = NULL"] : [];
    const guard = casTask(
      p,
      task,
      [
        `state = '${to}'`,
        `content_hash = ${hash}`,
        `risk_score = ${p(found.risk.score)}`,
        `risk_level = ${p(found.risk.level)}`,
        `resource_keys = ${keys}::text[]`,
        `required_approvals = ${p(found.required_approvals)}::int`,
        "current_approvals = 0",
        "attempts = 0",
        ...due,
      ],
      true,
    );
    return `${guard},
    planned AS (UPDATE task_revision SET preview = ${p(json(found.preview))}::jsonb,
      plan_state = ${p(found.preview === null ? "skipped" : "ready")}, risk = ${p(json(found.risk))}::jsonb,
      requirements = ${p(json(found.requirements))}::jsonb, content_hash = ${hash}, resource_keys = ${keys}::text[]
      FROM guard WHERE task_id = guard.id AND revision = ${revision}::int),
    asked AS (INSERT INTO approval (id, task_id, revision, reviewer_id, reviewer_name, priority, requirement_ids,
        why, due_at)
      SELECT a.id, guard.id, ${revision}::int, a.reviewer_id, a.reviewer_name, a.priority, a.requirement_ids, a.why,
        now() + make_interval(hours => a.due_in_hours)
      FROM guard, jsonb_to_recordset(${p(json(found.approvals))}::jsonb) AS a(id uuid, reviewer_id uuid,
        reviewer_name text, priority text, requirement_ids text[], why jsonb, due_in_hours int))`;
  });
}

/** SUBMITTED to DRAFT: the plan is invalid, or nobody is left to approve. The errors stay on the task. */
export function sendBack(
  task: TaskKey & { revision: number },
  problem: { code: string; message: string; details?: unknown },
  preview: Preview | null,
): HotWrite {
  return hotWrite("task-send-back", (p) => {
    const guard = casTask(p, task, ["state = 'DRAFT'", `problem = ${p(json(problem))}::jsonb`], true);
    return `${guard},
    planned AS (UPDATE task_revision SET preview = ${p(json(preview))}::jsonb, plan_state = 'ready'
      FROM guard WHERE task_id = guard.id AND revision = ${p(task.revision)}::int)`;
  });
}

export type Move = {
  state: TaskState;
  current_approvals: number;
  apply_immediately: boolean;
  problem: { code: string; message: string } | null;
};

/** The columns that the end of a review sets, and what becomes of approvals that are still open. */
function moveColumns(p: (value: unknown) => string, move: Move): string[] {
  const columns = [
    `state = ${p(move.state)}`,
    `current_approvals = ${p(move.current_approvals)}::int`,
    `problem = ${p(json(move.problem))}::jsonb`,
  ];
  if (move.state === "APPROVED") {
    const immediately = p(move.apply_immediately);
    columns.push(
      "approved_at = now()",
      "apply_after = now()",
      "waiting_for = NULL",
      `apply_immediately = ${immediately}::boolean`,
    );
  }
  return columns;
}

type End = "superseded" | "closed" | "returned";

const endOf = (state: TaskState): End => (state === "DRAFT" ? "returned" : "closed");

function endApprovals(
  p: (value: unknown) => string,
  task: { revision: number },
  end: End,
  except?: string,
): string {
  // A given answer stays what it was when a review closes; when a revision is replaced, all of it is void; and of
  // what is returned, the request for changes stays, so that the author sees who asked for what.
  const which = {
    superseded: "true",
    closed: "a.status = 'PENDING'",
    returned: "a.status <> 'CHANGES_REQUESTED'",
  }[end];
  const status = end === "closed" ? "CLOSED" : "SUPERSEDED";
  const spared = except === undefined ? "" : `AND a.id <> ${p(except)}::uuid`;
  return `ended AS (UPDATE approval a SET status = '${status}' FROM guard
    WHERE a.task_id = guard.id AND a.revision = ${p(task.revision)}::int AND ${which} ${spared})`;
}

export type StoredResponse = {
  id: string;
  reviewer_id: string;
  reviewer_name: string;
  status: string;
  action: string;
  reason: string | null;
  content_hash: string | null;
  apply_immediately: boolean;
  /** When it takes effect; null: at once. */
  release_at: Date | null;
  by_admin: boolean;
  /** For an admin's own row, made by the answer itself. */
  why: readonly unknown[];
  requirement_ids: readonly string[];
};

/** A response, with the transition that it causes (if any), in one statement. */
export function respond(
  task: TaskKey & { revision: number; state: TaskState },
  response: StoredResponse,
  move: Move,
): HotWrite {
  const ends = move.state !== task.state;
  const name = `task-respond-${move.state.toLowerCase()}`;
  return hotWrite(name, (p) => {
    const ended = ends ? `, ${endApprovals(p, task, endOf(move.state), response.id)}` : "";
    return `${casTask(p, task, moveColumns(p, move), ends)},
    answered AS (INSERT INTO approval (id, task_id, revision, reviewer_id, reviewer_name, status, action, reason,
        content_hash, apply_immediately, by_admin, why, requirement_ids, responded_at, release_at)
      SELECT ${p(response.id)}::uuid, guard.id, ${p(task.revision)}::int, ${p(response.reviewer_id)}::uuid,
        ${p(response.reviewer_name)}, ${p(response.status)}, ${p(response.action)}, ${p(response.reason)},
        ${p(response.content_hash)}, ${p(response.apply_immediately)}::boolean, ${p(response.by_admin)}::boolean,
        ${p(json(response.why))}::jsonb, ${p(response.requirement_ids)}::text[], now(),
        ${p(response.release_at)}::timestamptz
      FROM guard
      ON CONFLICT (task_id, revision, reviewer_id) DO UPDATE SET status = excluded.status, action = excluded.action,
        reason = excluded.reason, content_hash = excluded.content_hash, responded_at = excluded.responded_at,
        apply_immediately = excluded.apply_immediately, release_at = excluded.release_at)${ended}`;
  });
}

/** Takes a response back within its undo time; an admin's own row goes, an asked one is open again. */
export function withdraw(
  task: TaskKey,
  approval: { id: string; by_admin: boolean },
  current: number,
): HotWrite {
  return hotWrite(approval.by_admin ? "task-withdraw-admin" : "task-withdraw", (p) => {
    const guard = casTask(p, task, [`current_approvals = ${p(current)}::int`], false);
    const id = p(approval.id);
    const undone = approval.by_admin
      ? `DELETE FROM approval a USING guard WHERE a.id = ${id}::uuid`
      : `UPDATE approval a SET status = 'PENDING', action = NULL, reason = NULL, release_at = NULL,
          responded_at = NULL, content_hash = NULL, apply_immediately = false FROM guard WHERE a.id = ${id}::uuid`;
    return `${guard}, undone AS (${undone})`;
  });
}

/** The transition of a review whose undo time is over. */
export function release(task: TaskKey & { revision: number; state: TaskState }, move: Move): HotWrite {
  return hotWrite(`task-release-${move.state.toLowerCase()}`, (p) => {
    const guard = casTask(p, task, moveColumns(p, move), true);
    return `${guard}, ${endApprovals(p, task, endOf(move.state))}`;
  });
}

/** Into CANCELLED from any state that allows it; open approvals are closed. */
export function cancelTask(task: TaskKey & { revision: number }): HotWrite {
  return hotWrite("task-cancel", (p) => {
    const guard = casTask(
      p,
      task,
      ["state = 'CANCELLED'", "completed_at = now()", "apply_after = NULL"],
      true,
    );
    return `${guard}, ${endApprovals(p, task, "closed")}`;
  });
}

export function deleteTask(task: TaskKey): HotWrite {
  return hotWrite(
    "task-delete",
    (p) =>
      `guard AS (DELETE FROM task WHERE id = ${p(task.id)}::uuid AND version = ${p(task.version)}::int RETURNING id)`,
  );
}

export function archiveTask(task: TaskKey): HotWrite {
  return hotWrite("task-archive", (p) => casTask(p, task, ["archived = true"], false));
}

export function requestAbort(task: TaskKey): HotWrite {
  return hotWrite("task-abort", (p) => casTask(p, task, ["abort_requested_at = now()"], false));
}
