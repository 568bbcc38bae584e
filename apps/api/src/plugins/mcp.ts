import type { Context } from "@ade/api/context";
import { isBug } from "@ade/api/failure";
import { createMcpServer } from "@ade/api/mcp/server";
import type { KeyContext } from "@ade/api/mcp/tool";
import { defineErrors, errors } from "@ade/core/kernel/errors";
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

const MCP_PATH = "/api/mcp";
/** Calls of one principal that are open at once, most of them waiting for people. */
const MAX_OPEN = 100;
/** What the transport looks at; nothing else of a request reaches it. */
const HEADERS = ["accept", "content-type", "mcp-protocol-version"] as const;

const mcpErrors = defineErrors({
  METHOD_NOT_ALLOWED: {
    status: 405,
    message: "Messages are sent here by POST; there is no stream to open and no session to end.",
    next: "Send each message by POST.",
  },
});

/**
 * MCP over streamable HTTP. Stateless: each message is a request of its own, authenticated, counted and authorised as
 * any, so any process of ours can answer it, nothing is kept for a caller who goes away, and a revoked key stops at
 * its next call. A caller that asked for progress is answered by a stream, every other one by plain JSON.
 */
export function addMcp(
  app: FastifyInstance,
  options: { contextOf: (request: FastifyRequest) => Context; publicUrl: string },
): void {
  const { contextOf, publicUrl } = options;
  const origins = ownOrigins(publicUrl);
  const open = new Map<string, number>();

  app.route({
    method: ["GET", "DELETE"],
    url: MCP_PATH,
    schema: { hide: true },
    handler: async (_request, reply) => {
      reply.header("allow", "POST");
      throw mcpErrors.METHOD_NOT_ALLOWED();
    },
  });

  app.route({
    method: "POST",
    url: MCP_PATH,
    schema: { hide: true },
    handler: async (request, reply) => {
      assertOwnOrigin(request, origins);
      const context = keyContextOf(request, reply);
      assertOneMessage(request);
      const { id } = context.actor;
      const count = open.get(id) ?? 0;
      if (count >= MAX_OPEN) {
        throw errors.RATE_LIMITED({
          message: `More than ${MAX_OPEN} calls are open.`,
          retryAfterSeconds: 5,
        });
      }
      open.set(id, count + 1);
      const gone = new Promise<"gone">((resolve) => {
        reply.raw.once("close", () => {
          const left = (open.get(id) ?? 1) - 1;
          if (left > 0) open.set(id, left);
          else open.delete(id);
          resolve("gone");
        });
      });
      const answer = await Promise.race([answerOf(request, context, gone), gone]);
      return answer === "gone" ? reply.hijack() : reply.send(answer);
    },
  });

  /** A server and a transport for this one message, which end with its connection. */
  async function answerOf(
    request: FastifyRequest,
    context: KeyContext,
    gone: Promise<unknown>,
  ): Promise<Response> {
    const server = createMcpServer({
      context,
      publicUrl,
      onFailure(failure, what) {
        if (isBug(failure)) request.log.error({ err: failure.cause ?? failure, what }, "an MCP call failed");
        else request.log.debug({ code: failure.code, what }, "an MCP call was refused");
      },
    });
    const transport = new WebStandardStreamableHTTPServerTransport({
      enableJsonResponse: !wantsProgress(request.body),
    });
    await server.connect(transport);
    gone.then(() => server.close()).catch((error: unknown) => request.log.warn({ err: error }, "not closed"));
    const headers = new Headers();
    for (const name of HEADERS) {
      const value = request.headers[name];
      if (typeof value === "string") headers.set(name, value);
    }
    const asked = new Request(new URL(MCP_PATH, publicUrl), { method: "POST", headers });
    return transport.handleRequest(asked, { parsedBody: request.body });
  }

  /** Only a key speaks here: a browser's cookie comes along by itself, a key never does. */
  function keyContextOf(request: FastifyRequest, reply: FastifyReply): KeyContext {
    const { actor } = request;
    if (!request.headers.authorization || !actor?.via.startsWith("key:")) {
      reply.header("www-authenticate", 'Bearer realm="Community ADE"');
      throw errors.UNAUTHENTICATED({ message: "MCP needs an API key that is valid." });
    }
    return { ...contextOf(request), actor };
  }
}

/** A batch would be one request to the limiter and many to us; the protocol has none since 2025-06-18. */
function assertOneMessage(request: FastifyRequest): void {
  if (Array.isArray(request.body)) {
    throw errors.VALIDATION_ERROR({
      details: [{ field: "(body)", issue: "must be one message, not a batch" }],
    });
  }
  // We give out no session, so this is another server's or another principal's: its holder begins anew at 404.
  if (request.headers["mcp-session-id"] !== undefined) {
    throw errors.NOT_FOUND({ message: "There is no such MCP session." });
  }
}

function wantsProgress(body: unknown): boolean {
  const { params } = (body ?? {}) as { params?: { _meta?: { progressToken?: unknown } } };
  return params?._meta?.progressToken !== undefined;
}

/**
 * Pages of others are refused, with or without a cookie. A name that was rebound to our address does not help them: a
 * browser still sends the page's own origin, and the Host that it asked for is not believed here.
 */
function assertOwnOrigin(request: FastifyRequest, origins: ReadonlySet<string>): void {
  const { origin } = request.headers;
  const isCrossSite = request.headers["sec-fetch-site"] === "cross-site";
  if (isCrossSite || (origin !== undefined && !origins.has(origin))) {
    throw errors.FORBIDDEN({ message: "This came from another site and was refused." });
  }
}

/** ADE_PUBLIC_URL's, and where that is this machine by name, by number too. */
function ownOrigins(publicUrl: string): ReadonlySet<string> {
  const url = new URL(publicUrl);
  const names = url.hostname === "localhost" ? ["localhost", "127.0.0.1", "[::1]"] : [url.hostname];
  return new Set(
    names.map((hostname) => {
      const own = new URL(url);
      own.hostname = hostname;
      return own.origin;
    }),
  );
}
