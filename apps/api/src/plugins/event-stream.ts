import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { assertMayListen, channelNames, eventId } from "@ade/api/channels";
import type { Context } from "@ade/api/context";
import { envelopeOf, failureOf } from "@ade/api/failure";
import { errorResponses } from "@ade/api/openapi";
import { type WireEvent, wireEvent } from "@ade/api/routers/events";
import { watchRights } from "@ade/api/stream-rights";
import { assertMay } from "@ade/api/trpc";
import { validationDetails } from "@ade/api/validation-details";
import { errors } from "@ade/core/kernel/errors";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import { REST_PREFIX } from "./api-routes.ts";

const HEARTBEAT_MS = 15_000;
/** A browser tries again after this. */
const RETRY_MS = 2_000;
/** Streams of one principal; a page needs one. */
const MAX_STREAMS = 100;

const query = z.strictObject({ channels: channelNames, last_event_id: eventId.optional() });

export type EventStreams = { readonly open: number };

/**
 * `GET /api/v1/events?channels=a,b` as SSE: first what came after Last-Event-ID, then live. Each channel's right is
 * checked before and every minute while it is open.
 */
export function addEventStream(
  app: FastifyInstance,
  options: { contextOf: (request: FastifyRequest) => Context; rightsCheckMs?: number },
): EventStreams {
  const streams = new Map<string, number>();

  app.route({
    method: "GET",
    url: `${REST_PREFIX}/events`,
    schema: {
      operationId: "events.stream",
      summary: "Events of channels as they happen, with replay after Last-Event-ID (Server-Sent Events)",
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
    handler: async (request, reply) => {
      const context = options.contextOf(request);
      const { actor, core } = context;
      if (!actor) throw errors.UNAUTHENTICATED();
      assertMay(context, "event.subscribe");
      const { channels, last_event_id: after } = queryOf(request);
      await assertMayListen(core, actor, channels);
      const count = streams.get(actor.id) ?? 0;
      if (count >= MAX_STREAMS) {
        throw errors.RATE_LIMITED({
          message: `More than ${MAX_STREAMS} streams are open.`,
          retryAfterSeconds: 10,
        });
      }

      streams.set(actor.id, count + 1);
      const gone = new AbortController();
      request.raw.once("close", () => gone.abort());
      const rights = watchRights({
        ...context,
        channels,
        signal: gone.signal,
        ...(options.rightsCheckMs ? { intervalMs: options.rightsCheckMs } : {}),
      });
      reply.hijack();
      const out = reply.raw;
      out.writeHead(200, {
        ...(reply.getHeaders() as Record<string, string>),
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-store, no-transform",
        "x-accel-buffering": "no",
        connection: "keep-alive",
      });
      out.write(`retry: ${RETRY_MS}\n\n`);
      const heartbeat = setInterval(() => out.write(": alive\n\n"), HEARTBEAT_MS);
      try {
        for await (const event of core.ledger.events.subscribe({ channels, after, signal: rights.signal })) {
          await write(out, frame(wireEvent(event)), rights.signal);
        }
        if (rights.lost) out.write(endFrame(envelopeOf(rights.lost, request.id)));
      } catch (thrown) {
        if (!gone.signal.aborted) {
          const failure = failureOf(thrown);
          request.log.warn({ err: failure.cause ?? failure }, "an event stream ended early");
          out.write(endFrame(envelopeOf(failure, request.id)));
        }
      } finally {
        clearInterval(heartbeat);
        rights.stop();
        const left = (streams.get(actor.id) ?? 1) - 1;
        if (left > 0) streams.set(actor.id, left);
        else streams.delete(actor.id);
        out.end();
      }
    },
  });

  return {
    get open() {
      return [...streams.values()].reduce((sum, each) => sum + each, 0);
    },
  };
}

/** `channels` repeated or with commas between; the id from the query or, for a browser's reconnect, its header. */
function queryOf(request: FastifyRequest): z.infer<typeof query> {
  const { channels, last_event_id, ...strays } = request.query as Record<
    string,
    string | string[] | undefined
  >;
  const given = {
    ...strays,
    channels: [channels ?? []].flat().flatMap((text) => text.split(",")),
    last_event_id: request.headers["last-event-id"] ?? last_event_id,
  };
  const parsed = query.safeParse(given);
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

/** A reader that is slow holds up its own stream; how far it may fall behind is the feed's to say. */
async function write(out: ServerResponse, text: string, signal: AbortSignal): Promise<void> {
  if (out.write(text)) return;
  await once(out, "drain", { signal }).catch(() => undefined);
}
