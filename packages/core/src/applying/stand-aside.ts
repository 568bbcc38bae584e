import { type Held, taskFact } from "../gate/service.ts";
import { workerActor } from "../kernel/actor.ts";
import { canonicalJson } from "../kernel/canonical-json.ts";
import type { LockStanding } from "../locks/schema.ts";
import {
  type Blocker,
  blockedAt,
  leaveQueue,
  loadTask,
  lockOwnerOf,
  type TaskRecord,
} from "../tasks/service.ts";
import type { ApplyingDeps, Worker } from "./deps.ts";
import { backoffMs, recheckMs } from "./outcome.ts";
import { block, unblock } from "./store.ts";
import { deadlocksOf, type Refused } from "./take-locks.ts";
import { looksOf } from "./trouble.ts";

const UNAVAILABLE_RETRY_SECONDS = 3;

/** It could not be found out how things stand; it is looked again in so long. */
export type Unclear = { kind: "unclear"; reason: string; wait_ms: number };

/**
 * Says what the task waits for, and sees to it that it is tried again: by whatever is told to all workers, and should
 * that be lost, by its own delayed job, which also keeps its place.
 */
export async function standAside(
  deps: ApplyingDeps,
  task: TaskRecord,
  worker: Worker,
  refused: Refused | Held | Unclear,
): Promise<"blocked" | "not due"> {
  const attempt = task.attempts + 1;
  switch (refused.kind) {
    case "unavailable": {
      const { reason, retry_after_seconds = UNAVAILABLE_RETRY_SECONDS } = refused;
      const waitMs = (retry_after_seconds + deps.random()) * 1000;
      await wait(deps, task, worker, { kind: "retry", attempt, reason }, waitMs);
      return "blocked";
    }
    case "deadlock": {
      const before = deadlocksOf(task);
      const reason = "it gave way to end a deadlock";
      const waitMs = backoffMs(before, deps.random());
      await wait(deps, task, worker, { kind: "retry", attempt, reason, deadlocks: before + 1 }, waitMs);
      return "blocked";
    }
    case "unclear": {
      const { reason, wait_ms } = refused;
      await wait(deps, task, worker, { kind: "retry", attempt, reason, looks: looksOf(task) + 1 }, wait_ms);
      return "blocked";
    }
    case "queued":
      await queue(deps, task, worker, refused.standing);
      return "blocked";
    case "freeze":
      await wait(deps, task, worker, refused, Date.parse(refused.until) - task.now.getTime());
      return "blocked";
    case "running":
      // That other run says how it ended; should it be dead, its lock's expiry is as good as a release.
      await wakeOnRelease(deps, task, recheckIn(deps, task));
      return "not due";
  }
}

/** A task that waited for a lock goes on at once: something became of its request. */
export async function wakeGranted(deps: ApplyingDeps, taskId: string): Promise<void> {
  // Every worker is told; the one that makes it due has it woken.
  const task = await unblock(deps.pool, taskId);
  if (task) await deps.wake(task);
}

async function queue(
  deps: ApplyingDeps,
  task: TaskRecord,
  worker: Worker,
  standing: LockStanding,
): Promise<void> {
  if (!(await wait(deps, task, worker, blockedAt(standing), recheckIn(deps, task)))) {
    const now = await loadTask(deps.pool, task.id);
    if (now?.state !== "APPROVED") await leaveQueue(deps, task.id, standing.request_id);
    return;
  }
  // Between the request and the row it may have been granted: then nobody knew yet whom to wake.
  const places = await deps.locks.places(lockOwnerOf(task.id)).catch(() => null);
  if (places?.length === 0) await wakeGranted(deps, task.id);
}

const recheckIn = (deps: ApplyingDeps, task: TaskRecord): number =>
  recheckMs(task.now.getTime() - task.state_since.getTime(), deps.random());

/** False where the row was no longer as it was read. */
async function wait(
  deps: ApplyingDeps,
  task: TaskRecord,
  worker: Worker,
  waitingFor: Blocker,
  waitMs: number,
): Promise<boolean> {
  const applyAfter = new Date(task.now.getTime() + waitMs);
  const detail = lasting(waitingFor);
  const isNews = !task.waiting_for || canonicalJson(lasting(task.waiting_for)) !== canonicalJson(detail);
  const facts = isNews ? [taskFact("task.blocked", task, { detail })] : [];
  // It is counted on through whatever else it waits for in between.
  const looks = waitingFor.looks ?? looksOf(task);
  const blocker = looks > 0 ? { ...waitingFor, looks } : waitingFor;
  const rows = await deps.ledger.commit(workerActor(worker.id), facts, block(task, blocker, applyAfter));
  await deps.wake(task, applyAfter);
  return rows.length > 0;
}

/** That it moved up in a queue, or was looked at once more, is no fact of its own. */
function lasting({ looks: _, ...waitingFor }: Blocker) {
  if (waitingFor.kind !== "lock") return waitingFor;
  const { request_id, queue_position, ...rest } = waitingFor;
  return rest;
}

/**
 * Runs a task again as soon as its own lock is let go. Should the message be lost, or this process die, the task's own
 * delayed job or the sweep stands behind it.
 */
async function wakeOnRelease(deps: ApplyingDeps, task: TaskRecord, forMs: number): Promise<void> {
  let isDone = false;
  const again = (): void => {
    if (isDone) return;
    isDone = true;
    clearTimeout(timer);
    stop();
    deps
      .wake(task)
      .catch((error: unknown) => deps.log.debug({ err: error, task_id: task.id }, "a task was not woken"));
  };
  const stop = deps.ledger.events.listen([`task:${task.id}`], ({ event }) => {
    if (event === "lock:released" || event === "lock:expired") again();
  });
  const timer = setTimeout(stop, forMs).unref();
  // Between the refusal and the listening it may have been let go.
  const holder = await deps.locks.holderOf("task", task.id).catch(() => undefined);
  if (holder === null) again();
}
