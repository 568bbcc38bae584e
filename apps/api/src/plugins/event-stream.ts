import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { assertMayListen, channelNames, eventId } from "@ade/api/channels";
import type { Context } from "@ade/api/context";
import { envelopeOf } from "@ade/api/failure";
import { errorResponses } from "@ade/api/openapi";
import type { WireEvent } from "@ade/api/routers/events";
import { assertMay } from "@ade/api/trpc";
import { validationDetails } from "@ade/api/validation-details";
import type { Actor } from "@ade/core/kernel/actor";
import { errors } from "@ade/core/kernel/errors";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { REST_PREFIX } from "./api-routes.ts";
import { readEvents } from "./event-reading.ts";
import { serveEventSocket } from "./event-socket.ts";

export const EVENTS_URL = `${REST_PREFIX}/events`;
const HEARTBEAT_MS = 15_000;
/** A browser tries again after this. */
const RETRY_MS = 2_000;
/** Streams of one principal; a page needs one. */
const MAX_STREAMS = 100;

const query = z.strictObject({ channels: channelNames, last_event_id: eventId.optional() });
/** A WebSocket may name its channels later. */
const socketQuery = query.partial();

/** Who reads what, once that is allowed. */
export type Admitted = {
  context: Context & { actor: Actor };
  channels: readonly string[];
  /** Where to begin: what was given, else now. Read again, it misses nothing. */
  after: string;
};
type Options = { contextOf: (request: FastifyRequest) => Context; rightsCheckMs?: number };
export type EventStreams = { readonly open: number };

/**
 * `GET /api/v1/events?channels=a,b` as SSE, or as WebSocket where that is asked for: first what came after
 * Last-Event-ID, then live. Each channel's right is checked before and every minute while it is open. Refusals are
 * ordinary answers: a WebSocket is not opened to be closed.
 */
export function addEventStream(app: FastifyInstance, options: Options): EventStreams {
  const streams = new Map<string, number>();
  const admitted = new WeakMap<FastifyRequest, Admitted>();

  app.route({
    method: "GET",
    url: EVENTS_URL,
    schema: {
      operationId: "events.stream",
      summary:
        "Events of channels as they happen, with replay after Last-Event-ID (SSE, or WebSocket by upgrade)",
      tags: ["events"],
      security: [{ session: [] }, { apiKey: [] }],
      querystring: query,
      response: {
        200: { description: "The stream.", content: { "text/event-stream": { schema: z.string() } } },
        ...errorResponses([400, 401, 403, 429, 500, 503]),
      },
    },
    validatorCompiler: () => (value: unknown) => ({ value }),
    serializerCompiler: () => JSON.stringify,
    preHandler: async (request) => {
      const context = options.contextOf(request);
      const { actor } = context;
      if (!actor) throw errors.UNAUTHENTICATED();
      assertMay(context, "event.subscribe");
      const { channels = [], last_event_id } = queryOf(request);
      await assertMayListen(context.core, actor, channels);
      if ((streams.get(actor.id) ?? 0) >= MAX_STREAMS) {
        throw errors.RATE_LIMITED({
          message: `More than ${MAX_STREAMS} streams are open.`,
          retryAfterSeconds: 10,
        });
      }
      const after = last_event_id ?? context.core.ledger.events.position();
      admitted.set(request, { context: { ...context, actor }, channels, after });
    },
    handler: (request, reply) => counted(request, (given) => serveSse(request, reply, given, options)),
    wsHandler: (socket, request) =>
      counted(request, (given) => serveEventSocket(socket, request, given, options.rightsCheckMs)),
  });

  async function counted(request: FastifyRequest, serve: (given: Admitted) => Promise<void>): Promise<void> {
    const given = admitted.get(request);
    if (!given) throw errors.INTERNAL();
    const { id } = given.context.actor;
    streams.set(id, (streams.get(id) ?? 0) + 1);
    try {
      await serve(given);
    } finally {
      const left = (streams.get(id) ?? 1) - 1;
      if (left > 0) streams.set(id, left);
      else streams.delete(id);
    }
  }

  return {
    get open() {
      return [...streams.values()].reduce((sum, each) => sum + each, 0);
    },
  };
}

async function serveSse(
  request: FastifyRequest,
  reply: FastifyReply,
  { context, channels, after }: Admitted,
  { rightsCheckMs }: Options,
): Promise<void> {
  reply.hijack();
  const out = reply.raw;
  // Whoever left while their rights were looked up closes no second time: the stream would stay open for ever.
  if (request.raw.destroyed || out.destroyed) return;
  const gone = new AbortController();
  request.raw.once("close", () => gone.abort());
  out.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store, no-transform",
    "x-accel-buffering": "no",
    connection: "keep-alive",
  });
  // An id without data: whoever comes back before the first event misses nothing either.
  out.write(`id: ${after}\nretry: ${RETRY_MS}\n\n`);
  const heartbeat = setInterval(() => out.write(": alive\n\n"), HEARTBEAT_MS);
  try {
    const failure = await readEvents({
      ...{ context, after, rightsCheckMs, gone: gone.signal, log: request.log },
      channels: new Set(channels),
      send: (event, signal) => write(out, frame(event), signal),
    });
    if (failure) out.write(endFrame(envelopeOf(failure, request.id)));
  } finally {
    clearInterval(heartbeat);
    out.end();
  }
}

/** `channels` repeated or with commas between; the id from the query or, for a browser's reconnect, its header. */
function queryOf(request: FastifyRequest): z.infer<typeof socketQuery> {
  const { channels, last_event_id, ...strays } = request.query as Record<
    string,
    string | string[] | undefined
  >;
  const named = [channels ?? []].flat().flatMap((text) => text.split(","));
  const given = {
    ...strays,
    ...(request.ws && channels === undefined ? {} : { channels: named }),
    last_event_id: request.headers["last-event-id"] ?? last_event_id,
  };
  const parsed = (request.ws ? socketQuery : query).safeParse(given);
  if (!parsed.success) throw errors.VALIDATION_ERROR({ details: validationDetails(parsed.error, given) });
  return parsed.data;
}

function frame(event: WireEvent): string {
  const id = event.id === null ? "" : `id: ${event.id}\n`;
  return `${id}event: ${event.event}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** Why the stream ends, for a reader who then decides whether to come back. */
function endFrame(envelope: unknown): string {
  return `event: error\ndata: ${JSON.stringify(envelope)}\n\n`;
}

async function write(out: ServerResponse, text: string, signal: AbortSignal): Promise<void> {
  if (out.write(text)) return;
  await once(out, "drain", { signal }).catch(() => undefined);
}
