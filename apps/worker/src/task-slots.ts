/** Runs at most `limit` pieces of work at once; who comes when all slots are taken waits for one. */
export type TaskSlots = {
  /**
   * Resolves when the work has begun (true), or when it never will because of `close` (false). Work never rejects; it
   * may `leave` its slot and go on beside the others, where all that it does is wait.
   */
  begin(work: (leave: () => void) => Promise<void>): Promise<boolean>;
  /** Begins nothing more, not even what waits for a slot. */
  close(): void;
  /** Resolves when nothing runs any more. */
  idle(): Promise<void>;
  readonly active: number;
};

export function createTaskSlots(limit: number): TaskSlots {
  const running = new Set<Promise<void>>();
  /** In a slot, by what ends its stay there. */
  const inSlots = new Set<Promise<void>>();
  const closed = Promise.withResolvers<void>();
  let isOpen = true;
  return {
    async begin(work) {
      while (isOpen && inSlots.size >= limit) await Promise.race([...inSlots, closed.promise]);
      if (!isOpen) return false;
      const left = Promise.withResolvers<void>();
      const stay = left.promise.finally(() => inSlots.delete(stay));
      inSlots.add(stay);
      const run = work(left.resolve).finally(() => {
        left.resolve();
        running.delete(run);
      });
      running.add(run);
      return true;
    },
    close() {
      isOpen = false;
      closed.resolve();
    },
    async idle() {
      while (running.size > 0) await Promise.all(running);
    },
    get active() {
      return running.size;
    },
  };
}
