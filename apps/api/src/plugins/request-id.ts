import type { IncomingMessage } from "node:http";
import { randomIds } from "@ade/core/kernel/ids";
import type { FastifyInstance } from "fastify";

/** What may be taken over into logs and the ledger. */
const WELL_FORMED = /^[A-Za-z0-9][A-Za-z0-9._:-]{7,127}$/;

/** The caller's x-request-id where it is well formed, else a new UUIDv7. */
export function requestIdOf(request: Pick<IncomingMessage, "headers">): string {
  const given = request.headers["x-request-id"];
  return typeof given === "string" && WELL_FORMED.test(given) ? given : randomIds.uuid();
}

/** Every answer names its request. */
export function addRequestId(app: FastifyInstance): void {
  app.addHook("onRequest", async (request, reply) => {
    reply.header("x-request-id", request.id);
  });
}
