import helmet from "@fastify/helmet";
import type { FastifyInstance } from "fastify";

/** Answers of the API are data: nothing in them may run, load or be framed. */
const API_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** Headers for everything; the pages' own Content-Security-Policy, with its nonces, comes from the web server. */
export async function addSecurityHeaders(
  app: FastifyInstance,
  options: { publicUrl: string },
): Promise<void> {
  const isHttps = options.publicUrl.startsWith("https:");
  await app.register(helmet, {
    contentSecurityPolicy: false,
    crossOriginEmbedderPolicy: false,
    referrerPolicy: { policy: "same-origin" },
    frameguard: { action: "deny" },
    strictTransportSecurity: isHttps ? { maxAge: 31_536_000, includeSubDomains: false } : false,
  });
  app.addHook("onRequest", async (request, reply) => {
    reply.header("permissions-policy", "camera=(), microphone=(), geolocation=(), payment=()");
    if (!request.url.startsWith("/api/")) return;
    reply.header("content-security-policy", API_POLICY);
    reply.header("cache-control", "no-store");
  });
}
