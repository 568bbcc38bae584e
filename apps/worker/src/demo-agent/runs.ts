import { createClient } from "@ade/client";
import type { Core } from "@ade/core/core";
import type { TakenRun } from "@ade/core/demo/service";
import type { Logger } from "pino";
import { runProgram } from "./program.ts";

/** People should be able to read along. */
const PACE_MS = 4_000;

export type DemoRuns = {
  /** Takes a run that was asked for, or ends one that its worker left; and looks whether ours may go on. */
  turn(): Promise<void>;
  /** Ends what runs here, and waits for it. */
  stop(): Promise<void>;
};

/** The simulated agent's runs in this worker. It speaks to the front door by its own key, and to nothing else. */
export function createDemoRuns(options: {
  core: Pick<Core, "demo">;
  /** The front door. */
  url: string;
  workerId: string;
  log: Logger;
  paceMs?: number;
}): DemoRuns {
  const { core, url, workerId, log, paceMs = PACE_MS } = options;
  const running = new Map<string, { end: AbortController; done: Promise<void> }>();

  async function run(taken: TakenRun, end: AbortController): Promise<void> {
    const lastsMs = Math.max(0, taken.ends_at.getTime() - Date.now());
    const over = setTimeout(() => end.abort("Its 15 minutes are over."), lastsMs);
    try {
      const reason = await runProgram({
        client: createClient({ url, apiKey: taken.key }),
        agentId: taken.agent_id,
        reviewerId: taken.reviewer_id,
        signal: end.signal,
        paceMs,
        say: (text, taskId) => core.demo.note(taken.id, { text, task_id: taskId ?? null }),
      });
      await core.demo.ended(taken, reason);
    } finally {
      clearTimeout(over);
      running.delete(taken.id);
    }
  }

  return {
    async turn() {
      for (const [id, { end }] of running) {
        if (!(await core.demo.mayGoOn(id))) end.abort("It was stopped.");
      }
      const taken = await core.demo.take(workerId);
      if (!taken) return;
      const end = new AbortController();
      const done = run(taken, end).catch((error: unknown) =>
        log.warn({ err: error, run_id: taken.id }, "the simulated agent did not end as it should"),
      );
      running.set(taken.id, { end, done });
    },
    async stop() {
      for (const { end } of running.values()) end.abort("The worker that ran it stopped.");
      await Promise.all([...running.values()].map(({ done }) => done));
    },
  };
}
