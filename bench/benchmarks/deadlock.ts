import { isCoded } from "@ade/core/kernel/errors";
import { MAX_TTL_SECONDS, MAX_WAIT_SECONDS } from "@ade/core/locks/schema";
import { scripts } from "@ade/core/locks/scripts.generated";
import type { LocksService } from "@ade/core/locks/service";
import type { Bench, Benchmark, CaseTable } from "../frame/benchmark.ts";
import { under } from "../frame/goals.ts";
import { openLocks, PRINCIPAL, requestFor, takeMany } from "../frame/locks.ts";
import { type ScriptCall, watchScripts } from "../frame/script-times.ts";
import { percentile } from "../frame/statistics.ts";

const HELD = 10_000;
const WAITING = 2_000;
/** The waiting queue up for so many of the held locks. */
const CONTENDED = 200;
const CYCLES = [2, 3, 5];

const lasting = { ttl_seconds: MAX_TTL_SECONDS };

/** Queues so many owners up for locks that are held; resolves when all of them wait. */
async function queueUp(locks: LocksService, count: number, signal: AbortSignal): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, (_, at) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const wait = { max_wait_seconds: MAX_WAIT_SECONDS, signal, onQueued: () => resolve() };
      locks
        .acquire({ ...requestFor(`held-${at % CONTENDED}`, `waiting-${at}`), ...lasting, wait })
        // Nobody lets go of these: the wait ends with the benchmark.
        .catch((error: unknown) => (signal.aborted ? undefined : reject(error)));
      return promise;
    }),
  );
}

/**
 * So many owners hold one key each and want the next one's. Answers when the last of them asked, which closes the
 * cycle, and when the victim was told.
 */
async function closeCycle(locks: LocksService, owners: number, name: string) {
  const own = await Promise.all(
    Array.from({ length: owners }, (_, at) =>
      locks.acquire({ ...requestFor(`${name}-${at}`, `${name}-owner-${at}`), ...lasting }),
    ),
  );
  const release = (lock_id: string) => locks.release({ principal_id: PRINCIPAL, lock_id });
  let told = Number.NaN;

  async function want(at: number, onQueued: () => void): Promise<void> {
    const request = requestFor(`${name}-${(at + 1) % owners}`, `${name}-owner-${at}`);
    const wait = { max_wait_seconds: MAX_WAIT_SECONDS, onQueued };
    try {
      const { id } = await locks.acquire({ ...request, ...lasting, wait });
      await Promise.all([release(id), release(own[at]!.id)]);
    } catch (error) {
      if (!isCoded(error, "DEADLOCK_DETECTED")) throw error;
      told = performance.now();
    }
  }

  const waits: Promise<void>[] = [];
  for (let at = 0; at < owners - 1; at += 1) {
    await new Promise<void>((resolve) => waits.push(want(at, resolve)));
  }
  const asked = performance.now();
  waits.push(want(owners - 1, () => {}));
  await Promise.all(waits);
  return { asked, told };
}

/** In milliseconds; see the notes of the result. */
type Times = { found: number; judged: number; told: number };

function timesOf({ asked, told }: { asked: number; told: number }, calls: readonly ScriptCall[]): Times {
  const closing = calls.find(({ sha, sent }) => sha === scripts.acquire.sha && sent >= asked)!;
  const abort = calls.find(({ sha }) => sha === scripts.abort.sha)!;
  const judging = calls.find(({ sha, sent }) => sha === scripts.owned.sha && sent > closing.sent) ?? abort;
  return {
    found: judging.sent - closing.answered,
    judged: abort.sent - closing.answered,
    told: told - asked,
  };
}

async function run({ servers, quick }: Bench) {
  const urls = { databaseUrl: await servers.newDatabase(), redisUrl: await servers.newRedis() };
  const { locks, redis, close } = await openLocks(urls);
  const over = new AbortController();
  try {
    const [held, waiting] = quick ? [HELD / 10, WAITING / 10] : [HELD, WAITING];
    await takeMany(locks, held, MAX_TTL_SECONDS);
    await queueUp(locks, waiting, over.signal);
    const watch = watchScripts(redis);

    const cases: CaseTable["cases"] = [];
    for (const owners of CYCLES) {
      const times: Times[] = [];
      // The first one warms up.
      for (let time = 0; time <= (quick ? 10 : 30); time += 1) {
        watch.take();
        const cycle = await closeCycle(locks, owners, `cycle-${owners}-${time}`);
        if (time > 0) times.push(timesOf(cycle, watch.take()));
      }
      const at = (name: keyof Times, part: number) =>
        percentile(
          times.map((time) => time[name]),
          part,
        );
      cases.push({
        name: `${owners} owners`,
        figures: {
          "found p50 ms": at("found", 0.5),
          "found p99 ms": at("found", 0.99),
          "judged p50 ms": at("judged", 0.5),
          "judged p99 ms": at("judged", 0.99),
          "told p50 ms": at("told", 0.5),
          "told p99 ms": at("told", 0.99),
        },
        goals: [under("found p50", at("found", 0.5), 1, "ms")],
      });
    }
    return {
      comparisons: [],
      cases: [
        { name: `${held.toLocaleString("en-US")} held, ${waiting.toLocaleString("en-US")} waiting`, cases },
      ],
      notes: [
        "The owner that closes the cycle is answered that it has to wait. From then on: found is when the cycle was seen, with the one question to Redis for it; judged when the victim was chosen, by what its owners hold (a walk through all locks), and its end was sent.",
        "Told is from asking until the victim's wait ended with DEADLOCK_DETECTED.",
      ],
    };
  } finally {
    over.abort();
    await close();
  }
}

export const deadlock: Benchmark = {
  name: "deadlock",
  title: "A deadlock, from the request that closes it",
  reference: "nothing",
  goal: "found under 1 ms with 10,000 locks held and 2,000 requests waiting",
  run,
};
