import type { Fact } from "../ledger/schema.ts";
import type { TaskRecord } from "../tasks/service.ts";

type Subject = Pick<TaskRecord, "id" | "author_id" | "type" | "revision" | "resource_keys"> & {
  approvals: readonly { reviewer_id: string; status: string }[];
};

/**
 * A fact about a task, with what its events need: whom to tell and about which resources.
 * `watchers` are the author and everyone asked on the current revision.
 */
export function taskFact(
  action: string,
  task: Subject,
  more: Partial<Pick<Fact, "from_state" | "to_state" | "reason" | "ticket_ref" | "detail">> = {},
): Fact {
  const asked = task.approvals.map((approval) => approval.reviewer_id);
  return {
    ...more,
    action,
    entity_type: "task",
    entity_id: task.id,
    task_id: task.id,
    detail: {
      type: task.type,
      revision: task.revision,
      author_id: task.author_id,
      watchers: [...new Set([task.author_id, ...asked])],
      resources: task.resource_keys,
      ...more.detail,
    },
  };
}

/** A fact about one approval of a task. */
export function approvalFact(
  action: string,
  task: Subject,
  approval: { id: string; reviewer_id: string },
  more: Partial<Pick<Fact, "from_state" | "to_state" | "reason" | "detail">> = {},
): Fact {
  return {
    ...taskFact(action, task, { ...more, detail: { reviewer_id: approval.reviewer_id, ...more.detail } }),
    entity_type: "approval",
    entity_id: approval.id,
  };
}
