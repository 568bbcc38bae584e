import { type Held, taskFact } from "../gate/service.ts";
import { workerActor } from "../kernel/actor.ts";
import { canonicalJson } from "../kernel/canonical-json.ts";
import type { LockKind } from "../locks/schema.ts";
import type { TaskRecord } from "../tasks/service.ts";
import type { ApplyingDeps, Worker } from "./deps.ts";
import { recheckMs } from "./outcome.ts";
import { block, unblock } from "./store.ts";
import type { Refused } from "./take-locks.ts";

const UNAVAILABLE_RETRY_SECONDS = 3;

/** Says what the task waits for, and sees to it that it is tried again: at once after a release, else by and by. */
export async function standAside(
  deps: ApplyingDeps,
  task: TaskRecord,
  worker: Worker,
  refused: Refused | Held,
): Promise<"blocked" | "not due"> {
  if (refused.kind === "unavailable") {
    const { reason, retry_after_seconds = UNAVAILABLE_RETRY_SECONDS } = refused;
    const waitMs = (retry_after_seconds + deps.random()) * 1000;
    await wait(deps, task, worker, { kind: "retry", attempt: task.attempts + 1, reason }, waitMs);
    return "blocked";
  }
  if (refused.kind === "freeze") {
    await wait(deps, task, worker, refused, Date.parse(refused.until) - task.now.getTime());
    return "blocked";
  }
  const recheckInMs = recheckMs(task.now.getTime() - task.state_since.getTime(), deps.random());
  if (refused.kind === "running") {
    // That other run says how it ended; should it be dead, its lock's expiry is as good as a release.
    await wakeOnRelease(deps, task, `task:${task.id}`, recheckInMs);
    return "not due";
  }
  const { kind: _, ...holding } = refused;
  await wait(deps, task, worker, { kind: "lock", ...holding }, recheckInMs);
  await wakeOnRelease(deps, task, refused.key, recheckInMs);
  return "blocked";
}

async function wait(
  deps: ApplyingDeps,
  task: TaskRecord,
  worker: Worker,
  waitingFor: NonNullable<TaskRecord["waiting_for"]>,
  waitMs: number,
): Promise<void> {
  const applyAfter = new Date(task.now.getTime() + waitMs);
  const isNews = canonicalJson(task.waiting_for) !== canonicalJson(waitingFor);
  const facts = isNews ? [taskFact("task.blocked", task, { detail: waitingFor })] : [];
  await deps.ledger.commit(workerActor(worker.id), facts, block(task, waitingFor, applyAfter));
  await deps.wake(task, applyAfter);
}

/**
 * Runs a task again as soon as a lock is let go, by whomever. Should the message be lost, or this process die, the
 * task's own delayed job or the sweep stands behind it.
 */
async function wakeOnRelease(
  deps: ApplyingDeps,
  task: TaskRecord,
  key: string,
  forMs: number,
): Promise<void> {
  let isDone = false;
  const again = (): void => {
    if (isDone) return;
    isDone = true;
    clearTimeout(timer);
    stop();
    unblock(deps.pool, task.id)
      .then(() => deps.wake(task))
      .catch((error: unknown) => deps.log.debug({ err: error, task_id: task.id }, "a task was not woken"));
  };
  const stop = deps.ledger.events.listen([key], ({ event }) => {
    if (event === "lock:released" || event === "lock:expired") again();
  });
  const timer = setTimeout(stop, forMs).unref();
  // Between the refusal and the listening it may have been let go.
  const colon = key.indexOf(":");
  const [kind, id] = [key.slice(0, colon) as LockKind, key.slice(colon + 1)];
  const holder = await deps.locks.holderOf(kind, id).catch(() => undefined);
  if (holder === null) again();
}
