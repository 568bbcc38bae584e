import { z } from "zod";
import { placeOf } from "../../../egress/service.ts";
import { isCoded } from "../../../kernel/errors.ts";
import type { ResourceRef } from "../../../resources/schema.ts";
import { canonicalKey } from "../../../resources/service.ts";
import { ExecutorFailure } from "../../errors.ts";
import type { Issue, Json } from "../../port.ts";
import { headerIssue } from "./http-headers.ts";

export const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const;
const BODY_LIMIT = 256 * 1024;
const URL_LIMIT = 4000;
const MAX_HEADERS = 50;

const json: z.ZodType<Json> = z.json();
const body = z.union([z.string(), z.array(json), z.record(z.string(), json)]);
const target = { method: z.enum(METHODS), url: z.string(), body: body.optional() };
const parameters = z.strictObject({
  ...target,
  headers: z.record(z.string(), z.string()).default({}),
  expected_status: z.array(z.int()).default([200]),
  compensate: z.strictObject(target).optional(),
});

/** One request as it was written; references are still references. */
export const requestShape = z.strictObject({
  method: z.enum(METHODS),
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  body: body.nullable(),
});
export type WrittenRequest = z.infer<typeof requestShape>;

export type HttpTask = {
  readonly request: WrittenRequest;
  readonly expected_status: readonly number[];
  readonly compensate: WrittenRequest | null;
};

/** JSON Schema of the parameters. */
export function httpParametersSchema(): Record<string, unknown> {
  const method = { type: "string", title: "Method", enum: [...METHODS] };
  const url = {
    type: "string",
    title: "URL",
    description: "On a host that an admin allowed",
    minLength: 1,
    maxLength: URL_LIMIT,
  };
  const text = {
    type: ["string", "object", "array"],
    title: "Body",
    description: "Text, or JSON; secret://name stands for a secret",
    maxLength: BODY_LIMIT,
    contentMediaType: "application/json",
  };
  return {
    type: "object",
    additionalProperties: false,
    required: ["method", "url"],
    properties: {
      method,
      url,
      headers: {
        type: "object",
        title: "Headers",
        description: 'JSON, such as {"authorization": "Bearer secret://name"}',
        maxProperties: MAX_HEADERS,
        additionalProperties: { type: "string" },
      },
      body: text,
      expected_status: {
        type: "array",
        title: "Expected status",
        description: "What counts as done; [200] where nothing is said",
        items: { type: "integer", minimum: 200, maximum: 599 },
        minItems: 1,
        maxItems: 20,
      },
      compensate: {
        type: "object",
        title: "Compensating request",
        description: 'What undoes it, for rolling back: {"method": "DELETE", "url": "…"}',
        additionalProperties: false,
        required: ["method", "url"],
        properties: { method, url, body: text },
      },
    },
  };
}

/** Scheme, host and port as written, and the rest. */
export function splitUrl(url: string): { origin: string; rest: string } {
  const [, origin = url, rest = ""] = /^([^:/?#]+:\/\/[^/?#\\]*)([\s\S]*)$/.exec(url) ?? [];
  return { origin, rest };
}

function urlIssue(written: string, allow: ReadonlySet<string>): string | null {
  const { origin, rest } = splitUrl(written);
  // A secret that decided where a request goes would be seen by nobody who reviews it.
  if (/secret:/i.test(origin)) return "must not take its host from a secret";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (/[\u0000-\u0020\u007f\\]/.test(written))
    return "must not hold spaces, control characters or backslashes";
  if (!URL.canParse(written)) return "is not an address like https://host/path";
  const url = new URL(written);
  if (url.protocol !== "https:" && url.protocol !== "http:") return "must begin with https:// or http://";
  if (url.username || url.password)
    return "must not hold a user or a password; name it in a header as secret://name";
  if (rest.includes("#")) return "must not hold a fragment";
  const place = placeOf(url);
  if (allow.has(place)) return null;
  const listed =
    allow.size > 0 ? [...allow].slice(0, 10).join(", ") : "none, until an admin sets ADE_HTTP_ALLOW";
  return `leads to ${place}, which is not allowed; allowed: ${listed}`;
}

function requestIssues(
  { method, url, body }: Pick<WrittenRequest, "method" | "url"> & { body?: unknown },
  allow: ReadonlySet<string>,
  field: string,
): Issue[] {
  const wrong = urlIssue(url, allow);
  const isBare = method === "GET" || method === "HEAD";
  const size =
    body === undefined ? 0 : Buffer.byteLength(typeof body === "string" ? body : JSON.stringify(body));
  return [
    ...(wrong ? [{ field: `${field}url`, issue: wrong }] : []),
    ...(isBare && body !== undefined
      ? [{ field: `${field}body`, issue: `can't be sent with ${method}` }]
      : []),
    ...(size > BODY_LIMIT ? [{ field: `${field}body`, issue: "must be at most 256 KiB" }] : []),
  ];
}

/** What is wrong with the parameters by themselves; resolves no name. */
export function parameterIssues(given: unknown, allow: ReadonlySet<string>): Issue[] {
  const { headers, compensate, ...request } = parameters.parse(given);
  const names = Object.keys(headers).map((name) => name.toLowerCase());
  const headerIssues = Object.entries(headers).flatMap(([name, value], index) => {
    const issue = names.indexOf(name.toLowerCase()) < index ? "is given twice" : headerIssue(name, value);
    return issue ? [{ field: `config.parameters.headers.${name}`, issue }] : [];
  });
  return [
    ...requestIssues(request, allow, "config.parameters."),
    ...headerIssues,
    ...(compensate ? requestIssues(compensate, allow, "config.parameters.compensate.") : []),
  ];
}

/** The task behind parameters; ExecutorFailure for what validation would refuse (a host may be allowed no more). */
export function httpTask(given: unknown, allow: ReadonlySet<string>): HttpTask {
  const parsed = parameters.safeParse(given);
  if (!parsed.success) throw new ExecutorFailure("The parameters are not those of service.http.");
  const [issue] = parameterIssues(given, allow);
  if (issue) throw new ExecutorFailure(`${issue.field} ${issue.issue}.`);
  const { method, url, headers, body, expected_status, compensate } = parsed.data;
  const isSameOrigin = compensate && new URL(compensate.url).origin === new URL(url).origin;
  return {
    request: { method, url, headers, body: body ?? null },
    expected_status,
    // What signs in at one place is not shown to another.
    compensate: compensate
      ? { ...compensate, headers: isSameOrigin ? headers : {}, body: compensate.body ?? null }
      : null,
  };
}

/** The service as a resource: its host and port. */
export function serviceRef(request: Pick<WrittenRequest, "method" | "url">): ResourceRef {
  const isReading = request.method === "GET" || request.method === "HEAD";
  return {
    type: "service",
    id: placeOf(new URL(request.url)),
    scope: "namespace",
    namespace: "default",
    actions: [isReading ? "read" : "execute"],
  };
}

/** Services of the request and of what compensates it; nothing where the parameters can't be read. */
export function touchedBy(given: unknown): ResourceRef[] {
  const parsed = parameters.safeParse(given);
  if (!parsed.success) return [];
  const { compensate, ...request } = parsed.data;
  const found = new Map<string, ResourceRef>();
  for (const each of compensate ? [request, compensate] : [request]) {
    if (!URL.canParse(each.url)) continue;
    const ref = serviceRef(each);
    try {
      const key = canonicalKey(ref);
      found.set(key, { ...ref, actions: [...new Set([...(found.get(key)?.actions ?? []), ...ref.actions])] });
    } catch (error) {
      if (!isCoded(error)) throw error;
    }
  }
  return [...found.values()];
}
