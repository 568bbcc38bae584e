/** Lets so many pieces of work through at once; the others wait in their order. */
export function createTurnstile(atOnce: number) {
  let inside = 0;
  const queue: (() => void)[] = [];
  return async function pass<T>(work: () => Promise<T>): Promise<T> {
    if (inside >= atOnce) {
      await new Promise<void>((resolve) => {
        queue.push(resolve);
      });
    } else inside += 1;
    try {
      return await work();
    } finally {
      const following = queue.shift();
      if (following) following();
      else inside -= 1;
    }
  };
}
