import type { Sample } from "./benchmark.ts";

export type Load = {
  /** So many operations are under way at any time; the next begins when one ends. */
  atATime: number;
  /** Ends when this many were begun. */
  count?: number;
  /** Ends when this much time has passed. */
  windowMs?: number;
  operation: (index: number, lane: number) => Promise<unknown>;
};
export type Drive = (load: Load) => Promise<Sample>;

/** A closed loop of load: as many lanes as operations at a time, until the count or the window is used up. */
export async function drive({ atATime, count, windowMs, operation }: Load): Promise<Sample> {
  if (count === undefined && windowMs === undefined) throw new Error("A load needs a count or a window.");
  const last = count ?? Number.POSITIVE_INFINITY;
  const latenciesMs: number[] = [];
  let next = 0;
  const cpu = process.cpuUsage();
  const started = performance.now();
  const deadline = started + (windowMs ?? Number.POSITIVE_INFINITY);

  async function work(lane: number): Promise<void> {
    for (let at = performance.now(); next < last && at < deadline; ) {
      await operation(next++, lane);
      const ended = performance.now();
      latenciesMs.push(ended - at);
      at = ended;
    }
  }

  await Promise.all(Array.from({ length: atATime }, (_, lane) => work(lane)));
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const operations = latenciesMs.length;
  return { operations, seconds, latenciesMs, clientCpuUs: (user + system) / operations };
}
