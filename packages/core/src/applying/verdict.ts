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
import type { ExecutionResult } from "../tasks/schema.ts";
import type { TaskRecord } from "../tasks/service.ts";
import type { ApplyingDeps, HeldLocks } from "./deps.ts";
import { GoesOn, unlessItGoesOn } from "./goes-on.ts";
import type { LiveOutput } from "./live-output.ts";
import { rollbackSeconds } from "./outcome.ts";
import type { StopReason, Stops } from "./stops.ts";
import type { Ending } from "./store.ts";

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

/** An end of which what was printed is not part yet. */
export type Verdict = Omit<Ending, "output" | "rest">;

/** What both steps of an attempt are given, whatever they are told to stop by. */
export const contextOf = ({ task, held, reveal, standBy }: Attempt, limitSeconds: number) => ({
  reveal,
  author: { id: task.author_id, name: task.author_name },
  idempotency_key: `${task.id}:${task.revision}`,
  fencing_tokens: held.tokens,
  limit_ms: limitSeconds * 1000,
  standBy,
});

const STOPPED: Record<StopReason, (task: TaskRecord) => string> = {
  timeout: ({ config }) => `Its time limit of ${config.timeout_seconds} s was over.`,
  aborted: () => "Aborted by an admin.",
  drained: () => "Its worker was stopped.",
  lost: () => "A lock was lost while it was applied.",
};

/**
 * It goes on though it was told to stop: nothing is undone beneath it, and its locks are left to end by themselves, so
 * that whoever comes next waits as after a crash.
 */
export function leftGoingOn({ task, held, stops }: Attempt, thrown: GoesOn): Verdict {
  held.leave();
  const why = stops.reason();
  const error = [...(why ? [STOPPED[why](task)] : []), thrown.message].join(" ");
  return { result: "unknown", outcome: "unknown", error };
}

type End = { result: ExecutionResult; what: string };

/** The task's result, and a sentence about it, before anything is brought back. */
export function endOf(task: TaskRecord, thrown: unknown, stopped: StopReason | null): End {
  if (stopped === "timeout") {
    const what = `Stopped after its time limit of ${task.config.timeout_seconds} s.`;
    return { result: "timeout", what };
  }
  if (stopped === "aborted") return { result: "cancelled", what: STOPPED.aborted(task) };
  const result = (thrown instanceof ExecutorFailure && thrown.ended_as) || "failure";
  return { result, what: failureText(thrown, "Applying") };
}

/** Brings things back by the task's strategy, then says how the attempt ended. */
export async function failed(
  deps: ApplyingDeps,
  attempt: Attempt,
  printed: LiveOutput,
  thrown: unknown,
  { result, what }: End,
): Promise<Verdict> {
  // Undoing what may not have happened would be a change of its own: that is for people to look at and to decide.
  if (thrown instanceof ExecutorFailure && thrown.ended_as === "unknown") {
    const said = result === "unknown" ? [] : [failureText(thrown, "Applying")];
    return { result: "unknown", outcome: "unknown", error: [what, ...said].join(" ") };
  }
  if (attempt.task.config.rollback_strategy !== "automatic") return { result, outcome: result, error: what };
  const { sentence, rolled_back, goesOn } = await rollBack(deps, attempt, printed);
  const ended = goesOn ? "unknown" : result;
  return { result: ended, outcome: ended, error: `${what} ${sentence}`, rolled_back };
}

type Undone = { sentence: string; rolled_back: boolean; goesOn: boolean };

async function rollBack(deps: ApplyingDeps, attempt: Attempt, printed: LiveOutput): Promise<Undone> {
  const { task, held, executor, stash } = attempt;
  printed.report({ message: "Rolling back" });
  const limitSeconds = rollbackSeconds(task.config);
  // Nothing is brought back without the locks.
  const signal = AbortSignal.any([held.signal, AbortSignal.timeout(limitSeconds * 1000)]);
  const step = (to: Pick<ApplyContext, "report" | "output">) =>
    executor.rollback(stash, { ...contextOf(attempt, limitSeconds), signal, ...to });
  try {
    await unlessItGoesOn(deps, attempt, signal, () => printed.of(step));
    return { sentence: "What it had done was rolled back.", rolled_back: true, goesOn: false };
  } catch (error) {
    deps.log.warn({ err: error, task_id: task.id }, "rollback failed");
    const goesOn = error instanceof GoesOn;
    if (goesOn) held.leave();
    const sentence = `It could not be rolled back: ${failureText(error, "Rolling back")}`;
    return { sentence, rolled_back: false, goesOn };
  }
}
