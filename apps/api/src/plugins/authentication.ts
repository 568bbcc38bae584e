import type { Core } from "@ade/core/core";
import type { Actor } from "@ade/core/kernel/actor";
import type { FastifyInstance, FastifyRequest } from "fastify";

declare module "fastify" {
  interface FastifyRequest {
    /** Who sent the request; null for nobody. Set before a handler below /api runs. */
    actor: Actor | null;
  }
}

/** Longer ones are cut: they are only there to recognise a browser by. */
const MAX_USER_AGENT = 400;

/** Finds out who asks, by API key or session cookie. That nobody does is no error here: the matrix decides. */
export function addAuthentication(app: FastifyInstance, core: Core): void {
  app.decorateRequest("actor", null);
  app.addHook("onRequest", async (request) => {
    if (needsActor(request.url)) request.actor = await resolve(core, request);
  });
}

/** Who a request's credentials stand for now. */
export function resolve(core: Core, request: FastifyRequest): Promise<Actor | null> {
  const { cookie, authorization } = request.headers;
  if (cookie === undefined && authorization === undefined) return Promise.resolve(null);
  return core.identity.resolveActor({ cookie, authorization, where: whereOf(request) });
}

/** Where a request came from, for the ledger. */
export function whereOf(request: FastifyRequest): Actor["where"] & { request_id: string } {
  return {
    service: "api",
    request_id: request.id,
    ip: request.ip,
    user_agent: request.headers["user-agent"]?.slice(0, MAX_USER_AGENT),
  };
}

function needsActor(url: string): boolean {
  return url.startsWith("/api/") && !url.startsWith("/api/health/");
}
