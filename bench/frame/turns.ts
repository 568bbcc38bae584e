/**
 * Keeps count of who asked for one thing and in which order they were served. All of them ask in this process, so the
 * order of asking is known; a grant follows the release before it, so the order of grants is known too.
 */
export function watchTurns() {
  /** in the order of asking */
  const waiting = new Set<number>();
  const counted = { grants: 0, changes: 0, overtakes: 0 };
  let holder: number | null = null;
  let last: number | null = null;
  return {
    counted: counted as Readonly<typeof counted>,
    asked(waiter: number): void {
      waiting.add(waiter);
    },
    /** An overtake is a grant while somebody waits who asked earlier. @throws where another one holds it */
    granted(waiter: number): void {
      if (holder !== null) throw new Error(`Waiter ${waiter} was granted what ${holder} holds.`);
      const [first] = waiting;
      waiting.delete(waiter);
      counted.grants += 1;
      if (first !== waiter) counted.overtakes += 1;
      if (last !== waiter) counted.changes += 1;
      holder = waiter;
      last = waiter;
    },
    released(): void {
      holder = null;
    },
  };
}
