import { ExecutorFailure } from "../executors/service.ts";
import type { ApplyingDeps } from "./deps.ts";

/** Told to stop, an executor has not settled within its grace: what it does from here on nobody here can know. */
export class GoesOn extends ExecutorFailure {
  constructor(graceMs: number) {
    super(
      `It was told to stop and had not after ${graceMs / 1000} s: it may still be going on, and nobody can tell how far it comes.`,
      { ended_as: "unknown" },
    );
  }
}

/**
 * Settles as `work` does; rejects with GoesOn where that does not settle within its grace (`stop_grace_ms`) after
 * `signal`: an executor that never listens would hold its task and their locks for ever.
 */
export async function unlessItGoesOn<T>(
  deps: Pick<ApplyingDeps, "log" | "settings">,
  { task }: { task: { id: string } },
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const graceMs = deps.settings.stop_grace_ms;
  const over = Promise.withResolvers<never>();
  let timer: NodeJS.Timeout | undefined;
  const onAbort = (): void => {
    timer = setTimeout(() => over.reject(new GoesOn(graceMs)), graceMs);
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  const working = work();
  try {
    return await Promise.race([working, over.promise]);
  } catch (error) {
    if (error instanceof GoesOn) {
      const say = (): void =>
        deps.log.warn({ task_id: task.id }, "what had not stopped when told to has ended");
      working.then(say, say);
    }
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
    clearTimeout(timer);
  }
}
