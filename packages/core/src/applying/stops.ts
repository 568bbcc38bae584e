import type { TaskRecord } from "../tasks/service.ts";
import type { ApplyingDeps, HeldLocks, Worker } from "./deps.ts";

/** Why an attempt was told to stop. */
export type StopReason = "lost" | "drained" | "timeout" | "aborted";

export type Stops = {
  /** Aborted once, with the first StopReason. */
  readonly signal: AbortSignal;
  reason(): StopReason | null;
  /** From here the task's time limit runs. */
  startClock(): void;
  end(): void;
};

/**
 * The one signal of an attempt: loss of a lock, drain of the worker, deadline, abort by an admin. Made before the
 * task is claimed: an abort can come as soon as it is.
 */
export function watchStops(
  deps: Pick<ApplyingDeps, "ledger">,
  task: TaskRecord,
  held: Pick<HeldLocks, "signal">,
  worker: Worker,
): Stops {
  const own = new AbortController();
  const signal = AbortSignal.any([held.signal, worker.drain, own.signal]);
  let timer: NodeJS.Timeout | undefined;
  const unwatch = deps.ledger.events.listen([`task:${task.id}`], ({ event, payload }) => {
    if (event === "task:changed" && payload.change === "task.abort_requested") own.abort("aborted");
  });
  return {
    signal,
    reason: () => (signal.aborted ? (signal.reason as StopReason) : null),
    startClock() {
      timer = setTimeout(() => own.abort("timeout"), task.config.timeout_seconds * 1000);
    },
    end() {
      clearTimeout(timer);
      unwatch();
    },
  };
}
