import { type Actor, systemActor } from "../kernel/actor.ts";
import type { TaskEntry, TaskState } from "../tasks/schema.ts";
import { assertAllowed, leaveQueue, loadTask, type TaskRecord, taskErrors } from "../tasks/service.ts";
import { decideAndCommit } from "./commit.ts";
import type { GateDeps } from "./deps.ts";
import { relation } from "./draft.ts";
import { cancelTask, releaseQuarantined, requestAbort } from "./review-store.ts";
import { taskFact } from "./task-facts.ts";

/** Ends a task before it is applied. */
export async function cancel(
  deps: GateDeps,
  actor: Actor,
  id: string,
  input: { reason?: string | undefined },
): Promise<TaskEntry> {
  const blocker = await decideAndCommit(deps.ledger, actor, async () => {
    const task = await deps.tasks.read(actor, id);
    assertAllowed(task, "cancel", relation(actor, task));
    const reason = input.reason ? { reason: input.reason } : {};
    const fact = taskFact("task.cancelled", task, {
      from_state: task.state,
      to_state: "CANCELLED",
      ...reason,
    });
    return {
      write: cancelTask(task, input.reason ? { code: "CANCELLED", message: input.reason } : null),
      facts: [fact],
      result: task.waiting_for,
    };
  });
  if (blocker?.kind === "lock") await leaveQueue(deps, id, blocker.request_id);
  return deps.tasks.get(actor, id);
}

const UNDECIDED: readonly TaskState[] = ["DRAFT", "SUBMITTED", "REVIEWING"];
/** Of a task `t`: nobody has begun it. What was begun is not taken back, for its author has been told that it may. */
export const NOT_BEGUN = `(t.state IN (${UNDECIDED.map((state) => `'${state}'`).join(", ")})
  OR t.state = 'APPROVED' AND t.attempts = 0)`;
const isNotBegun = ({ state, attempts }: TaskRecord): boolean =>
  UNDECIDED.includes(state) || (state === "APPROVED" && attempts === 0);

/**
 * Ends a task that is not begun, by no person's word, and leaves any other alone: `reasonOf` says why on the row as it is,
 * or null where there is no reason (any more).
 */
export async function cancelBySystem(
  deps: GateDeps,
  id: string,
  reasonOf: (task: TaskRecord) => { code: string; message: string } | null,
): Promise<void> {
  for (;;) {
    const task = await loadTask(deps.pool, id);
    const problem = task && isNotBegun(task) ? reasonOf(task) : null;
    if (!task || !problem) return;
    const { message: reason } = problem;
    const fact = taskFact("task.cancelled", task, { from_state: task.state, to_state: "CANCELLED", reason });
    const rows = await deps.ledger.commit(systemActor("gate"), [fact], cancelTask(task, problem));
    if (rows.length === 0) continue;
    if (task.waiting_for?.kind === "lock") await leaveQueue(deps, id, task.waiting_for.request_id);
    return;
  }
}

/** Tells the worker to stop; the task ends COMPLETED with `cancelled` when it has. */
export async function abort(
  deps: GateDeps,
  actor: Actor,
  id: string,
  input: { reason: string },
): Promise<TaskEntry> {
  await decideAndCommit(deps.ledger, actor, async () => {
    const task = await deps.tasks.read(actor, id);
    assertAllowed(task, "abort", relation(actor, task));
    const fact = taskFact("task.abort_requested", task, { reason: input.reason });
    return { write: requestAbort(task), facts: [fact], result: undefined };
  });
  return deps.tasks.get(actor, id);
}

/** An admin has looked at a task that killed its workers: it is tried again at once, and its crashes count anew. */
export async function releaseHeld(
  deps: GateDeps,
  actor: Actor,
  id: string,
  input: { reason: string },
): Promise<TaskEntry> {
  await decideAndCommit(deps.ledger, actor, async () => {
    const task = await deps.tasks.read(actor, id);
    assertAllowed(task, "release", relation(actor, task));
    if (task.waiting_for?.kind !== "quarantine") {
      throw taskErrors.INVALID_TRANSITION({
        message: "This task is not held back.",
        details: { state: task.state, action: "release" },
      });
    }
    const { priority, apply_immediately } = task;
    const fact = taskFact("task.released", task, {
      reason: input.reason,
      detail: { priority, apply_immediately },
    });
    return { write: releaseQuarantined(task), facts: [fact], result: undefined };
  });
  return deps.tasks.get(actor, id);
}
