import type { LocksService } from "@ade/core/locks/service";
import type { Redis } from "ioredis";
import type { Bench, Benchmark, Comparison, ComparisonResult, Side } from "../frame/benchmark.ts";
import { openLocks, PRINCIPAL, requestFor, takeMany } from "../frame/locks.ts";

type Locks = Pick<LocksService, "acquire" | "release">;
type Call = readonly (string | number)[];

const TTL_SECONDS = 30;
/** How many locks others hold: one times, a hundred times, and the peak of the source's specification. */
const HELD = [100, 10_000, 50_000];
const HELD_TTL_SECONDS = 300;

async function takeAndRelease(locks: Locks, resource: string): Promise<void> {
  const { id } = await locks.acquire({ ...requestFor(resource, PRINCIPAL), ttl_seconds: TTL_SECONDS });
  await locks.release({ principal_id: PRINCIPAL, lock_id: id });
}

/** The number of keys, keys and arguments of each EVALSHA that one acquire and release send. */
async function recordCalls(redis: Redis, locks: Locks): Promise<Call[]> {
  await takeAndRelease(locks, "warm-up");
  const calls: Call[] = [];
  const send = redis.evalsha;
  Object.assign(redis, {
    evalsha(sha: string, ...rest: Call) {
      calls.push(rest);
      return Reflect.apply(send, redis, [sha, ...rest]);
    },
  });
  await takeAndRelease(locks, "lane-0-operation-0");
  Object.assign(redis, { evalsha: send });
  return calls;
}

/** Two scripts that do nothing, one after the other, as acquire and release are. */
function bareCalls(redis: Redis, sha: string, calls: readonly Call[]): () => Promise<void> {
  return async () => {
    for (const call of calls) await Reflect.apply(redis.evalsha, redis, [sha, ...call]);
  };
}

/** Acquire and release, each time of another resource, so many at a time. */
function cycling(name: string, locks: Locks, load: { atATime: number; windowMs: number }): Side {
  let round = 0;
  return {
    name,
    run: (drive) => {
      round += 1;
      return drive({
        ...load,
        operation: (index, lane) => takeAndRelease(locks, `lane-${lane}-operation-${round}-${index}`),
      });
    },
  };
}

/** How the cost grows with the locks that others hold, each number on a Redis of its own. */
async function growth({ servers, quick, compare }: Bench): Promise<ComparisonResult> {
  const load = { atATime: 16, windowMs: quick ? 250 : 500 };
  const opened = [];
  try {
    const sides: Side[] = [];
    for (const held of quick ? [100, 1_000] : HELD) {
      const urls = { databaseUrl: await servers.newDatabase(), redisUrl: await servers.newRedis() };
      const { locks, close } = await openLocks(urls);
      opened.push(close);
      await takeMany(locks, held, HELD_TTL_SECONDS);
      sides.unshift(cycling(`${held.toLocaleString("en-US")} held`, locks, load));
    }
    const [most, ...fewer] = sides;
    return await compare({ name: "16 at a time, while others are held", sides: [most!, ...fewer] });
  } finally {
    for (const close of opened) await close();
  }
}

async function run(bench: Bench) {
  const { servers, quick, compare } = bench;
  const urls = { databaseUrl: await servers.newDatabase(), redisUrl: await servers.newRedis() };
  const { core, locks: silent, redis, close } = await openLocks(urls);
  try {
    const sha = (await redis.script("LOAD", "return 1")) as string;
    const calls = await recordCalls(redis, silent);
    const same = bareCalls(redis, sha, calls);
    const small = bareCalls(redis, sha, [
      [1, "lock", "1"],
      [1, "lock", "1"],
    ]);
    const windowMs = quick ? 250 : 500;

    const sidesAt = (atATime: number, locks: Locks, name: string): Comparison["sides"] => {
      const side = (label: string, operation: () => Promise<void>, goal: number): Side => ({
        name: label,
        run: (drive) => drive({ atATime, windowMs, operation }),
        goal,
      });
      return [
        cycling(name, locks, { atATime, windowMs }),
        side("two EVALSHA `return 1`, same keys and arguments", same, 0.95),
        side("two EVALSHA `return 1`, one key and one argument", small, 0.85),
      ];
    };

    const comparisons = [];
    for (const atATime of [16, 64]) {
      comparisons.push(
        await compare({
          name: `${atATime} at a time, as wired in core`,
          sides: sidesAt(atATime, core.locks, "core.locks acquire + release"),
          p99GoalMs: 5,
        }),
        await compare({
          name: `${atATime} at a time, without live events`,
          sides: sidesAt(atATime, silent, "locks service acquire + release"),
          p99GoalMs: 5,
        }),
      );
    }
    comparisons.push(
      await compare({
        name: "1 at a time",
        sides: sidesAt(1, core.locks, "core.locks acquire + release"),
        p99GoalMs: 5,
        latencyOnly: true,
      }),
    );
    comparisons.push(await growth(bench));
    const [acquire, release] = calls.map(
      (call) => `${call[0]} keys and ${call.length - 1 - Number(call[0])} arguments`,
    );
    return {
      comparisons,
      notes: [
        `Acquire sends ${acquire}, release ${release}. Every operation takes a resource that nobody else wants.`,
        "In core grants and releases are also told to all processes: one PUBLISH for what gathers in 3 ms, which nobody waits for.",
        "The last table is the growth: `ours` is where the most are held, so a ratio is what is left of the rate.",
      ],
    };
  } finally {
    await close();
  }
}

export const uncontendedLock: Benchmark = {
  name: "uncontended-lock",
  title: "Uncontended lock: acquire and release",
  reference: "two bare EVALSHA `return 1` on the same client",
  goal: "at least 0.95 x of the same keys and arguments, at least 0.85 x of one key and one argument, p99 under 5 ms",
  run,
};
