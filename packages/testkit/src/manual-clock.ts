import type { Clock } from "@ade/core/kernel/clock";

/** A clock that stands still until a test moves it. Wall time and monotonic time move together. */
export class ManualClock implements Clock {
  #now: number;
  #monotonicMs = 0;

  constructor(start: Date | string = "2026-01-05T09:00:00.000Z") {
    this.#now = new Date(start).getTime();
  }

  now(): Date {
    return new Date(this.#now);
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  /** Lets time pass. */
  advance(ms: number): void {
    this.#now += ms;
    this.#monotonicMs += ms;
  }

  /** Moves wall time alone, also backwards, as a correction of the machine's clock does. */
  setWallTime(to: Date | string): void {
    this.#now = new Date(to).getTime();
  }
}
