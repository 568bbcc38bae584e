/** Random numbers that a seed gives again in the same order. */
export type SeededRandom = {
  readonly seed: number;
  /** At least 0, below 1. */
  next(): number;
  /** A whole number, both ends included. */
  int(min: number, max: number): number;
  /** True so often, 0 to 1. */
  chance(part: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** A stream of its own, so that what one part draws does not move another's. */
  fork(): SeededRandom;
};

/** Mulberry32: 32 bits of state, good enough to draw faults from (Tommy Ettinger, 2017, public domain). */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  return {
    seed,
    next,
    int: (min, max) => min + Math.floor(next() * (max - min + 1)),
    chance: (part) => next() < part,
    pick: <T>(list: readonly T[]): T => {
      if (list.length === 0) throw new Error("There is nothing to pick from");
      return list[Math.floor(next() * list.length)]!;
    },
    fork: () => seededRandom(Math.floor(next() * 2 ** 32)),
  };
}
