import type { QueuedLock } from "@ade/core/locks/schema";

/** A lock in its place. Gone: no longer held, and shown where it was until the list may move. */
export type LockRow = {
  /** The place's own name, the same for all who have the key one after the other: the focus stays with it. */
  readonly slot: string;
  readonly lock: QueuedLock;
  readonly isGone: boolean;
};
export type Arranged = { readonly rows: readonly LockRow[]; readonly heldBack: number };

/**
 * Brings a fresh reading of one page into its rows. Whoever follows on a key takes the row of who had it, so a hand-over
 * happens in place. While `isStill` nothing moves: who left stays as gone, who came is counted and held back; at the
 * list's end (`isLast`) arrivals move nothing and are let in. Pure.
 */
export function arrange(
  before: readonly LockRow[],
  fresh: readonly QueuedLock[],
  { isStill, isLast }: { isStill: boolean; isLast: boolean },
): Arranged {
  const present = new Map(fresh.map((lock) => [lock.id, lock]));
  const shown = new Set(before.map(({ lock }) => lock.id));
  const arrivals = new Set(fresh.filter(({ id }) => !shown.has(id)));
  const followers = new Map<string, QueuedLock[]>();
  for (const lock of arrivals) followers.set(lock.key, [...(followers.get(lock.key) ?? []), lock]);

  const rows = before.flatMap((row): LockRow[] => {
    const same = present.get(row.lock.id);
    // The same object where nothing changed, so that it is not rendered again.
    if (same) return [same === row.lock && !row.isGone ? row : { slot: row.slot, lock: same, isGone: false }];
    const follower = followers.get(row.lock.key)?.shift();
    if (follower) {
      arrivals.delete(follower);
      return [{ slot: row.slot, lock: follower, isGone: false }];
    }
    return isStill ? [{ ...row, isGone: true }] : [];
  });
  const mayAppend = !isStill || isLast || before.length === 0;
  return {
    rows: mayAppend
      ? [...rows, ...[...arrivals].map((lock) => ({ slot: lock.id, lock, isGone: false }))]
      : rows,
    heldBack: mayAppend ? 0 : arrivals.size,
  };
}
