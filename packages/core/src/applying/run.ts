import type { Preview } from "../executors/schema.ts";
import { asWritten } from "../executors/service.ts";
import { taskFact } from "../gate/service.ts";
import { workerActor } from "../kernel/actor.ts";
import { isCoded } from "../kernel/errors.ts";
import { confirmedOverrides, loadTask, type TaskRecord } from "../tasks/service.ts";
import { runAttempt } from "./attempt.ts";
import type { ApplyingDeps, HeldLocks, Worker } from "./deps.ts";
import { lookAgainMs } from "./outcome.ts";
import { type Prepared, prepare } from "./prepare.ts";
import { standAside } from "./stand-aside.ts";
import { type Stops, watchStops } from "./stops.ts";
import { type Claim, claim, drift, lastAttempt } from "./store.ts";
import { takeLocks } from "./take-locks.ts";
import { looksOf, type Trouble } from "./trouble.ts";
import type { Attempt } from "./verdict.ts";

export type RunOutcome = "not due" | "blocked" | "sent back" | "ended" | "given back" | "lost";

/**
 * The path of one attempt (apply.md, "One task, start to end"). May run twice for one task, or for one that is not
 * due any more: every step is a compare-and-swap on the row.
 */
export async function runTask(deps: ApplyingDeps, taskId: string, worker: Worker): Promise<RunOutcome> {
  const due = await loadTask(deps.pool, taskId);
  if (!isDue(due) || worker.drain.aborted) return "not due";
  const locks = await takeLocks(deps, due, worker.id);
  if ("refused" in locks) return standAside(deps, due, worker, locks.refused);
  const { held, trouble } = locks;
  deps.atStep?.("locked");
  try {
    // Read again under the locks: what was true before they were held may not be any more.
    const task = await loadTask(deps.pool, taskId);
    if (!isDue(task) || task.revision !== due.revision) return "not due";
    return await underStops(deps, task, held, worker, (stops) =>
      trouble
        ? unclear(deps, { task, held, worker, stops }, trouble)
        : apply(deps, { task, held, worker, stops }),
    );
  } finally {
    await held.release();
  }
}

function isDue(task: TaskRecord | null): task is TaskRecord {
  return (
    task !== null && task.state === "APPROVED" && task.apply_after !== null && task.apply_after <= task.now
  );
}

/** One run of a due task under its locks. */
type Run = { task: TaskRecord; held: HeldLocks; worker: Worker; stops: Stops };

async function apply(deps: ApplyingDeps, run: Run): Promise<RunOutcome> {
  const { task, held, worker, stops } = run;
  const prepared = await prepare(deps, task, workerActor(worker.id), {
    signal: stops.signal,
    author: { id: task.author_id, name: task.author_name },
    idempotency_key: `${task.id}:${task.revision}`,
    fencing_tokens: held.tokens,
  });
  if ("held" in prepared) return standAside(deps, task, worker, prepared.held);
  if ("back" in prepared) return sendBack(deps, task, worker, prepared);
  if ("trouble" in prepared) return unclear(deps, run, prepared.trouble);
  deps.atStep?.("planned");
  return begin(deps, run, { ...prepared, sealed: (id) => deps.box.seal(prepared.stash, id) });
}

/**
 * It could not be found out how things stand. What may pass is waited for. Given up, a task of which nothing has been
 * done goes back to people with the reason; one whose attempt ended in the middle ends as unknown, since a review
 * would lead to a new idempotency key, under which what was done could be done again.
 */
async function unclear(deps: ApplyingDeps, run: Run, { kind, reason }: Trouble): Promise<RunOutcome> {
  const { task, worker } = run;
  const before = await lastAttempt(deps.pool, task);
  const wait_ms = lookAgainMs(kind, { looks: looksOf(task), isFirst: before === null }, deps.random());
  if (wait_ms !== null) return standAside(deps, task, worker, { kind: "unclear", reason, wait_ms });
  if (!before) return sendBack(deps, task, worker, { back: reason, preview: null });
  const doubt =
    kind === "unknown"
      ? reason
      : `An earlier attempt stopped in the middle, and how far it came cannot be told: ${reason}`;
  const { stash } = before;
  return begin(deps, run, {
    ...{ standing: { doubt }, stash: null, first_plan: null, reveal: asWritten },
    executor: deps.executors.find(task.config.type),
    // What it kept is kept on, for whoever has looked there and wants it rolled back.
    sealed: (id) => stash && resealed(deps, stash, before.id, id),
  });
}

/** Null where it cannot be opened any more. */
function resealed(deps: ApplyingDeps, stash: Buffer, from: string, to: string): Uint8Array | null {
  try {
    return deps.box.seal(deps.box.open(stash, from), to);
  } catch (error) {
    if (isCoded(error, "SEALED_DATA_UNREADABLE")) return null;
    throw error;
  }
}

type Ready = Pick<Attempt, "standing" | "stash" | "executor" | "reveal"> & {
  first_plan: Preview | null;
  /** The stash as the attempt of that id keeps it. */
  sealed: (id: string) => Uint8Array | null;
};

async function begin(deps: ApplyingDeps, run: Run, ready: Ready): Promise<RunOutcome> {
  const { held, worker, stops } = run;
  const id = deps.ids.uuid();
  const claimed = await claimTask(deps, run, { id, stash: ready.sealed(id), first_plan: ready.first_plan });
  if (!claimed) return "not due";
  deps.atStep?.("claimed");
  stops.startClock();
  const { stash, standing, reveal, executor } = ready;
  const actor = workerActor(worker.id);
  const standBy = worker.standBy ?? (() => {});
  const attempt = { id, task: claimed, actor, executor, reveal, held, stash, standing, stops, standBy };
  return runAttempt(deps, attempt);
}

async function underStops(
  deps: ApplyingDeps,
  task: TaskRecord,
  held: HeldLocks,
  worker: Worker,
  work: (stops: Stops) => Promise<RunOutcome>,
): Promise<RunOutcome> {
  const stops = watchStops(deps, task, held, worker);
  try {
    return await work(stops);
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
  { task, held, worker }: Run,
  given: Pick<Claim, "id" | "stash" | "first_plan">,
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
    claim(task, { ...given, worker_id: worker.id, token: held.token, lock_ids: held.ids }),
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
