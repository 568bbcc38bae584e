import { once } from "node:events";
import type { Bench, Benchmark, Side } from "../frame/benchmark.ts";
import { countCommands } from "../frame/commands.ts";
import { contend, type Take } from "../frame/contend.ts";
import { openLocks, PRINCIPAL, requestFor } from "../frame/locks.ts";
import { openAdvisoryLock } from "../references/advisory-lock.ts";
import { redisSemaphore, redlock, sesameRedlock } from "../references/lock-libraries.ts";

const WAITERS = 64;
const MAX_WAIT_SECONDS = 60;

async function run({ servers, quick, compare }: Bench) {
  const databaseUrl = await servers.newDatabase();
  const redisUrl = await servers.newRedis();
  const ours = await openLocks({ databaseUrl, redisUrl });
  // With the same options as ours.
  const redis = ours.redis.duplicate();
  await once(redis, "ready");
  const advisory = await openAdvisoryLock(databaseUrl, WAITERS);
  const sentByOurs = countCommands(ours.redis);
  const sentByTheirs = countCommands(redis);
  const windowMs = quick ? 500 : 2_000;

  const wait: Take = async (waiter) => {
    const { id } = await ours.locks.acquire({
      ...requestFor("contended", `waiter-${waiter}`),
      ttl_seconds: 30,
      wait: { max_wait_seconds: MAX_WAIT_SECONDS },
    });
    return () => ours.locks.release({ principal_id: PRINCIPAL, lock_id: id });
  };

  const sidesAt = (holdMs: number): [Side, ...Side[]] => {
    const side = (name: string, take: Take, commands?: () => number): Side => ({
      name,
      run: () => contend({ waiters: WAITERS, windowMs, holdMs, take, commands }),
    });
    const goals = holdMs > 0 ? { goal: 1.5, p99Part: 0.2 } : {};
    return [
      side("locks service, waiting by push", wait, sentByOurs),
      ...[
        side("redlock 5.0.0-beta.2", redlock(redis, "bench:redlock"), sentByTheirs),
        side("@sesamecare-oss/redlock 1.4.0", sesameRedlock(redis, "bench:sesame"), sentByTheirs),
        side("redis-semaphore 5.8.0", redisSemaphore(redis, "bench:semaphore"), sentByTheirs),
        side("PostgreSQL advisory lock, 64 connections", advisory.take),
      ].map((reference) => ({ ...reference, ...goals })),
    ];
  };

  try {
    const comparisons = [];
    for (const holdMs of [0, 2]) {
      comparisons.push(
        await compare({
          name: `${WAITERS} waiters on one key, ${holdMs} ms held`,
          sides: sidesAt(holdMs),
          figures: {
            overtakes: { over: "total", atMost: 0 },
            "commands a grant": { over: "median", atMost: 2 },
          },
        }),
      );
    }
    return {
      comparisons,
      notes: [
        "Per second are changes of the owner; p50 and p99 are of the wait, from asking to holding. A waiter asks again as soon as it has given back.",
        "An overtake is a grant while somebody waits who asked earlier. The 64 connections of PostgreSQL deliver in no certain order what is asked within the same moment.",
        "The libraries run as they come, on one connection as ours does, only that they never give up.",
      ],
    };
  } finally {
    await advisory.close();
    redis.disconnect();
    await ours.close();
  }
}

export const contendedLock: Benchmark = {
  name: "contended-lock",
  title: "Contended lock: 64 waiters on one key",
  reference: "`redlock`, `@sesamecare-oss/redlock`, `redis-semaphore` and PostgreSQL's advisory locks",
  goal: "0 overtakes and 2 commands a grant; with 2 ms held at least 1.5 x the owner changes of each and at most a fifth of its p99 wait",
  run,
};
