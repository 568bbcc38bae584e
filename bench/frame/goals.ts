import type { Goal } from "./benchmark.ts";

export const under = (name: string, value: number, limit: number, unit: string): Goal => ({
  goal: `${name} under ${limit} ${unit}`,
  met: value < limit,
});

export const atMost = (name: string, value: number, limit: number): Goal => ({
  goal: `${name} at most ${limit}`,
  met: value <= limit,
});

/** Of a ratio. */
export const atLeast = (times: number, value: number): Goal => ({
  goal: `at least ${times} x`,
  met: value >= times,
});
