import type { Core } from "@ade/core/core";
import { errors } from "@ade/core/kernel/errors";
import { sha256 } from "@ade/core/kernel/ids";
import type { AnyRedis } from "@ade/core/redis";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { whereOf } from "./authentication.ts";
import { addressKey, createLimiter, type Limiter, refusalSeconds } from "./limiters.ts";
import { pathOf } from "./request-log.ts";

const TEN_MINUTES_S = 600;
const PER_ACCOUNT = 10;
const PER_ADDRESS = 100;
/** Where a password is tried. */
const GUARDED = new Set(["/api/auth/sign-in/email", "/api/auth/change-password"]);
/** Set by the connection, not by what is passed on. */
const HOP_BY_HOP = new Set(["content-length", "transfer-encoding", "connection"]);

/** better-auth below /api/auth in its own shapes, with failed sign-ins counted for each account and address. */
export function addSignIn(
  app: FastifyInstance,
  options: { core: Core; redis: AnyRedis; publicUrl: string },
): void {
  const { core, redis, publicUrl } = options;
  const byAccount = createLimiter(redis, {
    name: "sign-in-account",
    points: PER_ACCOUNT,
    seconds: TEN_MINUTES_S,
  });
  const byAddress = createLimiter(redis, {
    name: "sign-in-address",
    points: PER_ADDRESS,
    seconds: TEN_MINUTES_S,
  });

  app.route({
    method: ["GET", "POST"],
    url: "/api/auth/*",
    schema: { hide: true },
    handler: async (request, reply) => {
      const tries = GUARDED.has(pathOf(request)) ? triesOf(request, byAccount, byAddress) : [];
      // Taken before the password is looked at and given back after, so that many at once gain nothing.
      await take(tries);
      const response = await core.identity.auth.handler(webRequest(request, publicUrl), whereOf(request));
      const isFailed = response.status >= 400 && response.status < 500;
      if (!isFailed) await Promise.allSettled(tries.map(({ limiter, key }) => limiter.reward(key, 1)));
      return send(reply, response);
    },
  });
}

type Try = { limiter: Limiter; key: string };

function triesOf(request: FastifyRequest, byAccount: Limiter, byAddress: Limiter): Try[] {
  const { email } = (request.body ?? {}) as { email?: unknown };
  const account = request.actor?.id ?? (typeof email === "string" ? email.trim().toLowerCase() : "");
  return [
    { limiter: byAccount, key: sha256(account) },
    { limiter: byAddress, key: addressKey(request.ip) },
  ];
}

async function take(tries: readonly Try[]): Promise<void> {
  for (const { limiter, key } of tries) {
    await limiter.consume(key).catch((thrown: unknown) => {
      const retryAfterSeconds = refusalSeconds(thrown);
      if (retryAfterSeconds === null) throw thrown;
      throw errors.RATE_LIMITED({
        message: "Too many failed attempts to sign in.",
        retryAfterSeconds,
      });
    });
  }
}

function webRequest(request: FastifyRequest, publicUrl: string): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined && !HOP_BY_HOP.has(name)) headers.set(name, String(value));
  }
  const hasBody = request.method !== "GET" && request.body !== undefined;
  return new Request(new URL(request.url, publicUrl), {
    method: request.method,
    headers,
    ...(hasBody ? { body: JSON.stringify(request.body) } : {}),
  });
}

async function send(reply: FastifyReply, response: Response): Promise<FastifyReply> {
  reply.code(response.status).header("cache-control", "no-store");
  for (const [name, value] of response.headers) {
    if (name !== "set-cookie" && !HOP_BY_HOP.has(name)) reply.header(name, value);
  }
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) reply.header("set-cookie", cookies);
  return reply.send(await response.text());
}
