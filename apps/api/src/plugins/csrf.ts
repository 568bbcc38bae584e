import { errors } from "@ade/core/kernel/errors";
import type { FastifyInstance, FastifyRequest } from "fastify";

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * A cookie with an unsafe method counts only from our own pages, and so does every WebSocket: a foreign Origin, or one
 * that calls itself cross-site, is refused. Programs send neither header, and a page cannot leave them out.
 */
export function addCsrfCheck(app: FastifyInstance, options: { publicUrl: string }): void {
  const publicOrigin = new URL(options.publicUrl).origin;
  app.addHook("onRequest", async (request) => {
    const isAtRisk = !SAFE_METHODS.has(request.method) && request.headers.cookie !== undefined;
    if (!isAtRisk && !request.ws) return;
    if (isForeign(request, publicOrigin)) {
      throw errors.FORBIDDEN({ message: "This came from another site and was refused." });
    }
  });
}

function isForeign(request: FastifyRequest, publicOrigin: string): boolean {
  if (request.headers["sec-fetch-site"] === "cross-site") return true;
  const { origin } = request.headers;
  return (
    origin !== undefined && origin !== publicOrigin && origin !== `${request.protocol}://${request.host}`
  );
}
