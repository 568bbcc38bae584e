import type { Preview, TaskConfig } from "../executors/schema.ts";
import { type HotWrite, hotWrite, json } from "../ledger/service.ts";
import type { RiskAssessment } from "../risk/schema.ts";
import type { SubmitOptions, TaskState } from "../tasks/schema.ts";
import { casTask } from "./cas-task.ts";
import { endApprovals } from "./end-approvals.ts";

type TaskKey = { id: string; version: number };

/** Who writes, their owner where they are an agent, and who made the key that they use. */
type Editor = { id: string; owner_id: string | null; key_by: string | null };

export type NewTask = {
  id: string;
  config: TaskConfig;
  keys: readonly string[];
  /** Seconds after which it is cancelled where it is not applied; null: never. */
  expires_after: number | null;
  author: Editor & { kind: "user" | "agent"; name: string };
  editor: Editor;
  source: string;
  team: string | null;
  ticket_ref: string | null;
  tags: readonly string[];
  resubmitted_from: string | null;
  rollback_of: string | null;
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
        author_owner_id, author_key_by, editor_id, editor_owner_id, editor_key_by, source, team, ticket_ref, tags, resource_keys, resource_types,
        resource_ids, resubmitted_from, rollback_of, expires_at)
      VALUES (${id}::uuid, ${p(task.config.type)}, ${p(task.config.description)}, ${p(task.config.priority)},
        ${p(task.author.id)}, ${p(task.author.kind)}, ${p(task.author.name)}, ${p(task.author.owner_id)},
        ${p(task.author.key_by)}, ${editor}::uuid, ${p(task.editor.owner_id)}, ${p(task.editor.key_by)}, ${p(task.source)}, ${p(task.team)}, ${p(task.ticket_ref)},
        ${p(task.tags)}, ${keys}::text[], ${p(resourceTypes(task.config))}, ${p(resourceIds(task.config))},
        ${p(task.resubmitted_from)}, ${p(task.rollback_of)},
        now() + make_interval(secs => ${p(task.expires_after)}::float8)) RETURNING id),
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
    editor: Editor;
    team: string | null;
    ticket_ref: string | null;
    tags: readonly string[];
    /** When it is cancelled where it is not applied; null: never. */
    expires_at: Date | null;
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
        `editor_key_by = ${p(next.editor.key_by)}::uuid`,
        `team = ${p(next.team)}`,
        `ticket_ref = ${p(next.ticket_ref)}`,
        `tags = ${p(next.tags)}`,
        `resource_keys = ${keys}::text[]`,
        `resource_types = ${p(resourceTypes(config))}`,
        `resource_ids = ${p(resourceIds(config))}`,
        `expires_at = ${p(next.expires_at)}::timestamptz`,
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
