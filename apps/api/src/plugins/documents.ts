import { namedSchemas } from "@ade/api/openapi";
import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import type { FastifyInstance } from "fastify";
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from "fastify-type-provider-zod";

const DESCRIPTION = `The approval and locking control plane for development with software agents.

Errors are \`{error: {code, message, details?, next?, request_id, timestamp}}\`. POSTs accept \`Idempotency-Key\`: the same
key and body within 24 hours gives the first answer. \`x-request-id\` is taken where it is well formed, and is on every answer.`;

/** The OpenAPI document of what is registered after it, and its reference at /docs. */
export async function addDocuments(
  app: FastifyInstance,
  options: { publicUrl: string; cookieName: string },
): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title: "Community ADE", version: "1.0.0", description: DESCRIPTION },
      servers: [{ url: options.publicUrl }],
      components: {
        securitySchemes: {
          session: {
            type: "apiKey",
            in: "cookie",
            name: options.cookieName,
            description: "From POST /api/auth/sign-in/email with {email, password}.",
          },
          apiKey: { type: "http", scheme: "bearer", description: "An API key, from POST /api/v1/api-keys." },
        },
      },
    },
    transform: createJsonSchemaTransform({ schemaRegistry: namedSchemas }),
    transformObject: createJsonSchemaTransformObject({ schemaRegistry: namedSchemas }),
  });
  await app.register(swaggerUi, {
    routePrefix: "/docs",
    staticCSP: true,
    uiConfig: { docExpansion: "list", deepLinking: true, persistAuthorization: false },
  });
}

/** The document itself, made once, when everything is registered. */
export function addDocumentRoute(app: FastifyInstance): void {
  app.get("/api/v1/openapi.json", { schema: { hide: true } }, async (_request, reply) => {
    return reply.header("cache-control", "no-cache").send(app.swagger());
  });
}
