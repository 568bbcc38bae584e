import { taskFact } from "../gate/service.ts";
import type { TaskRecord } from "../tasks/service.ts";
import type { Ending } from "./store.ts";

/** The fact of an end, with the payload of `task:completed`. */
export function completedFact(task: TaskRecord, ending: Ending, now: Date) {
  const startedAt = task.started_at ?? task.now;
  return taskFact("task.completed", task, {
    from_state: "APPLYING",
    to_state: "COMPLETED",
    ...(ending.error ? { reason: ending.error } : {}),
    detail: {
      result: ending.result,
      attempt: task.attempts,
      duration_seconds: Math.max(0, (now.getTime() - startedAt.getTime()) / 1000),
      ...(ending.error ? { error: ending.error } : {}),
      ...(ending.rolled_back === undefined ? {} : { rolled_back: ending.rolled_back }),
    },
  });
}

/** The fact of going back to APPROVED for another attempt; `applyAfter` is null where an admin has to look first. */
export function retriedFact(task: TaskRecord, reason: string, applyAfter: Date | null) {
  return taskFact("task.apply_retried", task, {
    from_state: "APPLYING",
    to_state: "APPROVED",
    reason,
    detail: {
      priority: task.priority,
      apply_immediately: task.apply_immediately,
      attempt: task.attempts,
      ...(applyAfter ? { apply_after: applyAfter.toISOString() } : { quarantined: true }),
    },
  });
}
