/**
 * Does something every so often, as a worker does its rounds: one turn at a time, and after one that fails the next.
 * Returns what ends it, which resolves when no turn is under way any more, so that what a turn uses can be closed.
 */
export function repeatedly(everyMs: number, turn: () => Promise<unknown>): () => Promise<void> {
  let busy: Promise<unknown> | null = null;
  const timer = setInterval(() => {
    busy ??= turn()
      .catch(() => undefined)
      .finally(() => {
        busy = null;
      });
  }, everyMs);
  return async () => {
    clearInterval(timer);
    await busy;
  };
}
