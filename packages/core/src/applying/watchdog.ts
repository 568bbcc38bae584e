import { systemActor } from "../kernel/actor.ts";
import { loadTask } from "../tasks/service.ts";
import { completedFact, retriedFact } from "./attempt.ts";
import type { ApplyingDeps } from "./deps.ts";
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
    if (isLost && (await recover(deps, id, fencing_token))) moved.push(id);
  }
  return moved;
}

async function recover(deps: ApplyingDeps, taskId: string, token: string): Promise<boolean> {
  const task = await loadTask(deps.pool, taskId);
  if (task?.state !== "APPLYING" || task.fencing_token !== token) return false;
  const actor = systemActor("watchdog");
  const next = afterInterruption(task, "lost", deps.executors.find(task.config.type), deps.random());
  if (next.to === "COMPLETED") {
    const ending = { result: next.result, outcome: "lost", output: task.output ?? "", error: next.error };
    const fact = completedFact(task, "APPLYING", ending, deps.clock.now());
    return (
      (await deps.ledger.commit(actor, [fact], complete(task, Number(token), "APPLYING", ending))).length > 0
    );
  }
  const isQuarantined = "quarantined" in next;
  const reason = "its worker was lost while applying it";
  const applyAfter = isQuarantined ? null : new Date(task.now.getTime() + next.retry_in_ms);
  const waitingFor = isQuarantined
    ? { kind: "quarantine" as const, reason: next.quarantined }
    : { kind: "retry" as const, attempt: task.attempts + 1, reason };
  const rows = await deps.ledger.commit(
    actor,
    [retriedFact(task, isQuarantined ? next.quarantined : reason, applyAfter)],
    giveBack(task, Number(token), {
      retry_in_ms: isQuarantined ? null : next.retry_in_ms,
      waiting_for: waitingFor,
      outcome: "lost",
      crashed: true,
    }),
  );
  return rows.length > 0;
}
