import { errors } from "@ade/core/kernel/errors";
import type { AnyRouter } from "@trpc/server";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { z } from "zod";
import type { Context } from "./context.ts";
import { failureOf } from "./failure.ts";
import { type Operation, routeSchema } from "./openapi.ts";
import { decodeQuery, shapeOf } from "./rest-query.ts";
import { createCallerFactory, metaOf } from "./trpc.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** The procedure behind a REST route. */
    operation?: string;
    /** Its answer holds a secret that is shown once. */
    secretAnswer?: boolean;
  }
}

export type RestOptions = {
  router: AnyRouter;
  /** Where the paths of `meta.rest` begin. */
  prefix: string;
  contextOf(request: FastifyRequest, reply: FastifyReply): Context;
};

type Call = (input: unknown) => Promise<unknown>;

/**
 * Every procedure with `meta.rest` as a native Fastify route: the parameters of the address, and the query or the body,
 * are one input, checked once, by the procedure's own schema. The schemas given to Fastify only make the document.
 */
export function mountRest(app: FastifyInstance, options: RestOptions): void {
  const createCaller = createCallerFactory(options.router as never) as (context: Context) => unknown;
  for (const operation of operationsOf(options.router)) {
    app.route({
      method: operation.rest.method,
      url: options.prefix + operation.rest.path,
      schema: routeSchema(operation),
      config: { operation: operation.path, secretAnswer: operation.rest.secret_answer ?? false },
      validatorCompiler: () => (value: unknown) => ({ value }),
      serializerCompiler: () => JSON.stringify,
      handler: async (request, reply) => {
        const input = inputOf(operation, request);
        const call = procedureAt(createCaller(options.contextOf(request, reply)), operation.path);
        const output = await call(input).catch((thrown: unknown) => {
          throw failureOf(thrown, input);
        });
        reply.code(operation.rest.statusOf?.(output) ?? operation.rest.status);
        return output === undefined ? reply.send() : output;
      },
    });
  }
}

/** The procedures that are reached as REST, in the order of their paths. */
export function operationsOf(router: AnyRouter): Operation[] {
  return Object.entries(router._def.procedures as Record<string, unknown>).flatMap(([path, made]) => {
    const meta = metaOf(made);
    if (!meta?.rest) return [];
    const { inputs, output } = (made as { _def: { inputs: z.ZodType[]; output?: z.ZodType } })._def;
    if (inputs.length > 1) throw new Error(`${path} has more than one input; its fields would be read twice`);
    return [{ path, meta, rest: meta.rest, input: inputs[0], output }];
  });
}

function inputOf({ rest, input }: Operation, request: FastifyRequest): unknown {
  if (!input) {
    refuseStrays({ ...(request.query as object), ...(request.body as object | undefined) });
    return undefined;
  }
  const params = request.params as Record<string, string>;
  if (rest.method === "GET" || rest.method === "DELETE") {
    return joined(decodeQuery(input, request.query as Record<string, unknown>), pathParams(input, params));
  }
  refuseStrays(request.query as object);
  const body = request.body ?? {};
  if (typeof body !== "object" || Array.isArray(body)) {
    throw errors.VALIDATION_ERROR({ details: [{ field: "(body)", issue: "must be a JSON object" }] });
  }
  return joined(body as Record<string, unknown>, pathParams(input, params));
}

/** What the address names cannot be named again, differently, in the body or the query. */
function joined(given: Record<string, unknown>, params: Record<string, unknown>): Record<string, unknown> {
  refuseStrays(Object.fromEntries(Object.keys(params).flatMap((name) => (name in given ? [[name, 1]] : []))));
  return { ...given, ...params };
}

function pathParams(input: z.ZodType, params: Record<string, string>): Record<string, unknown> {
  const shape = shapeOf(input);
  const strays = Object.keys(params).filter((name) => !shape[name]);
  if (strays.length > 0) throw new Error(`The input has no field for the parameter ${strays.join(", ")}`);
  return decodeQuery(input, params);
}

function refuseStrays(given: object): void {
  const names = Object.keys(given);
  if (names.length === 0) return;
  throw errors.VALIDATION_ERROR({
    details: names.map((field) => ({ field, issue: "is not a known field" })),
  });
}

function procedureAt(caller: unknown, path: string): Call {
  return path.split(".").reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], caller) as Call;
}
