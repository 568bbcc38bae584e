import { TOOL_CALL_TYPE } from "../agents/service.ts";
import type { Actor } from "../kernel/actor.ts";
import { isLetAnswer } from "../policies/service.ts";
import { allowedActions, causesOf } from "./machine.ts";
import { presentOverride } from "./overrides.ts";
import type { TaskRecord } from "./record.ts";
import { ROLLBACK_TYPE, type TaskAction, type TaskEntry } from "./schema.ts";
import { waitingFor } from "./waiting.ts";

/** What nobody does who made the change, whatever their roles. */
const DECIDING: readonly TaskAction[] = ["respond", "override", "force_apply"];

export type LockInfo = NonNullable<TaskEntry["lock_info"]>;

/** A record as this actor sees it on the wire. Pure. */
export function presentTask(
  task: TaskRecord,
  actor: Actor,
  facts: { missing: readonly string[]; lock_info?: LockInfo | undefined; now: Date; with_preview: boolean },
): TaskEntry {
  const reviewerIds = task.approvals.map((approval) => approval.reviewer_id);
  const causes = causesOf(actor, { author_id: task.author_id, reviewer_ids: reviewerIds });
  const { author_id, author_owner_id, author_key_by, editor_id, editor_owner_id, editor_key_by } = task;
  const authors = [author_id, author_owner_id, author_key_by];
  const editors = [editor_id, editor_owner_id, editor_key_by];
  const isMaker = [...authors, ...editors, ...task.owners_now].includes(actor.id);
  const isLet = isLetAnswer(task.requirements, actor.id);
  return {
    id: task.id,
    state: task.state,
    revision: task.revision,
    config: task.config,
    metadata: {
      author_id: task.author_id,
      author_name: task.author_name,
      author_kind: task.author_kind,
      ...present("team", task.team),
      ...present("ticket_ref", task.ticket_ref),
      tags: task.tags,
      created_at: task.created_at.toISOString(),
      updated_at: task.updated_at.toISOString(),
      ...time("submitted_at", task.submitted_at),
      ...time("approved_at", task.approved_at),
      ...time("completed_at", task.completed_at),
    },
    source: task.source,
    ...present("content_hash", task.content_hash),
    ...present("risk", task.risk),
    ...(facts.with_preview ? present("preview", task.preview) : {}),
    approvals: task.approvals.map((approval) => ({
      id: approval.id,
      reviewer_id: approval.reviewer_id,
      reviewer_name: approval.reviewer_name,
      status: approval.status,
      ...present("action", approval.action),
      ...present("reason", approval.reason),
      created_at: new Date(approval.created_at).toISOString(),
      ...time("responded_at", approval.responded_at ? new Date(approval.responded_at) : null),
    })),
    required_approvals: task.required_approvals,
    current_approvals: task.current_approvals,
    ...(facts.lock_info ? { lock_info: facts.lock_info } : {}),
    ...presentExecution(task),
    attempts: task.attempts,
    ...present("waiting_for", waitingFor(task, facts.missing, facts.now)),
    ...present("problem", task.problem),
    ...present("resubmitted_from", task.resubmitted_from),
    ...present("rollback_of", task.rollback_of),
    archived: task.archived,
    overrides: task.overrides.map((override) => presentOverride(task, override)),
    allowed_actions: allowedActions(task.state, causes).filter(
      (action) =>
        !(isMaker && DECIDING.includes(action) && !(action === "respond" && isLet)) &&
        hasObject(action, task, actor),
    ),
  };
}

/** Releasing and rolling back are there only where something is held back, or could be brought back. */
function hasObject(action: TaskAction, task: TaskRecord, actor: Actor): boolean {
  if (action === "change_arguments") return task.type === TOOL_CALL_TYPE;
  if (action === "release") return task.waiting_for?.kind === "quarantine";
  if (action !== "roll_back") return true;
  const isKept = task.type !== ROLLBACK_TYPE && task.config.rollback_strategy !== "none" && task.attempts > 0;
  return isKept && actor.kind !== "agent";
}

function presentExecution(task: TaskRecord): Pick<TaskEntry, "execution"> {
  if (!task.started_at && !task.result) return {};
  return {
    execution: {
      ...time("started_at", task.started_at),
      ...time("completed_at", task.completed_at),
      ...present("result", task.result),
      ...present("output", task.output),
      ...present("error", task.error),
    },
  };
}

function present<K extends string, V>(key: K, value: V | null | undefined): { [P in K]?: V } {
  return value === null || value === undefined ? {} : ({ [key]: value } as { [P in K]?: V });
}

function time<K extends string>(key: K, value: Date | null): { [P in K]?: string } {
  return present(key, value?.toISOString());
}
