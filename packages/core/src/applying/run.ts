import { taskFact } from "../gate/service.ts";
import { workerActor } from "../kernel/actor.ts";
import { isCoded } from "../kernel/errors.ts";
import { confirmedOverrides, loadTask, type TaskRecord } from "../tasks/service.ts";
import { runAttempt } from "./attempt.ts";
import type { ApplyingDeps, HeldLocks, Worker } from "./deps.ts";
import { type Prepared, prepare } from "./prepare.ts";
import { standAside } from "./stand-aside.ts";
import { watchStops } from "./stops.ts";
import { claim, drift } from "./store.ts";
import { type Refused, takeLocks } from "./take-locks.ts";

const UNKNOWN_TYPE_RETRY_SECONDS = 30;

export type RunOutcome = "not due" | "blocked" | "sent back" | "ended" | "given back" | "lost";

/**
 * The path of one attempt (apply.md, "One task, start to end"). May run twice for one task, or for one that is not
 * due any more: every step is a compare-and-swap on the row.
 */
export async function runTask(deps: ApplyingDeps, taskId: string, worker: Worker): Promise<RunOutcome> {
  const due = await loadTask(deps.pool, taskId);
  if (!isDue(due) || worker.drain.aborted) return "not due";
  const locks = await deps.executors
    .refresh(due.config.type)
    .then(() => takeLocks(deps, due, worker.id))
    .catch(refusedType);
  if ("refused" in locks) return standAside(deps, due, worker, locks.refused);
  const { held } = locks;
  deps.atStep?.("locked");
  try {
    // Read again under the locks: what was true before they were held may not be any more.
    const task = await loadTask(deps.pool, taskId);
    return isDue(task) && task.revision === due.revision ? await apply(deps, task, held, worker) : "not due";
  } finally {
    await held.release();
  }
}

function isDue(task: TaskRecord | null): task is TaskRecord {
  return (
    task !== null && task.state === "APPROVED" && task.apply_after !== null && task.apply_after <= task.now
  );
}

/** A worker of another version, or with other settings, may know a type that this one does not. */
function refusedType(error: unknown): { refused: Refused } {
  if (!isCoded(error, "UNKNOWN_TASK_TYPE")) throw error;
  const reason = "no worker here handles its type";
  return { refused: { kind: "unavailable", reason, retry_after_seconds: UNKNOWN_TYPE_RETRY_SECONDS } };
}

async function apply(
  deps: ApplyingDeps,
  task: TaskRecord,
  held: HeldLocks,
  worker: Worker,
): Promise<RunOutcome> {
  const stops = watchStops(deps, task, held, worker);
  try {
    const actor = workerActor(worker.id);
    const prepared = await prepare(deps, task, actor, {
      signal: stops.signal,
      author: { id: task.author_id, name: task.author_name },
      idempotency_key: `${task.id}:${task.revision}`,
      fencing_tokens: held.tokens,
    });
    if ("held" in prepared) return await standAside(deps, task, worker, prepared.held);
    if ("back" in prepared) return await sendBack(deps, task, worker, prepared);
    deps.atStep?.("planned");
    const id = deps.ids.uuid();
    const claimed = await claimTask(deps, task, held, worker, { id, ...prepared });
    if (!claimed) return "not due";
    deps.atStep?.("claimed");
    stops.startClock();
    const { stash, standing, reveal, executor } = prepared;
    const standBy = worker.standBy ?? (() => {});
    const attempt = { id, task: claimed, actor, executor, reveal, held, stash, standing, stops, standBy };
    return await runAttempt(deps, attempt);
  } catch (error) {
    // Told to stop before anything had begun: the row is as it was, for somebody else to take.
    if (!stops.signal.aborted || error !== stops.signal.reason) throw error;
    await deps.wake(task);
    return stops.reason() === "lost" ? "lost" : "given back";
  } finally {
    stops.end();
  }
}

/** APPROVED to APPLYING under the task lock's token; null where the row is no longer as it was read. */
async function claimTask(
  deps: ApplyingDeps,
  task: TaskRecord,
  held: HeldLocks,
  worker: Worker,
  { id, stash, first_plan }: Extract<Prepared, { standing: unknown }> & { id: string },
): Promise<TaskRecord | null> {
  const overrides = confirmedOverrides(task).map((override) => override.id);
  const fact = taskFact("task.apply_started", task, {
    from_state: "APPROVED",
    to_state: "APPLYING",
    detail: {
      ...{ attempt: task.attempts + 1, fencing_token: held.token, worker_id: worker.id },
      ...(overrides.length > 0 ? { overrides } : {}),
    },
  });
  const rows = await deps.ledger.commit<Pick<TaskRecord, "attempts" | "started_at">>(
    workerActor(worker.id),
    [fact],
    claim(task, {
      id,
      worker_id: worker.id,
      token: held.token,
      lock_ids: held.ids,
      stash: deps.box.seal(stash, id),
      first_plan,
    }),
  );
  const [row] = rows;
  return row
    ? { ...task, attempts: row.attempts, started_at: row.started_at, abort_requested_at: null }
    : null;
}

async function sendBack(
  deps: ApplyingDeps,
  task: TaskRecord,
  worker: Worker,
  { back, preview }: Extract<Prepared, { back: unknown }>,
): Promise<RunOutcome> {
  const fact = taskFact(
    "task.drifted",
    { ...task, revision: task.revision + 1 },
    { from_state: "APPROVED", to_state: "SUBMITTED", reason: back },
  );
  await deps.ledger.commit(workerActor(worker.id), [fact], drift(task, preview));
  return "sent back";
}
