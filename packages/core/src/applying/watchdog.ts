import { systemActor } from "../kernel/actor.ts";
import { loadTask } from "../tasks/service.ts";
import type { ApplyingDeps } from "./deps.ts";
import { completedFact, retriedFact } from "./facts.ts";
import { afterInterruption } from "./outcome.ts";
import { complete, findApplying, giveBack } from "./store.ts";

/**
 * Brings back tasks whose worker died: the row says APPLYING, but nobody holds the task's lock under that token.
 * While Redis is away, or has just forgotten everything, nothing is judged: a living worker would be doubled.
 * Answers the ids of the tasks that it moved.
 */
export async function recoverLost(deps: ApplyingDeps): Promise<string[]> {
  const moved: string[] = [];
  for (const { id, fencing_token } of await findApplying(deps.pool)) {
    const isLost = await deps.locks.isLost("task", id, Number(fencing_token)).catch(() => false);
    if (!isLost) continue;
    try {
      if (await recover(deps, id, fencing_token)) moved.push(id);
    } catch (error) {
      // One task that cannot be brought back keeps nobody else from it.
      deps.log.error({ err: error, task_id: id }, "a lost task could not be brought back");
    }
  }
  return moved;
}

async function recover(deps: ApplyingDeps, taskId: string, token: string): Promise<boolean> {
  const task = await loadTask(deps.pool, taskId);
  if (task?.state !== "APPLYING" || task.fencing_token !== token) return false;
  const actor = systemActor("watchdog");
  const next = afterInterruption(task, "died", deps.executors.find(task.config.type), deps.random());
  if (next.to === "COMPLETED") {
    const ending = { result: next.result, outcome: "lost", output: task.output ?? "", error: next.error };
    const fact = completedFact(task, ending, deps.clock.now());
    return (await deps.ledger.commit(actor, [fact], complete(task, Number(token), ending))).length > 0;
  }
  const { retry_in_ms, reason } = next;
  const apply_after = retry_in_ms === null ? null : new Date(task.now.getTime() + retry_in_ms);
  const waiting_for =
    apply_after === null
      ? { kind: "quarantine" as const, reason }
      : { kind: "retry" as const, attempt: task.attempts + 1, reason };
  const rows = await deps.ledger.commit(
    actor,
    [retriedFact(task, reason, apply_after)],
    giveBack(task, Number(token), { apply_after, waiting_for, outcome: "lost", output: "", crashed: true }),
  );
  return rows.length > 0;
}
