import {
  createOutputCollector,
  type Executor,
  type Json,
  type OutputCollector,
} from "../executors/service.ts";
import { taskFact } from "../gate/service.ts";
import type { Actor } from "../kernel/actor.ts";
import { isCoded } from "../kernel/errors.ts";
import type { TaskRecord } from "../tasks/service.ts";
import type { ApplyingDeps, HeldLocks } from "./deps.ts";
import { afterInterruption } from "./outcome.ts";
import { complete, type Ending, giveBack } from "./store.ts";

/** Why an attempt was told to stop. */
export type StopReason = "timeout" | "aborted" | "drained" | "lost";

/** Progress goes out at most this often; the last state always does. */
const PROGRESS_INTERVAL_MS = 200;
const ROLLBACK_LIMIT_MS = 60_000;

export type Attempt = {
  task: TaskRecord;
  actor: Actor;
  executor: Executor;
  held: HeldLocks;
  stash: Json;
  /** Aborted with a StopReason: by the deadline, an admin, the drain of this worker, or the loss of a lock. */
  signal: AbortSignal;
};

/** Runs the executor and records how it ended. The task is APPLYING under this attempt's token. */
export async function runAttempt(
  deps: ApplyingDeps,
  attempt: Attempt,
): Promise<"ended" | "given back" | "lost"> {
  const { task, held, signal } = attempt;
  const collector = createOutputCollector();
  const progress = progressReporter(deps, task.id, collector);
  let failure: unknown;
  try {
    const { output } = await attempt.executor.apply(task.config, {
      signal,
      idempotency_key: `${task.id}:${task.revision}`,
      fencing_tokens: held.tokens,
      stash: attempt.stash,
      ...progress.context,
    });
    if (collector.text() === "") collector.push(output);
  } catch (error) {
    failure = error;
  }
  deps.atStep?.("applied");
  progress.end();
  const stopped = signal.aborted ? (signal.reason as StopReason) : null;
  // Whose lock is gone must not write any more: the watchdog gives the task to another worker.
  if (stopped === "lost") return "lost";
  if (failure === undefined)
    return end(deps, attempt, {
      result: "success",
      outcome: "success",
      output: collector.text(),
      error: null,
    });
  if (stopped === "drained") return handBack(deps, attempt);
  return end(deps, attempt, await failed(deps, attempt, failure, stopped, collector));
}

/** Brings things back by the task's strategy, then says how the attempt ended. */
async function failed(
  deps: ApplyingDeps,
  attempt: Attempt,
  failure: unknown,
  stopped: StopReason | null,
  collector: OutputCollector,
): Promise<Ending> {
  const { task } = attempt;
  if (!isCoded(failure) && stopped === null)
    deps.log.error({ err: failure, task_id: task.id }, "an executor threw");
  const result = stopped === "timeout" ? "timeout" : stopped === "aborted" ? "cancelled" : "failure";
  const what =
    stopped === "timeout"
      ? `Stopped after its time limit of ${task.config.timeout_seconds} s.`
      : stopped === "aborted"
        ? "Aborted by an admin."
        : failure instanceof Error
          ? failure.message
          : String(failure);
  const undone =
    task.config.rollback_strategy === "automatic" ? await rollBack(deps, attempt, collector) : "";
  return {
    result,
    outcome: result,
    output: collector.text(),
    error: [what, undone].filter(Boolean).join(" "),
  };
}

async function rollBack(deps: ApplyingDeps, attempt: Attempt, collector: OutputCollector): Promise<string> {
  const { task, held } = attempt;
  try {
    const { output } = await attempt.executor.rollback(attempt.stash, {
      signal: AbortSignal.timeout(ROLLBACK_LIMIT_MS),
      idempotency_key: `${task.id}:${task.revision}`,
      fencing_tokens: held.tokens,
      report: () => undefined,
      output: (chunk) => collector.push(chunk),
    });
    collector.push(output);
    return "Everything was rolled back.";
  } catch (error) {
    deps.log.warn({ err: error, task_id: task.id }, "rollback failed");
    return `Rolling back failed too: ${error instanceof Error ? error.message : String(error)}`;
  }
}

async function end(deps: ApplyingDeps, attempt: Attempt, ending: Ending): Promise<"ended" | "lost"> {
  const { task, held, actor } = attempt;
  const rows = await deps.ledger.commit(
    actor,
    [completedFact(task, "APPLYING", ending, deps.clock.now())],
    complete(task, held.token, "APPLYING", ending),
  );
  deps.atStep?.("recorded");
  return rows.length > 0 ? "ended" : "lost";
}

/** This worker is stopping: the task goes to another one, where its executor allows that. */
async function handBack(deps: ApplyingDeps, attempt: Attempt): Promise<"given back" | "ended" | "lost"> {
  const { task, held, actor } = attempt;
  const next = afterInterruption(task, "drained", attempt.executor, 0);
  if (next.to === "COMPLETED") {
    return end(deps, attempt, { result: next.result, outcome: "drained", output: "", error: next.error });
  }
  const reason = "its worker was stopped";
  const rows = await deps.ledger.commit(
    actor,
    [retriedFact(task, reason, deps.clock.now())],
    giveBack(task, held.token, {
      retry_in_ms: 0,
      waiting_for: { kind: "retry", attempt: task.attempts + 1, reason },
      outcome: "drained",
      crashed: false,
    }),
  );
  return rows.length > 0 ? "given back" : "lost";
}

/** The fact of an end, with the payload of `task:completed`. */
export function completedFact(task: TaskRecord, from: "APPLYING" | "APPROVED", ending: Ending, now: Date) {
  const startedAt = task.started_at ?? task.now;
  return taskFact("task.completed", task, {
    from_state: from,
    to_state: "COMPLETED",
    ...(ending.error ? { reason: ending.error } : {}),
    detail: {
      result: ending.result,
      attempt: task.attempts,
      duration_seconds: Math.max(0, (now.getTime() - startedAt.getTime()) / 1000),
      ...(ending.error ? { error: ending.error } : {}),
    },
  });
}

/** The fact of going back to APPROVED for another attempt. */
export function retriedFact(task: TaskRecord, reason: string, applyAfter: Date | null) {
  return taskFact("task.apply_retried", task, {
    from_state: "APPLYING",
    to_state: "APPROVED",
    reason,
    detail: {
      priority: task.priority,
      attempt: task.attempts,
      ...(applyAfter ? { apply_after: applyAfter.toISOString() } : {}),
    },
  });
}

/** Sends output and progress as live events, batched; nothing waits for it. */
function progressReporter(deps: ApplyingDeps, taskId: string, collector: OutputCollector) {
  let chunk = "";
  let last: { percent?: number; message?: string } = {};
  let timer: NodeJS.Timeout | null = null;
  const send = (): void => {
    if (timer) clearTimeout(timer);
    timer = null;
    deps.ledger.events.emitLive({
      event: "task:progress",
      channels: [`task:${taskId}`],
      payload: { task_id: taskId, ...last, ...(chunk ? { output: chunk } : {}) },
    });
    chunk = "";
  };
  const later = (): void => {
    timer ??= setTimeout(send, PROGRESS_INTERVAL_MS);
  };
  return {
    context: {
      report(progress: { percent?: number; message: string }): void {
        last = progress;
        later();
      },
      output(text: string): void {
        chunk += collector.push(text);
        later();
      },
    },
    end(): void {
      chunk += collector.end();
      if (timer || chunk) send();
    },
  };
}
