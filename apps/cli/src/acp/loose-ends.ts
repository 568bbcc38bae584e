import { isCoded } from "@ade/client";

/** What the server has to be told, now or when it is there again. */
export type LooseEnds = {
  add(work: () => Promise<unknown>): void;
  /** Waits until all is told, at most so long. */
  drain(limitMs: number): Promise<void>;
};

const MOST = 2_000;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 60_000;
const AT_ONCE = 8;

/**
 * Tells the server in the background what it must hear, again and again while it is away. Bounded: beyond 2,000 the
 * oldest is given up, and the server ends by its own time limits what nobody tells it of.
 */
export function createLooseEnds(log: (text: string) => void): LooseEnds {
  const waiting: { work: () => Promise<unknown>; tries: number; at: number }[] = [];
  const running = new Set<Promise<void>>();
  let timer: NodeJS.Timeout | undefined;
  let isClosing = false;

  function next(): void {
    clearTimeout(timer);
    const now = Date.now();
    while (running.size < AT_ONCE) {
      const index = waiting.findIndex(({ at }) => isClosing || at <= now);
      const [item] = index < 0 ? [] : waiting.splice(index, 1);
      if (!item) break;
      const run = attempt(item).finally(() => {
        running.delete(run);
        next();
      });
      running.add(run);
    }
    const soonest = Math.min(...waiting.map(({ at }) => at));
    if (waiting.length > 0 && running.size < AT_ONCE) {
      timer = setTimeout(next, Math.max(50, soonest - Date.now()));
    }
  }

  async function attempt(item: (typeof waiting)[number]): Promise<void> {
    try {
      await item.work();
    } catch (error) {
      const isAway = isCoded(error, "NO_ANSWER", "DEPENDENCY_UNAVAILABLE", "RATE_LIMITED");
      if (!isAway) return log(`could not tell the server: ${error instanceof Error ? error.message : error}`);
      if (isClosing) return;
      const delayMs =
        Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** item.tries) * (0.5 + Math.random() / 2);
      waiting.push({ work: item.work, tries: item.tries + 1, at: Date.now() + delayMs });
    }
  }

  return {
    add(work) {
      if (waiting.length >= MOST) waiting.shift();
      waiting.push({ work, tries: 0, at: 0 });
      next();
    },
    async drain(limitMs) {
      isClosing = true;
      next();
      const late = new Promise<void>((resolve) => {
        setTimeout(resolve, limitMs).unref();
      });
      const told = (async () => {
        while (running.size > 0) await Promise.all(running);
      })();
      await Promise.race([told, late]);
      clearTimeout(timer);
    },
  };
}
