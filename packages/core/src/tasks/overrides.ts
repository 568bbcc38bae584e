import type { TaskRecord } from "./record.ts";
import type { OverrideEntry } from "./schema.ts";

type Task = Pick<TaskRecord, "state" | "revision" | "overrides">;
type Override = TaskRecord["overrides"][number];

/** An override belongs to one review of one revision: what is still open when that is over has lapsed. */
export function overrideStatus(task: Task, override: Override): OverrideEntry["status"] {
  const isUnderWay = ["SUBMITTED", "REVIEWING"].includes(task.state) && override.revision === task.revision;
  return override.status === "open" && !isUnderWay ? "lapsed" : override.status;
}

/** The override that waits for a second admin now; there is at most one. */
export function openOverride(task: Task): Override | null {
  return task.overrides.find((each) => overrideStatus(task, each) === "open") ?? null;
}

/** Those that took effect on the present revision. */
export function confirmedOverrides(task: Task): Override[] {
  return task.overrides.filter((each) => each.status === "confirmed" && each.revision === task.revision);
}

/** As it is shown on the wire. */
export function presentOverride(task: Task, override: Override): OverrideEntry {
  const { task_id: _task, ...shown } = override;
  const { created_at, decided_at } = override;
  return {
    ...shown,
    status: overrideStatus(task, override),
    created_at: new Date(created_at).toISOString(),
    decided_at: decided_at === null ? null : new Date(decided_at).toISOString(),
  };
}
