import { systemActor } from "../kernel/actor.ts";
import { loadTask, outputOfTask } from "../tasks/service.ts";
import type { ApplyingDeps } from "./deps.ts";
import { completedFact, retriedFact } from "./facts.ts";
import { afterInterruption } from "./outcome.ts";
import { complete, findApplying, giveBack } from "./store.ts";

/** A holder stops itself at two thirds of its lease (locks.md): with less than this part left it has. */
const OVERDUE_PART = 1 / 3;

/**
 * Brings back tasks whose worker died: the row says APPLYING, but nobody holds the task's lock under that token.
 * While Redis is away, or has just forgotten everything, nothing is judged: a living worker would be doubled.
 * So it would be where a lock vanished before its time (taken by an admin, deleted by hand): where nobody saw the
 * lease run out, the next attempt begins only when its holder has found out. Answers the ids of the tasks that it moved.
 */
export function createWatchdog(deps: ApplyingDeps): () => Promise<string[]> {
  const ttl_ms = deps.settings.lock_ttl_seconds * 1000;
  /** By task and token: those whose lease was running out when it was last looked at. */
  let overdue = new Set<string>();

  return async () => {
    const moved: string[] = [];
    const before = overdue;
    overdue = new Set();
    for (const { id, fencing_token } of await findApplying(deps.pool)) {
      const name = `${id} ${fencing_token}`;
      const left_ms = await deps.locks.leaseLeft("task", id, Number(fencing_token)).catch(() => undefined);
      if (left_ms === undefined ? before.has(name) : left_ms !== null && left_ms < ttl_ms * OVERDUE_PART) {
        overdue.add(name);
      }
      if (left_ms !== null) continue;
      try {
        if (await recover(deps, id, fencing_token, before.has(name) ? 0 : ttl_ms)) moved.push(id);
      } catch (error) {
        // One task that cannot be brought back keeps nobody else from it.
        deps.log.error({ err: error, task_id: id }, "a lost task could not be brought back");
      }
    }
    return moved;
  };
}

async function recover(
  deps: ApplyingDeps,
  taskId: string,
  token: string,
  earliest_ms: number,
): Promise<boolean> {
  const task = await loadTask(deps.pool, taskId);
  if (task?.state !== "APPLYING" || task.fencing_token !== token) return false;
  const actor = systemActor("watchdog");
  await deps.executors.refresh(task.config.type);
  const retry = await deps.executors.mayRetry(task.config);
  const next = afterInterruption(task, "died", { retry }, deps.random());
  if (next.to === "COMPLETED") {
    const output = await outputOfTask(deps.pool, task);
    const ending = { result: next.result, outcome: "lost", output, rest: [], error: next.error };
    const fact = completedFact(task, ending, deps.clock.now());
    return (await deps.ledger.commit(actor, [fact], complete(task, Number(token), ending))).length > 0;
  }
  const { retry_in_ms, reason } = next;
  const apply_after =
    retry_in_ms === null ? null : new Date(task.now.getTime() + Math.max(retry_in_ms, earliest_ms));
  const waiting_for =
    apply_after === null
      ? { kind: "quarantine" as const, reason }
      : { kind: "retry" as const, attempt: task.attempts + 1, reason };
  const rows = await deps.ledger.commit(
    actor,
    [retriedFact(task, reason, apply_after)],
    giveBack(task, Number(token), { apply_after, waiting_for, outcome: "lost", rest: [], crashed: true }),
  );
  return rows.length > 0;
}
