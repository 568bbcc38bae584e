import type { Actor } from "../kernel/actor.ts";
import { TASKS_GROUP, type TaskRecord } from "../tasks/service.ts";
import type { ApplyingDeps, Worker } from "./deps.ts";
import { forgetAttempts, stillNeeded } from "./output-store.ts";
import { rollBack, rollbackStanding } from "./rollback/ask.ts";
import { type RunOutcome, runTask } from "./run.ts";
import { wakeGranted } from "./stand-aside.ts";
import { createWatchdog } from "./watchdog.ts";

export { APPLY_STEPS, type ApplyingDeps, type ApplyStep, type Worker } from "./deps.ts";
export { createRollbackExecutor } from "./rollback/rollback-executor.ts";
export type { RunOutcome } from "./run.ts";

export type ApplyingService = ReturnType<typeof createApplyingService>;

/** Applies approved tasks once, under locks, and brings back those whose worker died. */
export function createApplyingService(deps: ApplyingDeps) {
  return {
    /** One attempt at one task; answers what became of it. */
    run: (taskId: string, worker: Worker): Promise<RunOutcome> => runTask(deps, taskId, worker),
    /** Hears what is granted to tasks that wait, whichever worker queued them; resolves once it does. */
    listen: () =>
      deps.locks.follow(TASKS_GROUP, ({ owner_id }) => {
        wakeGranted(deps, owner_id).catch((error: unknown) =>
          deps.log.debug({ err: error, task_id: owner_id }, "a task was not woken"),
        );
      }),
    /** Proposes a task's rollback, to be reviewed; ROLLBACK_REFUSED where it cannot be. */
    rollBack: (actor: Actor, taskId: string, input: { reason?: string | undefined }) =>
      rollBack(deps, actor, taskId, input),
    rollbackStanding: (task: TaskRecord) => rollbackStanding(deps, task),
    /** A worker's round: what ended attempts no longer need to keep. */
    async forget() {
      await forgetAttempts(deps.pool, deps.settings);
      await deps.executors.forget({
        keep_days: deps.settings.stash_days,
        stillNeeded: (ids) => stillNeeded(deps.pool, ids),
        onTrouble: (error, what) => deps.log.warn({ err: error, what }, "what is old could not be forgotten"),
      });
    },
    /** The watchdog's look at everything that is being applied. */
    recoverLost: createWatchdog(deps),
  };
}
