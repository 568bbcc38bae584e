import type { EventDraft } from "../ledger/schema.ts";
import type { Projection, Projections, SealedEntry } from "../ledger/service.ts";

/** Facts about tasks that move a state, and those that only change what a page shows. */
const MOVES = [
  "task.submitted",
  "task.sent_back",
  "task.review_started",
  "task.auto_approved",
  "task.edited",
  "task.changes_requested",
  "task.approved",
  "task.overridden",
  "task.rejected",
  "task.cancelled",
  "task.drifted",
  "task.apply_started",
  "task.apply_retried",
  "task.completed",
  "task.deleted",
] as const;
const CHANGES = [
  "task.override_requested",
  "task.override_confirmed",
  "task.override_refused",
  "task.previewed",
  "task.commented",
  "task.blocked",
  "task.thawed",
  "task.released",
  "task.abort_requested",
  "task.archived",
  "tool_call.ended",
] as const;

/** Facts about one approval whose detail says how it was answered. */
const ANSWERS = [
  "approval.responded",
  "approval.changed",
  "approval.delegated",
  "approval.reassigned",
  "approval.taken_back",
] as const;

/** The gate's events (api.md, "Events"): pure projections of its facts. */
export const gateProjections: Projections = new Map<string, Projection>([
  ["task.created", (entry) => [taskEvent("task:created", entry, { task_type: entry.detail.type })]],
  ...MOVES.map((action): [string, Projection] => [action, moved]),
  ...CHANGES.map((action): [string, Projection] => [
    action,
    (entry) => [taskEvent("task:changed", entry, { change: action })],
  ]),
  [
    "plan.answered",
    (entry) => [{ event: "plan:answered", channels: [`plan:${entry.entity_id}`], payload: {} }],
  ],
  ["approval.requested", (entry) => [approvalRequested(entry)]],
  ["approval.escalated", (entry) => [approvalEscalated(entry)]],
  ["approval.passed", (entry) => [approvalAnswered(entry, "backlog")]],
  ...["approval.reminded", "approval.priority_raised", "approval.unanswerable"].map(
    (action): [string, Projection] => [
      action,
      (entry) => [taskEvent("task:changed", entry, { change: action })],
    ],
  ),
  ["approval.snoozed", approvalSnoozed],
  ["approval.unsnoozed", approvalSnoozed],
  ["approval.withdrawn", (entry) => [approvalAnswered(entry, "withdraw")]],
  ...ANSWERS.map((action): [string, Projection] => [
    action,
    (entry) => [approvalAnswered(entry, String(entry.detail.response))],
  ]),
  ["approval.dropped", (entry) => [taskEvent("task:changed", entry, { change: "approval.dropped" })]],
]);

function moved(entry: SealedEntry): EventDraft[] {
  const changed = taskEvent("task:state_changed", entry, {
    previous_state: entry.from_state,
    new_state: entry.to_state,
    triggered_by: entry.actor_id,
    ...(entry.reason ? { reason: entry.reason } : {}),
  });
  if (entry.action !== "task.completed") return [changed];
  const { result, duration_seconds, output, error } = entry.detail;
  return [changed, taskEvent("task:completed", entry, { result, duration_seconds, output, error })];
}

function taskEvent(event: string, entry: SealedEntry, payload: Record<string, unknown>): EventDraft {
  return { event, channels: channelsOf(entry), payload: { task_id: entry.task_id, ...payload } };
}

function approvalRequested(entry: SealedEntry): EventDraft {
  const { reviewer_id, type, author_id, priority, due_at, risk_score } = entry.detail;
  return {
    event: "approval:requested",
    channels: channelsOf(entry),
    payload: {
      approval_id: entry.entity_id,
      task_id: entry.task_id,
      task_type: type,
      reviewer_id,
      requested_by: author_id,
      priority,
      ...(due_at ? { due_at } : {}),
      risk_score,
    },
  };
}

/** To whom it went, and from whom; both hear of it, and so does everybody who watches the task. */
function approvalEscalated(entry: SealedEntry): EventDraft {
  const { reviewer_id, rung, due_at, to } = entry.detail;
  const people = Array.isArray(to) ? (to as { id: string }[]).map(({ id }) => id) : [];
  return {
    event: "approval:escalated",
    channels: [...new Set([...channelsOf(entry), ...people.map((id) => `user:${id}`)])],
    payload: {
      approval_id: entry.entity_id,
      task_id: entry.task_id,
      reviewer_id,
      escalated_to: people,
      rung,
      ...(due_at ? { due_at } : {}),
      reason: entry.reason,
    },
  };
}

function approvalAnswered(entry: SealedEntry, action: string): EventDraft {
  return {
    event: "approval:responded",
    channels: channelsOf(entry),
    payload: {
      approval_id: entry.entity_id,
      task_id: entry.task_id,
      reviewer_id: entry.detail.reviewer_id,
      action,
      ...(entry.reason ? { reason: entry.reason } : {}),
      ...(entry.detail.previous ? { previous_action: entry.detail.previous } : {}),
      ...(entry.detail.delegated_to ? { delegated_to: entry.detail.delegated_to } : {}),
    },
  };
}

/** Nobody else's queue changes. */
function approvalSnoozed(entry: SealedEntry): EventDraft[] {
  return [
    {
      event: "approval:snoozed",
      channels: [`user:${entry.detail.reviewer_id}`],
      payload: {
        approval_id: entry.entity_id,
        task_id: entry.task_id,
        snoozed_until: entry.detail.snoozed_until,
      },
    },
  ];
}

/** `tasks` is for everybody who may read tasks; the others are those of api.md. */
function channelsOf(entry: SealedEntry): string[] {
  const {
    watchers = [],
    resources = [],
    reviewer_id,
  } = entry.detail as {
    watchers?: string[];
    resources?: string[];
    reviewer_id?: string;
  };
  const people = new Set(reviewer_id ? [...watchers, reviewer_id] : watchers);
  return [
    "tasks",
    `task:${entry.task_id}`,
    ...[...people].map((id) => `user:${id}`),
    ...resources.map((key) => `resource:${key}`),
  ];
}
