import type { Logger } from "pino";
import { isCoded } from "../kernel/errors.ts";
import type { LockHolder, LockStanding } from "../locks/schema.ts";
import type { LocksService } from "../locks/service.ts";
import type { Blocker } from "./record.ts";

/** Locks of tasks are held and waited for under one name, whichever worker acts for the task. */
export const TASKS_PRINCIPAL = "tasks";
/** All workers hear what is granted to a task that waits: whoever asked for it may be gone. */
export const TASKS_GROUP = "tasks";

/** As what a task holds locks and stands in queues. */
export const lockOwnerOf = (taskId: string) => ({ principal_id: TASKS_PRINCIPAL, owner_id: taskId });

/** What a task waits for that stands in a queue. Pure. */
export function blockedAt(standing: LockStanding): Extract<Blocker, { kind: "lock" }> {
  const { request_id, resource_type, resource_id, queue_position, holder } = standing;
  return {
    kind: "lock",
    request_id,
    key: `${resource_type}:${resource_id}`,
    queue_position,
    holder: holder && holderName(holder),
    ...(holder?.purpose ? { purpose: holder.purpose } : {}),
  };
}

export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The task for which a worker holds a lock; null where somebody else holds it. Pure. */
export function taskOfHolder({
  agent_id,
  owner_id,
}: Pick<LockHolder, "agent_id" | "owner_id">): string | null {
  return agent_id.startsWith("worker:") && UUID.test(owner_id) ? owner_id : null;
}

/** A holder as people know it: a worker is nobody, its task is. Pure. */
export function holderName(holder: Pick<LockHolder, "agent_id" | "owner_id">): string {
  const taskId = taskOfHolder(holder);
  return taskId ? `task …${taskId.slice(-6)}` : holder.agent_id;
}

/** Gives up a task's place, so that those behind it move up at once; without an answer it lapses within a minute. */
export async function leaveQueue(
  deps: { locks: Pick<LocksService, "leave">; log: Logger },
  taskId: string,
  request_id: string,
): Promise<void> {
  await deps.locks.leave({ principal_id: TASKS_PRINCIPAL, request_id }).catch((error: unknown) => {
    if (!isCoded(error, "NOT_FOUND"))
      deps.log.warn({ err: error, task_id: taskId }, "a place was not given up");
  });
}
