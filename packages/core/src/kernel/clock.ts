/** Time as an argument. Facts carry PostgreSQL's time, leases the monotonic clock; pure code is given `now`. */
export type Clock = {
  /** Wall time. */
  now(): Date;
  /** Milliseconds of a clock that never goes back; only differences mean something. */
  monotonicMs(): number;
};

export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
};
