import type { Preview } from "../executors/schema.ts";
import type { TaskRecord } from "../tasks/service.ts";

/** The changes that reviewers saw, and that the content hash covers; null where it was submitted without a preview. */
export function approvedChanges(task: Pick<TaskRecord, "plan_state" | "preview">): Preview["changes"] | null {
  return task.plan_state === "skipped" ? null : (task.preview?.changes ?? null);
}
