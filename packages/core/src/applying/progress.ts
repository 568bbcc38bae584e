import type { ApplyContext, OutputCollector } from "../executors/service.ts";
import type { ApplyingDeps } from "./deps.ts";

/** Progress goes out at most this often; the last state always does. */
const INTERVAL_MS = 200;

export type ProgressReporter = {
  context: Pick<ApplyContext, "report" | "output">;
  /** Sends what is left. */
  end(): void;
};

/** Sends output and progress as live events, batched; nothing waits for it. */
export function reportProgress(
  deps: Pick<ApplyingDeps, "ledger">,
  taskId: string,
  collector: OutputCollector,
): ProgressReporter {
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
    timer ??= setTimeout(send, INTERVAL_MS);
  };
  return {
    context: {
      report(progress) {
        last = progress;
        later();
      },
      output(text) {
        chunk += collector.push(text);
        later();
      },
    },
    end() {
      chunk += collector.end();
      if (timer || chunk) send();
    },
  };
}
