import { setTimeout as delay } from "node:timers/promises";
import { type ApplyContext, ExecutorFailure } from "../executors/service.ts";
import { isCoded } from "../kernel/errors.ts";
import type { ApplyingDeps } from "./deps.ts";
import { completedFact, retriedFact } from "./facts.ts";
import { GoesOn, unlessItGoesOn } from "./goes-on.ts";
import { keepOutput, type LiveOutput } from "./live-output.ts";
import { afterInterruption, type Interruption } from "./outcome.ts";
import { complete, giveBack } from "./store.ts";
import { type Attempt, contextOf, endOf, failed, leftGoingOn, type Verdict } from "./verdict.ts";

/** PostgreSQL may be away for a moment: an end is worth some patience as long as the locks are held. */
const PATIENCE_MS = [200, 500, 1_000, 2_000, 4_000];

export type AttemptOutcome = "ended" | "given back" | "lost";

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
  const failure = await act(deps, attempt, printed);
  deps.atStep?.("applied");
  if (failure?.thrown instanceof GoesOn) {
    return end(deps, attempt, printed, leftGoingOn(attempt, failure.thrown));
  }
  // Whatever it did: with a lock gone, somebody else may have been at it too. The next attempt finds out.
  if (!held.isHeld()) {
    return (
      (await handBack(deps, attempt, printed, "lost")) ?? end(deps, attempt, printed, unknownEnd(attempt))
    );
  }
  if (failure === null) {
    return end(deps, attempt, printed, { result: "success", outcome: "success", error: null });
  }
  const { thrown } = failure;
  let stopped = stops.reason();
  if (stopped === "drained") {
    const outcome = await handBack(deps, attempt, printed, "drained", thrown);
    if (outcome) return outcome;
    stopped = "aborted";
  }
  const { task } = attempt;
  if (!isCoded(thrown) && stopped === null)
    deps.log.error({ err: thrown, task_id: task.id }, "an executor threw");
  const verdict = await failed(deps, attempt, printed, thrown, endOf(task, thrown, stopped));
  return end(deps, attempt, printed, verdict);
}

/** What an earlier attempt left half done is brought back, what it did is not done again. Answers what was thrown. */
async function act(
  deps: ApplyingDeps,
  attempt: Attempt,
  printed: LiveOutput,
): Promise<{ thrown: unknown } | null> {
  const { task, held, stops, stash, executor, standing } = attempt;
  if (standing === "done") {
    printed.push("An earlier attempt had already done it.\n");
    return null;
  }
  const context = (to: Pick<ApplyContext, "report" | "output">) => ({
    ...contextOf(attempt, task.config.timeout_seconds),
    ...to,
    stash,
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
    await unlessItGoesOn(deps, attempt, stops.signal, async () => {
      if (standing === "partial") await printed.of((to) => executor.rollback(stash, context(to)));
      await printed.of((to) => executor.apply(task.config, context(to)));
    });
    return null;
  } catch (thrown) {
    return { thrown };
  }
}

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
  thrown: unknown = null,
): Promise<AttemptOutcome | null> {
  const { task, held, actor } = attempt;
  const retry = await patiently(deps, attempt, async () => deps.executors.mayRetry(task.config));
  const next = afterInterruption(task, why, { retry }, deps.random());
  if (next.to === "COMPLETED") {
    const { result, error } = next;
    // A failure is one under its locks: what the last attempt leaves behind is brought back as after any.
    const verdict =
      result === "failure"
        ? await failed(deps, attempt, printed, thrown, { result, what: error })
        : { result, outcome: why, error };
    return end(deps, attempt, printed, verdict);
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
