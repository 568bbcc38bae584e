import type { ApplyingDeps, Worker } from "./deps.ts";
import { type RunOutcome, runTask } from "./run.ts";
import { recoverLost } from "./watchdog.ts";

export { APPLY_STEPS, type ApplyingDeps, type ApplyStep, type Worker } from "./deps.ts";
export type { RunOutcome } from "./run.ts";

export type ApplyingService = ReturnType<typeof createApplyingService>;

/** Applies approved tasks once, under locks, and brings back those whose worker died. */
export function createApplyingService(deps: ApplyingDeps) {
  return {
    /** One attempt at one task; answers what became of it. */
    run: (taskId: string, worker: Worker): Promise<RunOutcome> => runTask(deps, taskId, worker),
    /** The watchdog's look at everything that is being applied. */
    recoverLost: () => recoverLost(deps),
  };
}
