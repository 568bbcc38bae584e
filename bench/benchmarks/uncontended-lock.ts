import type { AnyRedis } from "@ade/core/connect";
import type { Core } from "@ade/core/core";
import { systemClock } from "@ade/core/kernel/clock";
import { randomIds } from "@ade/core/kernel/ids";
import { createLocksService } from "@ade/core/locks/service";
import pino from "pino";
import type { Bench, Benchmark, Comparison, Side } from "../frame/benchmark.ts";
import { openCore } from "../frame/cores.ts";

type Locks = Pick<Core["locks"], "acquire" | "release">;
type Call = readonly (string | number)[];

const PRINCIPAL = `worker:${randomIds.uuid()}`;

async function takeAndRelease(locks: Locks, resource: string): Promise<void> {
  const { id } = await locks.acquire({
    resource_type: "resource",
    resource_id: `service:bench/${resource}`,
    principal_id: PRINCIPAL,
    owner_id: PRINCIPAL,
    agent_id: PRINCIPAL,
    purpose: "apply test.noop",
    ttl_seconds: 30,
  });
  await locks.release({ principal_id: PRINCIPAL, lock_id: id });
}

/** The number of keys, keys and arguments of each EVALSHA that one acquire and release send. */
async function recordCalls(redis: AnyRedis, locks: Locks): Promise<Call[]> {
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
function bareCalls(redis: AnyRedis, sha: string, calls: readonly Call[]): () => Promise<void> {
  return async () => {
    for (const call of calls) await Reflect.apply(redis.evalsha, redis, [sha, ...call]);
  };
}

async function run({ servers, quick, compare }: Bench) {
  const databaseUrl = await servers.newDatabase();
  const { core, connections, close } = await openCore({
    databaseUrl,
    redisUrl: await servers.newRedis(),
    poolSize: 4,
  });
  const { pool, redis } = connections;
  const log = pino({ level: "error" });
  const silent = createLocksService({
    ...{ redis, pool, clock: systemClock, ids: randomIds, log, ledger: core.ledger },
  });
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
      let round = 0;
      const side = (label: string, operation: () => Promise<void>, goal: number): Side => ({
        name: label,
        run: (drive) => drive({ atATime, windowMs, operation }),
        goal,
      });
      return [
        {
          name,
          run: (drive) => {
            round += 1;
            return drive({
              atATime,
              windowMs,
              operation: (index, lane) => takeAndRelease(locks, `lane-${lane}-operation-${round}-${index}`),
            });
          },
        },
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
    const [acquire, release] = calls.map(
      (call) => `${call[0]} keys and ${call.length - 1 - Number(call[0])} arguments`,
    );
    return {
      comparisons,
      notes: [
        `Acquire sends ${acquire}, release ${release}. Every operation takes a resource that nobody else wants.`,
        "In core grants and releases are also told to all processes: one PUBLISH for what gathers in 3 ms, which nobody waits for.",
      ],
    };
  } finally {
    await silent.close();
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
