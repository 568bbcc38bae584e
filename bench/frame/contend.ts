import { setTimeout as pause } from "node:timers/promises";
import type { Sample } from "./benchmark.ts";
import { watchTurns } from "./turns.ts";

/** Waits until it is this waiter's turn; answers how to give it back. */
export type Take = (waiter: number) => Promise<() => Promise<unknown>>;

export type Contention = {
  waiters: number;
  windowMs: number;
  holdMs: number;
  take: Take;
  /** How many commands the waiters have sent so far, where they are told. */
  commands?: (() => number) | undefined;
};

/**
 * Waiters that want one thing over and over: ask, hold, give back, ask again. Operations are changes of its owner. Only
 * the window counts for the rate; who waits at its end still gets a turn, so that no long wait is left out.
 */
export async function contend({ waiters, windowMs, holdMs, take, commands }: Contention): Promise<Sample> {
  const turns = watchTurns();
  const latenciesMs: number[] = [];
  const cpu = process.cpuUsage();
  const sentBefore = commands?.() ?? 0;
  const deadline = performance.now() + windowMs;

  async function wait(waiter: number): Promise<void> {
    while (performance.now() < deadline) {
      const asked = performance.now();
      turns.asked(waiter);
      const giveBack = await take(waiter);
      turns.granted(waiter);
      latenciesMs.push(performance.now() - asked);
      if (holdMs > 0) await pause(holdMs);
      turns.released();
      await giveBack();
    }
  }

  const all = Promise.all(Array.from({ length: waiters }, (_, waiter) => wait(waiter)));
  // A waiter that fails ends the round at once.
  await Promise.race([pause(windowMs), all]);
  const operations = turns.counted.changes;
  const { user, system } = process.cpuUsage(cpu);
  await all;
  const { grants, overtakes } = turns.counted;
  return {
    operations,
    seconds: windowMs / 1000,
    latenciesMs,
    clientCpuUs: (user + system) / operations,
    figures: { overtakes, ...(commands ? { "commands a grant": (commands() - sentBefore) / grants } : {}) },
  };
}
