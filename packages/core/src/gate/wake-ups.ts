import { deterministicId } from "../kernel/ids.ts";
import type { SealedEntry } from "../ledger/service.ts";

/** The queues of the main job. A job is only a wake-up: its handler reads the row and may find nothing to do. */
export const QUEUES = {
  plan: "plan",
  release: "release",
  apply: "apply",
  reassign: "reassign",
  connection_test: "connection_test",
} as const;
export type QueueName = (typeof QUEUES)[keyof typeof QUEUES];

export const APPLY_QUEUE = QUEUES.apply;

/** Above every task's own. */
export const IMMEDIATE_PRIORITY = 101;

export type WakeUp = {
  readonly queue: QueueName;
  readonly id: string;
  readonly data: Record<string, unknown>;
  /** In the queue `apply` the task's own, until it is placed among those of others (turns.ts). */
  readonly priority?: number;
  /** Of a task that has its first turn: whose it is. */
  readonly author_id?: string;
  /** ISO time before which it is not run. */
  readonly start_after?: string;
};

/** Which jobs a sealed fact makes due. Ids come from the entry, so sealing again inserts nothing twice. Pure. */
export function wakeUpsOf(entry: SealedEntry): WakeUp[] {
  const wake = (queue: QueueName, data: Record<string, unknown>, more: Partial<WakeUp> = {}): WakeUp[] => [
    { queue, id: deterministicId(`${queue}:${entry.id}`), data, ...more },
  ];
  const task = { task_id: entry.task_id };
  switch (entry.action) {
    case "task.created":
    case "task.edited":
    case "task.submitted":
    case "task.drifted":
      return entry.to_state === "SUBMITTED"
        ? wake(QUEUES.plan, task, { priority: 10 })
        : wake(QUEUES.plan, { ...task, draft: true });
    case "plan.requested":
      return wake(QUEUES.plan, { plan_request_id: entry.entity_id }, { priority: 20 });
    case "approval.responded":
    case "approval.changed":
      return typeof entry.detail.release_at === "string"
        ? wake(QUEUES.release, task, { start_after: entry.detail.release_at })
        : [];
    case "agent.test_requested":
      return wake(QUEUES.connection_test, { test_id: entry.entity_id });
    // Who left, people and agents: what waits for them, or is theirs.
    case "agent.retired":
    case "user.deactivated":
      return wake(QUEUES.reassign, {});
    case "user.updated":
      return entry.detail.roles === undefined ? [] : wake(QUEUES.reassign, {});
    case "task.approved":
    case "task.overridden":
    case "task.auto_approved":
      return wake(QUEUES.apply, task, {
        priority: applyPriority(entry),
        author_id: String(entry.detail.author_id),
        ...startAfter(entry),
      });
    case "task.thawed":
    case "task.released":
    case "task.apply_retried":
      if (entry.detail.quarantined === true) return [];
      return wake(QUEUES.apply, task, {
        priority: applyPriority(entry),
        ...startAfter(entry),
      });
    default:
      return [];
  }
}

function startAfter({ detail }: Pick<SealedEntry, "detail">): Pick<WakeUp, "start_after"> {
  return typeof detail.apply_after === "string" ? { start_after: detail.apply_after } : {};
}

/** 0-100 as the task says; `apply_immediately` goes before all. */
function applyPriority({ detail }: Pick<SealedEntry, "detail">): number {
  const { priority, apply_immediately } = detail;
  return apply_immediately === true ? IMMEDIATE_PRIORITY : typeof priority === "number" ? priority : 50;
}

/** An apply job that no fact asks for: a task that waited is tried again. */
export function applyWakeUp(
  id: string,
  task: { id: string; priority: number; apply_immediately: boolean },
  at?: Date,
): WakeUp {
  const { priority, apply_immediately } = task;
  return {
    queue: QUEUES.apply,
    id,
    data: { task_id: task.id },
    priority: applyPriority({ detail: { priority, apply_immediately } }),
    ...(at ? { start_after: at.toISOString() } : {}),
  };
}
