import type { LedgerEvent } from "@ade/core/ledger/schema";
import { tracked } from "@trpc/server";
import { z } from "zod";
import { assertMayListen, channelNames, eventId } from "../channels.ts";
import { watchRights } from "../stream-rights.ts";
import { procedure, router } from "../trpc.ts";

/** An event without the channels it went out on, which would tell one reader of others. */
export type WireEvent = Pick<LedgerEvent, "id" | "event" | "timestamp" | "payload">;

export const eventsRouter = router({
  /**
   * Durable events are tracked: a client that reconnects gets what it missed. Live ones carry no id and are not
   * replayed. Ends with FORBIDDEN or UNAUTHENTICATED when the right to it has ended.
   */
  subscribe: procedure("event.subscribe")
    .input(z.strictObject({ channels: channelNames, lastEventId: eventId.nullish() }))
    .subscription(async function* ({ ctx, input, signal }) {
      await assertMayListen(ctx.core, ctx.actor, input.channels);
      const rights = watchRights({ ...ctx, channels: input.channels, signal });
      try {
        const after = input.lastEventId ?? undefined;
        for await (const event of ctx.core.ledger.events.subscribe({
          channels: input.channels,
          after,
          signal: rights.signal,
        })) {
          yield event.id === null ? wireEvent(event) : tracked(event.id, wireEvent(event));
        }
        rights.throwIfLost();
      } finally {
        rights.stop();
      }
    }),
});

export function wireEvent({ id, event, timestamp, payload }: LedgerEvent): WireEvent {
  return { id, event, timestamp, payload };
}
