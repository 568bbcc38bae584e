import type { AnyRedis } from "@ade/core/redis";
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";

export type Limiter = Pick<RateLimiterRedis, "consume" | "reward">;

/** So many in so long for each key, over all processes; while Redis is away, in each process. */
export function createLimiter(
  redis: AnyRedis,
  options: { name: string; points: number; seconds: number },
): Limiter {
  const { name: keyPrefix, points, seconds: duration } = options;
  const alone = new RateLimiterMemory({ keyPrefix, points, duration });
  return new RateLimiterRedis({
    storeClient: redis,
    keyPrefix: `ade:limit:${keyPrefix}`,
    points,
    duration,
    rejectIfRedisNotReady: true,
    inMemoryBlockOnConsumed: points + 1,
    insuranceLimiter: alone,
  });
}

/** Seconds to wait where a limiter refused, or null where the thrown thing is something else. */
export function refusalSeconds(thrown: unknown): number | null {
  return thrown instanceof RateLimiterRes ? Math.max(1, Math.ceil(thrown.msBeforeNext / 1000)) : null;
}

/** What counts as one address: an IPv6 caller has a whole /64 to itself. */
export function addressKey(ip: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1];
  if (mapped || !ip.includes(":")) return mapped ?? ip;
  const [head = "", tail = ""] = ip.split("::");
  const left = head.split(":").filter(Boolean);
  const right = tail.split(":").filter(Boolean);
  const groups = ip.includes("::")
    ? [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill("0"), ...right]
    : left;
  return `${groups.slice(0, 4).join(":")}::/64`;
}
