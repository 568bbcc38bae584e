import { setTimeout as delay } from "node:timers/promises";
import {
  createOutputCollector,
  type Executor,
  type Inspection,
  type Json,
  type OutputCollector,
  type PlanContext,
} from "../executors/service.ts";
import type { Actor } from "../kernel/actor.ts";
import { isCoded } from "../kernel/errors.ts";
import type { TaskRecord } from "../tasks/service.ts";
import type { ApplyingDeps, HeldLocks } from "./deps.ts";
import { completedFact, retriedFact } from "./facts.ts";
import { failureText } from "./failure-text.ts";
import { afterInterruption, type Interruption } from "./outcome.ts";
import { reportProgress } from "./progress.ts";
import type { StopReason, Stops } from "./stops.ts";
import { complete, type Ending, giveBack } from "./store.ts";

const ROLLBACK_LIMIT_MS = 60_000;
/** PostgreSQL may be away for a moment: an end is worth some patience as long as the locks are held. */
const PATIENCE_MS = [200, 500, 1_000, 2_000, 4_000];

export type Attempt = {
  task: TaskRecord;
  actor: Actor;
  /** Masks what `reveal` gives. */
  executor: Executor;
  reveal: PlanContext["reveal"];
  held: HeldLocks;
  stash: Json;
  /** How far an earlier attempt came. */
  standing: Exclude<Inspection, "foreign">;
  stops: Stops;
};

export type AttemptOutcome = "ended" | "given back" | "lost";

/** Runs the executor and records how it ended. The task is APPLYING under this attempt's token. */
export async function runAttempt(deps: ApplyingDeps, attempt: Attempt): Promise<AttemptOutcome> {
  const { held, stops } = attempt;
  const collector = createOutputCollector();
  const failure = await act(deps, attempt, collector);
  deps.atStep?.("applied");
  const output = collector.text();
  // Whatever it did: with a lock gone, somebody else may have been at it too. The next attempt finds out.
  if (!held.isHeld()) {
    return (await handBack(deps, attempt, "lost", output)) ?? end(deps, attempt, unknownEnd(attempt, output));
  }
  if (failure === null) {
    return end(deps, attempt, { result: "success", outcome: "success", output, error: null });
  }
  let stopped = stops.reason();
  if (stopped === "drained") {
    const outcome = await handBack(deps, attempt, "drained", output);
    if (outcome) return outcome;
    stopped = "aborted";
  }
  return end(deps, attempt, await failed(deps, attempt, { failure, stopped, output }));
}

/** What an earlier attempt left half done is brought back, what it did is not done again. Answers what was thrown. */
async function act(
  deps: ApplyingDeps,
  attempt: Attempt,
  collector: OutputCollector,
): Promise<{ thrown: unknown } | null> {
  const { task, held, stops, stash, executor } = attempt;
  if (attempt.standing === "done") {
    collector.push("An earlier attempt had already done it.\n");
    collector.end();
    return null;
  }
  const progress = reportProgress(deps, task.id, collector);
  const context = {
    ...contextOf(attempt),
    ...progress.context,
    stash,
    // Whoever looks at it looks at the lease first: after a pause the timer that would abort it may be late.
    get signal() {
      held.isHeld();
      return stops.signal;
    },
  };
  try {
    // The claim took time: an executor never begins without its locks.
    if (!held.isHeld()) return { thrown: "lost" };
    stops.signal.throwIfAborted();
    if (attempt.standing === "partial") await executor.rollback(stash, context);
    const { output } = await executor.apply(task.config, context);
    if (collector.text() === "") collector.push(output);
    return null;
  } catch (thrown) {
    return { thrown };
  } finally {
    progress.end();
  }
}

/** Brings things back by the task's strategy, then says how the attempt ended. */
async function failed(
  deps: ApplyingDeps,
  attempt: Attempt,
  { failure, stopped, output }: { failure: { thrown: unknown }; stopped: StopReason | null; output: string },
): Promise<Ending> {
  const { task } = attempt;
  const { thrown } = failure;
  if (!isCoded(thrown) && stopped === null)
    deps.log.error({ err: thrown, task_id: task.id }, "an executor threw");
  const result = stopped === "timeout" ? "timeout" : stopped === "aborted" ? "cancelled" : "failure";
  const what = {
    timeout: `Stopped after its time limit of ${task.config.timeout_seconds} s.`,
    cancelled: "Aborted by an admin.",
    failure: failureText(thrown, "Applying"),
  }[result];
  const undone =
    task.config.rollback_strategy === "automatic"
      ? await rollBack(deps, attempt)
      : { sentence: "", output: "", rolled_back: undefined };
  return {
    result,
    outcome: result,
    output: output + undone.output,
    error: [what, undone.sentence].filter(Boolean).join(" "),
    ...(undone.rolled_back === undefined ? {} : { rolled_back: undone.rolled_back }),
  };
}

type Undone = { sentence: string; output: string; rolled_back: boolean };

async function rollBack(deps: ApplyingDeps, attempt: Attempt): Promise<Undone> {
  const { task, held } = attempt;
  const collector = createOutputCollector();
  let sentence: string;
  let rolled_back = false;
  try {
    const { output } = await attempt.executor.rollback(attempt.stash, {
      ...contextOf(attempt),
      // Nothing is brought back without the locks.
      signal: AbortSignal.any([held.signal, AbortSignal.timeout(ROLLBACK_LIMIT_MS)]),
      report: () => undefined,
      output: (chunk) => collector.push(chunk),
    });
    if (collector.text() === "") collector.push(output);
    sentence = "Everything was rolled back.";
    rolled_back = true;
  } catch (error) {
    deps.log.warn({ err: error, task_id: task.id }, "rollback failed");
    sentence = `It could not be rolled back: ${failureText(error, "Rolling back")}`;
  }
  collector.end();
  return { sentence, output: collector.text(), rolled_back };
}

const contextOf = ({ task, held, reveal }: Attempt) => ({
  reveal,
  idempotency_key: `${task.id}:${task.revision}`,
  fencing_tokens: held.tokens,
});

async function end(deps: ApplyingDeps, attempt: Attempt, ending: Ending): Promise<"ended" | "lost"> {
  const { task, held, actor } = attempt;
  const fact = completedFact(task, ending, deps.clock.now());
  const rows = await patiently(deps, attempt, () =>
    deps.ledger.commit(actor, [fact], complete(task, held.token, ending)),
  );
  deps.atStep?.("recorded");
  return rows.length > 0 ? "ended" : "lost";
}

/**
 * The task goes to another attempt, where its executor allows that. Null where the row refuses it: an admin has asked
 * to abort, or the row is another attempt's by now.
 */
async function handBack(
  deps: ApplyingDeps,
  attempt: Attempt,
  why: Interruption,
  output: string,
): Promise<AttemptOutcome | null> {
  const { task, held, actor, executor } = attempt;
  const next = afterInterruption(task, why, executor, deps.random());
  if (next.to === "COMPLETED") {
    return end(deps, attempt, { result: next.result, outcome: why, output, error: next.error });
  }
  const { reason, retry_in_ms } = next;
  const apply_after = retry_in_ms === null ? null : new Date(deps.clock.now().getTime() + retry_in_ms);
  const waiting_for = { kind: "retry" as const, attempt: task.attempts + 1, reason };
  const rows = await patiently(deps, attempt, () =>
    deps.ledger.commit(
      actor,
      [retriedFact(task, reason, apply_after)],
      giveBack(task, held.token, { apply_after, waiting_for, outcome: why, output, crashed: false }),
    ),
  );
  return rows.length > 0 ? "given back" : null;
}

/** Aborted by an admin, and the locks lost before it had stopped. */
function unknownEnd({ task, executor }: Attempt, output: string): Ending {
  const aborted = { ...task, abort_requested_at: task.now };
  const next = afterInterruption(aborted, "lost", executor, 0);
  const error = next.to === "COMPLETED" ? next.error : null;
  return { result: "unknown", outcome: "lost", output, error };
}

async function patiently<T>(deps: ApplyingDeps, attempt: Attempt, commit: () => Promise<T>): Promise<T> {
  for (const waitMs of PATIENCE_MS) {
    try {
      return await commit();
    } catch (error) {
      if (!attempt.held.isHeld()) throw error;
      deps.log.warn({ err: error, task_id: attempt.task.id }, "an end could not be recorded; tried again");
      await delay(waitMs);
    }
  }
  return commit();
}
