import type { Core } from "@ade/core/core";
import { errors } from "@ade/core/kernel/errors";
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from "fastify";
import type { Logger } from "pino";
import { addApiRoutes, createContexts } from "./plugins/api-routes.ts";
import { addAuthentication } from "./plugins/authentication.ts";
import { addCsrfCheck } from "./plugins/csrf.ts";
import { addDocumentRoute, addDocuments } from "./plugins/documents.ts";
import { addErrorAnswers } from "./plugins/error-answers.ts";
import { addEventStream } from "./plugins/event-stream.ts";
import { addHealth } from "./plugins/health.ts";
import { addJsonBody } from "./plugins/json-body.ts";
import { addMcp } from "./plugins/mcp.ts";
import { addMetrics } from "./plugins/metrics.ts";
import { addRateLimit } from "./plugins/rate-limit.ts";
import { addRequestId, requestIdOf } from "./plugins/request-id.ts";
import { addRequestLog } from "./plugins/request-log.ts";
import { addSecurityHeaders } from "./plugins/security-headers.ts";
import { addSignIn } from "./plugins/sign-in.ts";
import { addWeb } from "./plugins/web.ts";
import { addWebSockets } from "./plugins/web-sockets.ts";

export type ServerOptions = {
  core: Core;
  log: Logger;
  /** Where people open the product; its origin is ours. */
  publicUrl: string;
  /** The web server behind us; absent, only the API is served. */
  webUrl: string | undefined;
  /** Folder of the web server's assets; where its build puts them by default. */
  assets?: string;
  /** So many proxies in front say who the caller is, or those of these addresses; false: nobody. */
  trustProxy: false | number | string[];
  bodyLimitBytes: number;
  requestsPerSecond: number;
  /** How often open streams look whether they may still be read. */
  rightsCheckMs?: number;
};

/** Slow senders are cut off: the head within a minute, the whole request within two. */
const HEADERS_TIMEOUT_MS = 60_000;
const REQUEST_TIMEOUT_MS = 120_000;
/** Streams are ended at once; what else is still being answered gets this long. */
const CLOSE_GRACE_MS = 5_000;

/**
 * The front door, not yet listening. Hooks run in the order of this list: who sent it is known before it is counted
 * and before anything answers.
 */
export async function buildServer(options: ServerOptions): Promise<FastifyInstance> {
  const { core, publicUrl, webUrl } = options;
  const { pool, redis } = core.connections;
  const app = Fastify({
    loggerInstance: options.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: "request_id" }),
    genReqId: requestIdOf,
    trustProxy: trustOf(options.trustProxy),
    bodyLimit: options.bodyLimitBytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    http: { headersTimeout: HEADERS_TIMEOUT_MS },
    routerOptions: { maxParamLength: 500 },
    // Fastify's own answer has no code: ours is given below.
    return503OnClosing: false,
  });
  const closing = new AbortController();
  app.addHook("preClose", async () => {
    closing.abort();
    setTimeout(() => app.server.closeAllConnections(), CLOSE_GRACE_MS).unref();
  });

  addErrorAnswers(app);
  await addWebSockets(app);
  addJsonBody(app);
  addRequestId(app);
  addRequestLog(app);
  app.addHook("onRequest", async () => {
    if (!closing.signal.aborted) return;
    throw errors.DEPENDENCY_UNAVAILABLE({ message: "This server is stopping.", retryAfterSeconds: 1 });
  });
  await addSecurityHeaders(app, { publicUrl });
  addCsrfCheck(app, { publicUrl });
  addAuthentication(app, core);
  addRateLimit(app, { redis, perSecond: options.requestsPerSecond });

  const contextOf = createContexts(core, closing.signal);
  await addDocuments(app, { publicUrl, cookieName: core.identity.auth.cookieName });
  await addApiRoutes(app, { core, contextOf });
  const streams = addEventStream(app, {
    contextOf,
    ...(options.rightsCheckMs === undefined ? {} : { rightsCheckMs: options.rightsCheckMs }),
  });
  addMcp(app, { contextOf, publicUrl });
  addSignIn(app, { core, redis, publicUrl });
  addDocumentRoute(app);
  addHealth(app, { core, webUrl });
  addMetrics(app, { pool, contextOf, streams });
  await addWeb(app, { webUrl, ...(options.assets === undefined ? {} : { assets: options.assets }) });
  return app;
}

/** The nearest so many proxies, or those of these addresses. */
function trustOf(
  given: ServerOptions["trustProxy"],
): false | string[] | ((address: string, hop: number) => boolean) {
  return typeof given === "number" ? (_address, hop) => hop < given : given;
}
