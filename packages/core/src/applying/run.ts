import type { Preview } from "../executors/schema.ts";
import { taskFact } from "../gate/service.ts";
import { workerActor } from "../kernel/actor.ts";
import type { TaskRecord } from "../tasks/service.ts";
import { loadTask } from "../tasks/service.ts";
import { type Attempt, completedFact, runAttempt } from "./attempt.ts";
import type { ApplyingDeps, HeldLocks } from "./deps.ts";
import { block, claim, complete, drift, lastAttempt, unblock } from "./store.ts";
import { type Refused, takeLocks } from "./take-locks.ts";

/** Between looks at a lock that somebody else holds; its release makes the task due at once. */
const BLOCKED_RETRY_MS = 3_000;

export type RunOutcome = "not due" | "blocked" | "sent back" | "ended" | "given back" | "lost";

/**
 * The path of one attempt (apply.md, "One task, start to end"). May run twice for one task, or for one that is not
 * due any more: every step is a compare-and-swap on the row.
 */
export async function runTask(
  deps: ApplyingDeps,
  taskId: string,
  worker: { id: string; drain: AbortSignal },
): Promise<RunOutcome> {
  const due = await loadTask(deps.pool, taskId);
  if (!isDue(due) || worker.drain.aborted) return "not due";
  const locks = await takeLocks(deps, due, worker.id);
  if ("refused" in locks) return blocked(deps, due, worker.id, locks.refused);
  const { held } = locks;
  deps.atStep?.("locked");
  try {
    // Read again under the locks: what was true before they were held may not be any more.
    const task = await loadTask(deps.pool, taskId);
    if (!isDue(task)) return "not due";
    return await apply(deps, task, held, worker);
  } finally {
    await held.release();
    const freed = [`task:${taskId}`, ...due.resource_keys.map((key) => `resource:${key}`)];
    await deps.wake(await unblock(deps.pool, freed));
  }
}

function isDue(task: TaskRecord | null): task is TaskRecord {
  return (
    task !== null && task.state === "APPROVED" && task.apply_after !== null && task.apply_after <= task.now
  );
}

async function apply(
  deps: ApplyingDeps,
  task: TaskRecord,
  held: HeldLocks,
  worker: { id: string; drain: AbortSignal },
): Promise<RunOutcome> {
  const actor = workerActor(worker.id);
  const executor = deps.executors.find(task.config.type);
  const context = {
    signal: held.signal,
    idempotency_key: `${task.id}:${task.revision}`,
    fencing_tokens: held.tokens,
  };
  const before = await lastAttempt(deps.pool, task);
  let stash = before?.stash ? deps.box.open(before.stash, before.id) : null;
  if (before?.stash) {
    const inspection = await executor.inspect(stash, task.config, context);
    if (inspection === "foreign") {
      return sendBack(deps, task, actor.id, null, "somebody else changed it between two attempts");
    }
    if (inspection === "done") {
      const ending = {
        result: "success" as const,
        outcome: "success",
        output: "An earlier attempt had already done it.",
        error: null,
      };
      const fact = completedFact(task, "APPROVED", ending, deps.clock.now());
      const rows = await deps.ledger.commit(actor, [fact], complete(task, held.token, "APPROVED", ending));
      return rows.length > 0 ? "ended" : "lost";
    }
    if (inspection === "partial") {
      const quiet = { report: () => undefined, output: () => undefined };
      await executor.rollback(stash, { ...context, ...quiet });
    }
  } else {
    const refused = await deps.gate.stillApproved(task);
    if (refused) return sendBack(deps, task, actor.id, null, refused);
    // Stashed before planning again, so that no change can slip in between what is compared and what is kept.
    stash = await executor.stash(task.config, context);
    const preview = await deps.executors.plan(task.config, { signal: held.signal });
    const reason = difference(deps, task, preview);
    if (reason) return sendBack(deps, task, actor.id, preview, reason);
  }

  deps.atStep?.("planned");
  const attemptId = deps.ids.uuid();
  const rows = await deps.ledger.commit<{ attempts: number }>(
    actor,
    [
      taskFact("task.apply_started", task, {
        from_state: "APPROVED",
        to_state: "APPLYING",
        detail: { attempt: task.attempts + 1, fencing_token: held.token, worker_id: worker.id },
      }),
    ],
    claim(task, {
      id: attemptId,
      worker_id: worker.id,
      token: held.token,
      lock_ids: held.ids,
      stash: deps.box.seal(stash, attemptId),
    }),
  );
  if (rows.length === 0) return "not due";
  deps.atStep?.("claimed");
  const claimed = { ...task, attempts: rows[0]!.attempts, started_at: task.started_at ?? deps.clock.now() };
  const attempt: Attempt = { task: claimed, actor, executor, held, stash, signal: held.signal };
  return withStops(deps, attempt, worker.drain);
}

/** The one signal of an attempt: deadline, abort by an admin, drain of the worker, loss of a lock. */
async function withStops(deps: ApplyingDeps, attempt: Attempt, drain: AbortSignal): Promise<RunOutcome> {
  const { task, held } = attempt;
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort("timeout"), task.config.timeout_seconds * 1000);
  const onDrain = (): void => stop.abort("drained");
  const onLost = (): void => stop.abort("lost");
  drain.addEventListener("abort", onDrain);
  held.signal.addEventListener("abort", onLost);
  const unwatch = deps.ledger.events.listen([`task:${task.id}`], (event) => {
    if (event.event === "task:changed" && event.payload.change === "task.abort_requested")
      stop.abort("aborted");
  });
  try {
    return await runAttempt(deps, { ...attempt, signal: stop.signal });
  } finally {
    clearTimeout(timer);
    drain.removeEventListener("abort", onDrain);
    held.signal.removeEventListener("abort", onLost);
    unwatch();
  }
}

/** Why what would happen now is not what was approved; null where it is. */
function difference(deps: ApplyingDeps, task: TaskRecord, preview: Preview): string | null {
  if (!preview.valid) return `the plan finds errors now: ${preview.errors.join("; ")}`;
  if (task.preview && !deps.executors.sameChanges(task.config, task.preview.changes, preview.changes)) {
    return "what it would change is no longer what was approved";
  }
  const changes = task.preview ? task.preview.changes : null;
  if (deps.executors.contentHash(task.config, changes) !== task.content_hash) {
    return "its content, or the executor's definition, is not what was approved";
  }
  return null;
}

async function sendBack(
  deps: ApplyingDeps,
  task: TaskRecord,
  workerId: string,
  preview: Preview | null,
  reason: string,
): Promise<RunOutcome> {
  const fact = taskFact(
    "task.drifted",
    { ...task, revision: task.revision + 1 },
    { from_state: "APPROVED", to_state: "SUBMITTED", reason },
  );
  await deps.ledger.commit(workerActor(workerId), [fact], drift(task, preview));
  return "sent back";
}

async function blocked(
  deps: ApplyingDeps,
  task: TaskRecord,
  workerId: string,
  refused: Refused,
): Promise<RunOutcome> {
  const { key, holder, purpose, retry_after_seconds } = refused;
  const waitingFor = { kind: "lock" as const, key, holder, ...(purpose ? { purpose } : {}) };
  const before = task.waiting_for;
  const isNews = before?.kind !== "lock" || before.key !== key || before.holder !== holder;
  const facts = isNews ? [taskFact("task.blocked", task, { detail: { key, holder } })] : [];
  const retryMs = Math.max(retry_after_seconds === null ? 0 : retry_after_seconds * 1000, BLOCKED_RETRY_MS);
  await deps.ledger.commit(
    workerActor(workerId),
    facts,
    block(task, waitingFor, retryMs * (0.5 + deps.random() / 2)),
  );
  return "blocked";
}
