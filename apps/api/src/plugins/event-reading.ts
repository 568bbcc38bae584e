import type { Context } from "@ade/api/context";
import { failureOf } from "@ade/api/failure";
import { type WireEvent, wireEvent } from "@ade/api/routers/events";
import { watchRights } from "@ade/api/stream-rights";
import type { CodedError } from "@ade/core/kernel/errors";
import type { FastifyBaseLogger } from "fastify";

export type Reading = {
  context: Context;
  /** What is read; the reader may change it meanwhile. */
  channels: ReadonlySet<string>;
  /** Id of a durable event, after which reading begins. */
  after: string;
  /** The reader has left. */
  gone: AbortSignal;
  rightsCheckMs?: number | undefined;
  log: FastifyBaseLogger;
  /** Hands on one event. A reader that is slow holds up its own stream; how far it may fall behind is the feed's to say. */
  send(event: WireEvent, signal: AbortSignal): Promise<void> | void;
};

/**
 * What every stream of events does, whatever carries it: replays, follows, and looks every minute whether it may still
 * be read. Answers why it ended, for a reader who then decides whether to come back: null where the reader left or the
 * server stops.
 */
export async function readEvents(reading: Reading): Promise<CodedError | null> {
  const { context, channels, after, gone, rightsCheckMs, log, send } = reading;
  const rights = watchRights({
    ...context,
    channels,
    signal: gone,
    ...(rightsCheckMs === undefined ? {} : { intervalMs: rightsCheckMs }),
  });
  const { signal } = rights;
  try {
    for await (const event of context.core.ledger.events.subscribe({ channels, after, signal })) {
      await send(wireEvent(event), signal);
      if (signal.aborted) break;
    }
    return rights.lost;
  } catch (thrown) {
    if (gone.aborted) return null;
    const failure = failureOf(thrown);
    log.warn({ err: failure.cause ?? failure }, "an event stream ended early");
    return failure;
  } finally {
    rights.stop();
  }
}
