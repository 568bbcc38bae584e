import type { FastifyInstance, FastifyRequest } from "fastify";

/** One line a request, when it was answered: what changes something or went wrong at info, the rest at debug. */
export function addRequestLog(app: FastifyInstance): void {
  app.addHook("onResponse", async (request, reply) => {
    const isQuiet = request.method === "GET" && reply.statusCode < 400;
    request.log[isQuiet ? "debug" : "info"](
      {
        method: request.method,
        path: pathOf(request),
        status: reply.statusCode,
        duration_ms: Math.round(reply.elapsedTime * 10) / 10,
        actor_id: request.actor?.id,
        ip: request.ip,
      },
      "answered",
    );
  });
}

/** The address without its query, which may hold a token. */
export function pathOf(request: Pick<FastifyRequest, "url">): string {
  const end = request.url.indexOf("?");
  return end < 0 ? request.url : request.url.slice(0, end);
}
