import { assertMayListen, channelNames, eventId } from "@ade/api/channels";
import { envelopeOf, failureOf } from "@ade/api/failure";
import type { WireEvent } from "@ade/api/routers/events";
import { validationDetails } from "@ade/api/validation-details";
import { CodedError, errors } from "@ade/core/kernel/errors";
import type { WebSocket } from "@fastify/websocket";
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { readEvents } from "./event-reading.ts";
import type { Admitted } from "./event-stream.ts";

const PING_MS = 15_000;
/** Whoever opens one and reads nothing is sent away. */
const SUBSCRIBE_WITHIN_MS = 30_000;
/** More than so much unread: the next event waits, in the feed's own bounded queue. */
const MAX_BUFFERED_BYTES = 262_144;
/** A client that asks and asks and never reads the answers is cut off. */
const MAX_UNREAD_ANSWER_BYTES = 4 * MAX_BUFFERED_BYTES;
/** Messages of a client are looked at one after the other. */
const MAX_UNREAD_MESSAGES = 100;
const GOING_AWAY = 1001;
const POLICY_VIOLATION = 1008;

const message = z.discriminatedUnion("action", [
  /** `last_event_id` only with the first: ids of one stream grow, so a replay stands at its beginning. */
  z.strictObject({
    action: z.literal("subscribe"),
    channels: channelNames,
    last_event_id: eventId.optional(),
  }),
  z.strictObject({ action: z.literal("unsubscribe"), channels: channelNames }),
]);
type Message = z.infer<typeof message>;

/**
 * One WebSocket of events: takes `{action: subscribe|unsubscribe, channels}`, sends `{id, event, timestamp, payload}`.
 * Each message is answered by an event `subscribed` with all channels that are read now, or by an event `error` with
 * the API's envelope, after which everything stays as it was. Resolves when it is closed.
 */
export async function serveEventSocket(
  socket: WebSocket,
  request: FastifyRequest,
  { context, channels: first, after }: Admitted,
  rightsCheckMs: number | undefined,
): Promise<void> {
  const channels = new Set<string>();
  const gone = new AbortController();
  let handled = Promise.resolve();
  let unread = 0;
  let reading: Promise<void> | null = null;
  const closed = new Promise<void>((resolve) => {
    socket.once("close", () => {
      gone.abort();
      resolve();
    });
  });

  const tooLate = setTimeout(() => {
    const next = "Send subscribe right after opening.";
    end(new CodedError("NOT_SUBSCRIBED", { status: 408, message: "Nothing was subscribed to.", next }));
  }, SUBSCRIBE_WITHIN_MS);
  let isAlive = true;
  socket.on("pong", () => {
    isAlive = true;
  });
  const ping = setInterval(() => {
    if (!isAlive) return socket.terminate();
    isAlive = false;
    socket.ping();
  }, PING_MS);

  socket.on("message", (data, isBinary) => {
    unread += 1;
    if (unread > MAX_UNREAD_MESSAGES)
      return end(errors.RATE_LIMITED({ message: "Too many messages at once." }));
    handled = handled
      .then(() => handle(messageIn(String(data), isBinary)))
      .catch((thrown: unknown) => tell("error", envelopeOf(failureOf(thrown), request.id)))
      .finally(() => {
        unread -= 1;
      });
  });
  if (first.length > 0) subscribe(first, after);

  await closed;
  clearTimeout(tooLate);
  clearInterval(ping);
  await Promise.all([handled, reading]);

  async function handle(given: Message): Promise<void> {
    if (gone.signal.aborted) return;
    if (given.action === "unsubscribe") {
      for (const channel of given.channels) channels.delete(channel);
      tell("subscribed", { channels: [...channels] });
      return;
    }
    if (given.last_event_id !== undefined && reading) throw replayTooLate();
    checked(z.strictObject({ channels: channelNames }), {
      channels: [...new Set([...channels, ...given.channels])],
    });
    const actor = await context.reauthenticate();
    if (!actor) throw errors.UNAUTHENTICATED();
    await assertMayListen(context.core, actor, given.channels);
    subscribe(given.channels, given.last_event_id ?? context.core.ledger.events.position());
  }

  function subscribe(added: readonly string[], from: string): void {
    for (const channel of added) channels.add(channel);
    tell("subscribed", { channels: [...channels], ...(reading ? {} : { last_event_id: from }) });
    reading ??= read(from);
  }

  async function read(from: string): Promise<void> {
    clearTimeout(tooLate);
    const failure = await readEvents({
      ...{ context, channels, rightsCheckMs, gone: gone.signal, log: request.log },
      after: from,
      send: (event) => send(event),
    });
    if (failure) end(failure);
    else socket.close(GOING_AWAY, "the server stops");
  }

  function send(event: WireEvent): Promise<void> | void {
    const text = JSON.stringify(event);
    if (socket.bufferedAmount < MAX_BUFFERED_BYTES) return socket.send(text);
    // The callback comes when it is written out, or when the socket is gone.
    return new Promise((resolve) => socket.send(text, () => resolve()));
  }

  function tell(event: "subscribed" | "error", payload: unknown): void {
    if (socket.bufferedAmount > MAX_UNREAD_ANSWER_BYTES) socket.terminate();
    else socket.send(JSON.stringify({ id: null, event, timestamp: new Date().toISOString(), payload }));
  }

  function end(failure: CodedError): void {
    tell("error", envelopeOf(failure, request.id));
    socket.close(POLICY_VIOLATION, failure.code);
  }
}

/** What a client sent. @throws VALIDATION_ERROR */
function messageIn(text: string, isBinary: boolean): Message {
  const given = isBinary ? undefined : jsonOf(text);
  if (given === undefined) throw errors.VALIDATION_ERROR({ message: "A message is JSON, as text." });
  return checked(message, given);
}

function checked<T extends z.ZodType>(schema: T, given: unknown): z.output<T> {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw errors.VALIDATION_ERROR({ details: validationDetails(parsed.error, given) });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function replayTooLate(): CodedError {
  const issue = "is for the first subscribe of a connection; connect again to replay";
  return errors.VALIDATION_ERROR({ details: [{ field: "last_event_id", issue }] });
}
