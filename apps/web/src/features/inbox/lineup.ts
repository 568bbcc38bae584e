/** What stands in the list, in an order that only the person at the screen changes. */
export type Lineup = {
  readonly shown: readonly string[];
  /** Shown, and no longer in this section: decided, by someone else or by the person at the screen. */
  readonly gone: ReadonlySet<string>;
  /** Arrived above the end of the list, held back so that no row moves. */
  readonly held: readonly string[];
};

export const EMPTY_LINEUP: Lineup = { shown: [], gone: new Set(), held: [] };

/**
 * Brings a fresh reading into a list without moving a row. New ids after the last shown one are appended (the next
 * page, or an arrival that sorts last); others are held. Ids that left stay in their place as gone, so that one that is
 * taken back returns to it; except at the tail, where a full page may have pushed them out of the reading.
 */
export function mergeLineup(before: Lineup, fresh: readonly string[]): Lineup {
  const present = new Set(fresh);
  const lastPresent = before.shown.findLastIndex((id) => present.has(id));
  const shown = before.shown.slice(0, lastPresent + 1);
  const isShown = new Set(shown);
  const lastId = shown[lastPresent];
  const tailFrom = lastId === undefined ? 0 : fresh.indexOf(lastId) + 1;
  return {
    shown: [...shown, ...fresh.slice(tailFrom).filter((id) => !isShown.has(id))],
    gone: new Set(shown.filter((id) => !present.has(id))),
    held: fresh.slice(0, tailFrom).filter((id) => !isShown.has(id)),
  };
}

/** True where both put the same rows on the screen. */
export function sameLineup(a: Lineup, b: Lineup): boolean {
  const same = (x: readonly string[], y: readonly string[]) =>
    x.length === y.length && x.every((id, i) => id === y[i]);
  return same(a.shown, b.shown) && same(a.held, b.held) && same([...a.gone], [...b.gone]);
}
