import { setTimeout as delay } from "node:timers/promises";
import type { SeededRandom } from "@ade/testkit/seeded-random";
import type { House } from "./house.ts";

type TaskAnswer = {
  id: string;
  state: string;
  approvals: { id: string; reviewer_id: string; status: string }[];
};

export type TaskLoad = {
  /** What was answered with 2xx. */
  answered: { created: Set<string>; approved: Set<string> };
  /**
   * Proposes one more and sees it approved, and says nothing of it to the judge; null where it never was answered. With
   * `undo_seconds` the approval takes effect so much later; with `skip_preview` it has no plan to be compared.
   */
  propose(
    config: Record<string, unknown>,
    options?: { undo_seconds?: number; skip_preview?: boolean },
  ): Promise<string | null>;
  /** Ends the proposing; resolves when all that were proposed are approved. */
  stop(): Promise<void>;
};

/** Nothing, on one resource, for so long; its effect is a line in the sink. */
export const noopTask = (resource: string, sleep_ms: number): Record<string, unknown> => ({
  type: "test.noop",
  description: `Change ${resource}`,
  resources: [{ type: "service", id: resource, namespace: "chaos", actions: ["execute"] }],
  parameters: { sleep_ms },
});

const PACE_MS = 150;
/** So many lives go on at once: a slow machine makes a run longer, and piles nothing up. */
const MAX_LIVES = 10;
/** And so many in all: what is approved in a long outage must be applied in the minute after it. */
const MAX_TASKS = 100;
const AGAIN_MS = 250;
/** A call is tried again for so long. */
const PATIENCE_MS = 60_000;

/** People who propose and approve changes, two on each resource at a time, all through a fault. */
export function startTaskLoad(house: House, random: SeededRandom, name: string): TaskLoad {
  const { rest, keys, reviewerId } = house;
  const answered = { created: new Set<string>(), approved: new Set<string>() };
  const stopping = new AbortController();
  const lives = new Set<Promise<void>>();

  /** Until it is answered with 2xx; null where it never was. */
  async function insist<T>(key: string, method: string, path: string, body?: unknown): Promise<T | null> {
    const until = performance.now() + PATIENCE_MS;
    while (performance.now() < until) {
      const { status, body: answer, code } = await rest.call<T>(key, method, path, body);
      if (status >= 200 && status < 300) return answer;
      // Answered with a conflict: an earlier try was done, and its answer lost.
      if (status === 409) return null;
      if (status === 400 || status === 403)
        throw new Error(`${method} ${path} was answered ${status} ${code}`);
      await delay(AGAIN_MS);
    }
    return null;
  }

  async function live(
    config: Record<string, unknown>,
    answers: Pick<TaskLoad["answered"], "created" | "approved">,
    { undo_seconds = 0, skip_preview = false }: { undo_seconds?: number; skip_preview?: boolean } = {},
  ): Promise<string | null> {
    const created = await insist<TaskAnswer>(keys.author, "POST", "/tasks", { config });
    if (!created) return null;
    answers.created.add(created.id);
    await insist(keys.author, "POST", `/tasks/${created.id}/submit`, skip_preview ? { skip_preview } : {});
    const until = performance.now() + PATIENCE_MS;
    while (performance.now() < until) {
      const task = await insist<TaskAnswer>(keys.author, "GET", `/tasks/${created.id}`);
      if (task && !["DRAFT", "SUBMITTED", "REVIEWING"].includes(task.state)) {
        answers.approved.add(created.id);
        return created.id;
      }
      const asked = task?.approvals.find(
        ({ reviewer_id, status }) => reviewer_id === reviewerId && status === "PENDING",
      );
      if (asked) {
        const body = { action: "approve", options: { apply_immediately: false, undo_seconds } };
        if (await insist(keys.reviewer, "POST", `/approvals/${asked.id}/respond`, body)) {
          answers.approved.add(created.id);
          return created.id;
        }
      }
      await delay(AGAIN_MS);
    }
    return null;
  }

  async function propose(): Promise<void> {
    while (!stopping.signal.aborted && answered.created.size < MAX_TASKS) {
      const config = noopTask(`${name}-${random.int(0, 2)}`, random.pick([0, 20, 200, 1_000]));
      const life = live(config, answered).then(() => void lives.delete(life));
      lives.add(life);
      if (lives.size >= MAX_LIVES) await Promise.race(lives);
      await delay(PACE_MS * random.int(1, 4));
    }
  }
  const proposing = propose();
  return {
    answered,
    propose: (config, options) => live(config, { created: new Set(), approved: new Set() }, options),
    async stop() {
      stopping.abort();
      await proposing;
      await Promise.all(lives);
    },
  };
}
