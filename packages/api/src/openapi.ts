import { approvalEntry } from "@ade/core/approvals/schema";
import { givenConfig, preview, taskConfig } from "@ade/core/executors/schema";
import { apiKeyEntry, userEntry } from "@ade/core/identity/schema";
import { pagination } from "@ade/core/kernel/page";
import { auditEntry } from "@ade/core/ledger/schema";
import { lockEntry } from "@ade/core/locks/schema";
import { policyEntry, requirement } from "@ade/core/policies/schema";
import { resourceEntry, resourceRef } from "@ade/core/resources/schema";
import { riskAssessment } from "@ade/core/risk/schema";
import { commentEntry, taskEntry } from "@ade/core/tasks/schema";
// For the words that a route's schema has beyond Fastify's own.
import type {} from "@fastify/swagger";
import type { FastifySchema } from "fastify";
import { z } from "zod";
import { errorEnvelope } from "./failure.ts";
import { shapeOf } from "./rest-query.ts";
import type { Meta, Rest } from "./trpc.ts";

/** A procedure that is reached as REST. */
export type Operation = {
  /** `tasks.create`; also its operationId. */
  readonly path: string;
  readonly meta: Meta;
  readonly rest: Rest;
  readonly input: z.ZodType | undefined;
  readonly output: z.ZodType | undefined;
};

/** Shapes with a name of their own in the document. */
export const namedSchemas = z.registry<{ id: string }>();
for (const [id, schema] of Object.entries({
  Error: errorEnvelope,
  Pagination: pagination,
  ResourceRef: resourceRef,
  TaskConfig: taskConfig,
  GivenTaskConfig: givenConfig,
  Task: taskEntry,
  Preview: preview,
  RiskAssessment: riskAssessment,
  Requirement: requirement,
  Comment: commentEntry,
  Approval: approvalEntry,
  Policy: policyEntry,
  Resource: resourceEntry,
  Lock: lockEntry,
  User: userEntry,
  ApiKey: apiKeyEntry,
  AuditEntry: auditEntry,
})) {
  namedSchemas.add(schema, { id });
}

const STATUS_TEXT: Readonly<Record<number, string>> = {
  400: "The request is not valid; details lists each field.",
  401: "Not signed in.",
  403: "Not allowed.",
  404: "There is no such thing, or it may not be seen.",
  409: "The state of things does not allow it now; the code says which.",
  410: "It is over.",
  413: "The body is too large.",
  422: "Understood, but it cannot be done as it stands.",
  423: "Locked by somebody else.",
  429: "Too many requests; see Retry-After.",
  500: "A fault on our side.",
  503: "A part this needs is away; see Retry-After.",
};

/** Statuses of errors that any operation can answer, by what it takes and who may call it. */
export function errorStatusesOf({ meta, rest, input }: Operation): number[] {
  const takesBody = rest.method === "POST" || rest.method === "PUT" || rest.method === "PATCH";
  return [
    ...new Set([
      400,
      ...(meta.open ? [] : [401, 403]),
      ...(rest.path.includes("/:") ? [404] : []),
      ...(takesBody && input ? [413] : []),
      ...(rest.method === "POST" ? [409] : []),
      ...(rest.errors ?? []),
      ...[429, 500, 503],
    ]),
  ].sort();
}

/** The route's schema for the document: what @fastify/swagger reads. */
export function routeSchema(operation: Operation): FastifySchema {
  const { rest, meta, input, output } = operation;
  const paramNames = [...rest.path.matchAll(/:(\w+)/g)].map((match) => match[1]!);
  const shape = shapeOf(input);
  const params = pick(shape, (name) => paramNames.includes(name));
  const others = pick(shape, (name) => !paramNames.includes(name));
  const takesQuery = rest.method === "GET" || rest.method === "DELETE";
  const fields = z.strictObject(others);
  return {
    operationId: operation.path,
    summary: rest.summary,
    tags: rest.tags,
    security: meta.open ? [] : [{ session: [] }, { apiKey: [] }],
    ...(paramNames.length > 0 ? { params: z.strictObject(params) } : {}),
    ...(Object.keys(others).length === 0 ? {} : takesQuery ? { querystring: fields } : { body: fields }),
    response: {
      [rest.status]: answer(rest.status === 204 ? "Done." : "Done; the answer.", output, rest.status),
      ...Object.fromEntries(
        Object.entries(rest.also ?? {}).map(([status, schema]) => [
          status,
          answer("Done; the answer.", schema),
        ]),
      ),
      ...errorResponses(errorStatusesOf(operation)),
    },
  } as FastifySchema;
}

/** The error answers of these statuses. */
export function errorResponses(statuses: readonly number[]): Record<number, unknown> {
  return Object.fromEntries(
    statuses.map((status) => [status, answer(STATUS_TEXT[status] ?? "Refused.", errorEnvelope)]),
  );
}

function answer(description: string, schema: z.ZodType | undefined, status = 200) {
  if (status === 204) return { description, type: "null", properties: z.undefined() };
  return { description, content: { "application/json": { schema: schema ?? z.unknown() } } };
}

function pick(shape: Record<string, z.ZodType>, keep: (name: string) => boolean): Record<string, z.ZodType> {
  return Object.fromEntries(Object.entries(shape).filter(([name]) => keep(name)));
}
