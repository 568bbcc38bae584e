import { setTimeout as pause } from "node:timers/promises";
import { isCoded } from "@ade/core/kernel/errors";
import { MAX_HEARTBEAT_LOCKS, MAX_TTL_SECONDS } from "@ade/core/locks/schema";
import type { LocksService } from "@ade/core/locks/service";
import type { Bench, Benchmark, CaseTable } from "../frame/benchmark.ts";
import { atMost, under } from "../frame/goals.ts";
import { openLocks, PRINCIPAL, takeMany } from "../frame/locks.ts";
import { usageOf } from "../frame/redis-info.ts";
import { percentile } from "../frame/statistics.ts";

type Case = { locks: number; ttlSeconds: number; everySeconds: number; waves: number; isGoal: boolean };

/** Long enough that a lock that was not kept alive would be seen to expire. */
const CASES: readonly Case[] = [
  { locks: 10_000, ttlSeconds: 30, everySeconds: 10, waves: 4, isGoal: true },
  { locks: 50_000, ttlSeconds: 30, everySeconds: 10, waves: 4, isGoal: true },
  // Taking so many lasts longer than 30 s.
  { locks: 500_000, ttlSeconds: MAX_TTL_SECONDS, everySeconds: 10, waves: 2, isGoal: false },
];
const QUICK_CASES: readonly Case[] = [
  { locks: 2_000, ttlSeconds: 5, everySeconds: 2, waves: 4, isGoal: true },
  { locks: 10_000, ttlSeconds: 5, everySeconds: 2, waves: 4, isGoal: true },
];
const SWEEP_EVERY_MS = 1_000;
const MAX_UNDER_WAY = 16;

/**
 * Batches of locks, each beaten once in every wave, spread evenly over it; swept every second, as a worker does. Where
 * answers don't keep up it gets late rather than sending more and more.
 */
async function keepAlive(locks: LocksService, ids: readonly string[], held: Case) {
  const batches = Array.from({ length: Math.ceil(ids.length / MAX_HEARTBEAT_LOCKS) }, (_, at) =>
    ids.slice(at * MAX_HEARTBEAT_LOCKS, (at + 1) * MAX_HEARTBEAT_LOCKS),
  );
  const kept = { latenciesMs: [] as number[], falselyExpired: 0, unanswered: 0, lateMs: 0, seconds: 0 };

  async function beat(lock_ids: string[]): Promise<void> {
    const sent = performance.now();
    const results = await locks.heartbeatMany({
      principal_id: PRINCIPAL,
      lock_ids,
      ttl_extension_seconds: held.ttlSeconds,
    });
    kept.latenciesMs.push(performance.now() - sent);
    kept.falselyExpired += results.filter(({ ok }) => !ok).length;
  }
  async function sweep(): Promise<void> {
    kept.falselyExpired += await locks.sweepExpired();
  }

  const underWay = new Set<Promise<void>>();
  function begin(call: Promise<void>): void {
    const noted: Promise<void> = call
      .catch((error: unknown) => {
        if (!isCoded(error, "DEPENDENCY_UNAVAILABLE")) throw error;
        kept.unanswered += 1;
      })
      .finally(() => underWay.delete(noted));
    underWay.add(noted);
  }

  const started = performance.now();
  let swept = started;
  for (let at = 0; at < batches.length * held.waves; at += 1) {
    const due = started + (at * held.everySeconds * 1000) / batches.length;
    if (due - performance.now() > 1) await pause(due - performance.now());
    while (underWay.size >= MAX_UNDER_WAY) await Promise.race(underWay);
    kept.lateMs = Math.max(kept.lateMs, performance.now() - due);
    begin(beat(batches[at % batches.length]!));
    if (performance.now() - swept > SWEEP_EVERY_MS) {
      swept = performance.now();
      begin(sweep());
    }
  }
  await Promise.all(underWay);
  kept.seconds = (performance.now() - started) / 1000;
  return kept;
}

async function measure({ servers }: Bench, held: Case): Promise<CaseTable["cases"][number]> {
  const urls = { databaseUrl: await servers.newDatabase(), redisUrl: await servers.newRedis() };
  const { locks, redis, close } = await openLocks(urls);
  try {
    await locks.check();
    const empty = await usageOf(redis);
    const ids = await takeMany(locks, held.locks, held.ttlSeconds);
    const before = await usageOf(redis);
    const cpu = process.cpuUsage();
    const kept = await keepAlive(locks, ids, held);
    const after = await usageOf(redis);
    const { user, system } = process.cpuUsage(cpu);
    const percent = (cpuSeconds: number): number => (100 * cpuSeconds) / kept.seconds;
    const figures = {
      "falsely expired": kept.falselyExpired,
      "Redis CPU %": percent(after.cpu_seconds - before.cpu_seconds),
      "client CPU %": percent((user + system) / 1e6),
      "bytes a lock": (before.memory_bytes - empty.memory_bytes) / held.locks,
      "heartbeat p50 ms": percentile(kept.latenciesMs, 0.5),
      "heartbeat p99 ms": percentile(kept.latenciesMs, 0.99),
      "late at most ms": kept.lateMs,
      unanswered: kept.unanswered,
    };
    return {
      name: `${held.locks.toLocaleString("en-US")} locks, TTL ${held.ttlSeconds} s, every ${held.everySeconds} s`,
      figures,
      goals: [
        atMost("falsely expired", kept.falselyExpired, 0),
        atMost("bytes a lock", figures["bytes a lock"], 250),
        ...(held.isGoal ? [under("Redis CPU", figures["Redis CPU %"], 3, "%")] : []),
      ],
    };
  } finally {
    await close();
  }
}

async function run(bench: Bench) {
  const cases = [];
  for (const held of bench.quick ? QUICK_CASES : CASES) cases.push(await measure(bench, held));
  return {
    comparisons: [],
    cases: [{ name: "held", cases }],
    notes: [
      `One process holds them all and sends its heartbeats in calls of ${MAX_HEARTBEAT_LOCKS}, spread evenly; it sweeps once a second, as a worker does. CPU is of one core.`,
    ],
  };
}

export const heldLocks: Benchmark = {
  name: "held-locks",
  title: "Locks held with heartbeats",
  reference: "nothing",
  goal: "50,000 with no false expiry at under 3 % of a core of Redis, then 500,000; at most 250 bytes a lock",
  run,
};
