import { setTimeout as delay } from "node:timers/promises";
import {
  type ApplyContext,
  type Executor,
  ExecutorFailure,
  failureText,
  type Inspection,
  type Json,
  type PlanContext,
} from "../executors/service.ts";
import type { Actor } from "../kernel/actor.ts";
import { isCoded } from "../kernel/errors.ts";
import type { TaskRecord } from "../tasks/service.ts";
import type { ApplyingDeps, HeldLocks } from "./deps.ts";
import { completedFact, retriedFact } from "./facts.ts";
import { keepOutput, type LiveOutput } from "./live-output.ts";
import { afterInterruption, type Interruption } from "./outcome.ts";
import type { StopReason, Stops } from "./stops.ts";
import { complete, type Ending, giveBack } from "./store.ts";

const ROLLBACK_LIMIT_MS = 60_000;
/** PostgreSQL may be away for a moment: an end is worth some patience as long as the locks are held. */
const PATIENCE_MS = [200, 500, 1_000, 2_000, 4_000];

export type Attempt = {
  id: string;
  task: TaskRecord;
  actor: Actor;
  /** Masks what `reveal` gives. */
  executor: Executor;
  reveal: PlanContext["reveal"];
  held: HeldLocks;
  stash: Json;
  /** How far an earlier attempt came, or why nobody can tell: then nothing is done. */
  standing: Exclude<Inspection, "foreign"> | { doubt: string };
  stops: Stops;
  /** Frees the worker's slot while the attempt goes on. */
  standBy: () => void;
};

export type AttemptOutcome = "ended" | "given back" | "lost";

/** An end of which what was printed is not part yet. */
type Verdict = Omit<Ending, "output" | "rest">;

/** Runs the executor and records how it ended. The task is APPLYING under this attempt's token. */
export async function runAttempt(deps: ApplyingDeps, attempt: Attempt): Promise<AttemptOutcome> {
  const printed = keepOutput(deps, { id: attempt.id, task_id: attempt.task.id });
  try {
    return await run(deps, attempt, printed);
  } finally {
    printed.close();
  }
}

async function run(deps: ApplyingDeps, attempt: Attempt, printed: LiveOutput): Promise<AttemptOutcome> {
  const { held, stops } = attempt;
  const failure = await act(attempt, printed);
  deps.atStep?.("applied");
  // Whatever it did: with a lock gone, somebody else may have been at it too. The next attempt finds out.
  if (!held.isHeld()) {
    return (
      (await handBack(deps, attempt, printed, "lost")) ?? end(deps, attempt, printed, unknownEnd(attempt))
    );
  }
  if (failure === null) {
    return end(deps, attempt, printed, { result: "success", outcome: "success", error: null });
  }
  let stopped = stops.reason();
  if (stopped === "drained") {
    const outcome = await handBack(deps, attempt, printed, "drained");
    if (outcome) return outcome;
    stopped = "aborted";
  }
  return end(deps, attempt, printed, await failed(deps, attempt, printed, { failure, stopped }));
}

/** What an earlier attempt left half done is brought back, what it did is not done again. Answers what was thrown. */
async function act(attempt: Attempt, printed: LiveOutput): Promise<{ thrown: unknown } | null> {
  const { task, held, stops, stash, executor, standing } = attempt;
  if (standing === "done") {
    printed.push("An earlier attempt had already done it.\n");
    return null;
  }
  const context = (to: Pick<ApplyContext, "report" | "output">) => ({
    ...contextOf(attempt),
    ...to,
    stash,
    standBy: attempt.standBy,
    // Whoever looks at it looks at the lease first: after a pause the timer that would abort it may be late.
    get signal() {
      held.isHeld();
      return stops.signal;
    },
  });
  try {
    // The claim took time: an executor never begins without its locks.
    if (!held.isHeld()) return { thrown: "lost" };
    stops.signal.throwIfAborted();
    if (typeof standing === "object") throw new ExecutorFailure(standing.doubt, { ended_as: "unknown" });
    if (standing === "partial") await printed.of((to) => executor.rollback(stash, context(to)));
    await printed.of((to) => executor.apply(task.config, context(to)));
    return null;
  } catch (thrown) {
    return { thrown };
  }
}

/** Brings things back by the task's strategy, then says how the attempt ended. */
async function failed(
  deps: ApplyingDeps,
  attempt: Attempt,
  printed: LiveOutput,
  { failure, stopped }: { failure: { thrown: unknown }; stopped: StopReason | null },
): Promise<Verdict> {
  const { task } = attempt;
  const { thrown } = failure;
  if (!isCoded(thrown) && stopped === null)
    deps.log.error({ err: thrown, task_id: task.id }, "an executor threw");
  const { result, what } = endOf(task, thrown, stopped);
  // Undoing what may not have happened would be a change of its own: that is for people to look at and to decide.
  if (thrown instanceof ExecutorFailure && thrown.ended_as === "unknown") {
    const said = result === "unknown" ? [] : [failureText(thrown, "Applying")];
    return { result: "unknown", outcome: "unknown", error: [what, ...said].join(" ") };
  }
  const undone =
    task.config.rollback_strategy === "automatic"
      ? await rollBack(deps, attempt, printed)
      : { sentence: "", rolled_back: undefined };
  return {
    result,
    outcome: result,
    error: [what, undone.sentence].filter(Boolean).join(" "),
    ...(undone.rolled_back === undefined ? {} : { rolled_back: undone.rolled_back }),
  };
}

function endOf(task: TaskRecord, thrown: unknown, stopped: StopReason | null) {
  if (stopped === "timeout") {
    const what = `Stopped after its time limit of ${task.config.timeout_seconds} s.`;
    return { result: "timeout" as const, what };
  }
  if (stopped === "aborted") return { result: "cancelled" as const, what: "Aborted by an admin." };
  const result = (thrown instanceof ExecutorFailure && thrown.ended_as) || ("failure" as const);
  return { result, what: failureText(thrown, "Applying") };
}

type Undone = { sentence: string; rolled_back: boolean };

async function rollBack(deps: ApplyingDeps, attempt: Attempt, printed: LiveOutput): Promise<Undone> {
  const { task, held } = attempt;
  printed.report({ message: "Rolling back" });
  // Nothing is brought back without the locks.
  const signal = AbortSignal.any([held.signal, AbortSignal.timeout(ROLLBACK_LIMIT_MS)]);
  try {
    await printed.of((to) =>
      attempt.executor.rollback(attempt.stash, {
        ...contextOf(attempt),
        ...{ signal, standBy: attempt.standBy },
        ...to,
      }),
    );
    return { sentence: "Everything was rolled back.", rolled_back: true };
  } catch (error) {
    deps.log.warn({ err: error, task_id: task.id }, "rollback failed");
    const sentence = `It could not be rolled back: ${failureText(error, "Rolling back")}`;
    return { sentence, rolled_back: false };
  }
}

const contextOf = ({ task, held, reveal }: Attempt) => ({
  reveal,
  author: { id: task.author_id, name: task.author_name },
  idempotency_key: `${task.id}:${task.revision}`,
  fencing_tokens: held.tokens,
});

async function end(
  deps: ApplyingDeps,
  attempt: Attempt,
  printed: LiveOutput,
  verdict: Verdict,
): Promise<"ended" | "lost"> {
  const { task, held, actor } = attempt;
  const ending = { ...verdict, output: printed.text(), rest: printed.rest() };
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
  printed: LiveOutput,
  why: Interruption,
): Promise<AttemptOutcome | null> {
  const { task, held, actor } = attempt;
  const next = afterInterruption(task, why, { retry: deps.executors.mayRetry(task.config) }, deps.random());
  if (next.to === "COMPLETED") {
    return end(deps, attempt, printed, { result: next.result, outcome: why, error: next.error });
  }
  const { reason, retry_in_ms } = next;
  const apply_after = retry_in_ms === null ? null : new Date(deps.clock.now().getTime() + retry_in_ms);
  const waiting_for = { kind: "retry" as const, attempt: task.attempts + 1, reason };
  printed.text();
  const rest = printed.rest();
  const rows = await patiently(deps, attempt, () =>
    deps.ledger.commit(
      actor,
      [retriedFact(task, reason, apply_after)],
      giveBack(task, held.token, { apply_after, waiting_for, outcome: why, rest, crashed: false }),
    ),
  );
  return rows.length > 0 ? "given back" : null;
}

/** Aborted by an admin, and the locks lost before it had stopped. */
function unknownEnd({ task }: Attempt): Verdict {
  const aborted = { ...task, abort_requested_at: task.now };
  const next = afterInterruption(aborted, "lost", { retry: false }, 0);
  const error = next.to === "COMPLETED" ? next.error : null;
  return { result: "unknown", outcome: "lost", error };
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
