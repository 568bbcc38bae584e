import type { Redis } from "ioredis";

/** One script call: when it was sent and when it was answered, in milliseconds of performance.now(). */
export type ScriptCall = { sha: string; sent: number; answered: number };

/** Notes every EVALSHA that goes out over this connection from now on; `take` answers them and begins anew. */
export function watchScripts(redis: Redis): { take: () => ScriptCall[] } {
  let calls: ScriptCall[] = [];
  const send = redis.evalsha;
  Object.assign(redis, {
    async evalsha(sha: string, ...rest: unknown[]) {
      const call = { sha, sent: performance.now(), answered: Number.NaN };
      calls.push(call);
      const reply = await Reflect.apply(send, redis, [sha, ...rest]);
      call.answered = performance.now();
      return reply;
    },
  });
  return {
    take() {
      const taken = calls;
      calls = [];
      return taken;
    },
  };
}
