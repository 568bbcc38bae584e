/** Runs at most `limit` pieces of work at once; who comes when all slots are taken waits for one. */
export type TaskSlots = {
  /** Resolves when the work has begun, not when it has ended. Work never rejects. */
  begin(work: () => Promise<void>): Promise<void>;
  /** Resolves when nothing runs any more. */
  idle(): Promise<void>;
  readonly active: number;
};

export function createTaskSlots(limit: number): TaskSlots {
  const running = new Set<Promise<void>>();
  return {
    async begin(work) {
      while (running.size >= limit) await Promise.race(running);
      const run = work().finally(() => running.delete(run));
      running.add(run);
    },
    async idle() {
      while (running.size > 0) await Promise.all(running);
    },
    get active() {
      return running.size;
    },
  };
}
