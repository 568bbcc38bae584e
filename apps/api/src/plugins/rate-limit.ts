import { errors } from "@ade/core/kernel/errors";
import type { AnyRedis } from "@ade/core/redis";
import type { FastifyInstance } from "fastify";
import { RateLimiterMemory } from "rate-limiter-flexible";
import { addressKey, createLimiter, refusalSeconds } from "./limiters.ts";

/** This share of the limit is counted in the process alone, so ordinary callers cost no round trip to Redis. */
const FREE_SHARE = 0.1;

/** So many requests a second for each principal and address below /api. Runs after authentication. */
export function addRateLimit(app: FastifyInstance, options: { redis: AnyRedis; perSecond: number }): void {
  const free = Math.floor(options.perSecond * FREE_SHARE);
  const local = new RateLimiterMemory({ keyPrefix: "request", points: Math.max(1, free), duration: 1 });
  const shared = createLimiter(options.redis, {
    name: "request",
    points: options.perSecond - free,
    seconds: 1,
  });
  app.addHook("onRequest", async (request) => {
    if (!request.url.startsWith("/api/") || request.url.startsWith("/api/health/")) return;
    const key = `${request.actor?.id ?? "nobody"}|${addressKey(request.ip)}`;
    const isOrdinary = await local.consume(key).then(
      () => true,
      () => false,
    );
    if (isOrdinary) return;
    await shared.consume(key).catch((thrown: unknown) => {
      const retryAfterSeconds = refusalSeconds(thrown);
      if (retryAfterSeconds !== null) throw errors.RATE_LIMITED({ retryAfterSeconds });
      throw thrown;
    });
  });
}
