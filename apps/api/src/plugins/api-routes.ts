import type { Context } from "@ade/api/context";
import { failureOf, isBug } from "@ade/api/failure";
import { matrixOf } from "@ade/api/permissions";
import { mountRest } from "@ade/api/rest";
import { appRouter } from "@ade/api/root";
import { assertEveryProcedureHasRow } from "@ade/api/trpc";
import type { Core } from "@ade/core/core";
import { fastifyRequestHandler } from "@trpc/server/adapters/fastify";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { resolve, whereOf } from "./authentication.ts";
import { addIdempotency } from "./idempotency.ts";

export const REST_PREFIX = "/api/v1";
/** A batch asks for what one page needs at once, not for everything. */
const MAX_BATCH = 20;

/** What procedures are given of a request. */
export function createContexts(core: Core, closing: AbortSignal): (request: FastifyRequest) => Context {
  const matrix = matrixOf(core);
  assertEveryProcedureHasRow(appRouter, matrix);
  return (request) => ({
    core,
    matrix,
    actor: request.actor,
    where: whereOf(request),
    reauthenticate: () => resolve(core, request),
    closing,
  });
}

/** The procedures as REST at /api/v1 and as tRPC at /api/trpc. */
export async function addApiRoutes(
  app: FastifyInstance,
  options: { core: Core; contextOf: (request: FastifyRequest) => Context },
): Promise<void> {
  const { core, contextOf } = options;
  await app.register(async (rest) => {
    addIdempotency(rest, core.connections.pool, core.requestDigest);
    mountRest(rest, { router: appRouter, prefix: REST_PREFIX, contextOf });
  });

  app.route({
    method: ["GET", "POST"],
    url: "/api/trpc/:path",
    schema: { hide: true },
    handler: async (request, reply) => {
      // A proxy that transforms or gathers would hold back what a stream sends.
      reply.header("cache-control", "no-store, no-transform").header("x-accel-buffering", "no");
      await fastifyRequestHandler({
        router: appRouter,
        req: request,
        res: reply,
        path: (request.params as { path: string }).path,
        maxBatchSize: MAX_BATCH,
        createContext: () => contextOf(request),
        onError: ({ error, path }) => {
          const failure = failureOf(error);
          if (isBug(failure)) request.log.error({ err: failure.cause ?? error, path }, "a procedure failed");
        },
      });
    },
  });
}
