import type { Pool, PoolClient } from "pg";
import type { Logger } from "pino";
import { type AnyRedis, openSubscriber } from "../redis.ts";
import { chainedColumns } from "./chain.ts";
import {
  entryOfEventId,
  newestEventId,
  type Projections,
  projectEvents,
  type SealedEntry,
} from "./projections.ts";
import type { EventDraft, LedgerEvent } from "./schema.ts";
import { SEALED_TOPIC } from "./sealer.ts";

const LIVE_TOPIC = "ade:live";
/** The floor under Redis's wake-ups: with Redis away, events are at most this late. */
const POLL_INTERVAL_MS = 250;
const READ_BATCH = 500;
const GATHER_MS = 3;
/** A listener that does not read is cut off rather than kept in memory for ever. */
const MAX_QUEUED_EVENTS = 10_000;

/** A set may change while it is read: what is added counts from then on. */
type Channels = readonly string[] | ReadonlySet<string>;
type Listener = { channels: ReadonlySet<string>; push(event: LedgerEvent): void };

export type FeedDeps = {
  pool: Pool;
  redis: AnyRedis | null;
  projections: Projections;
  log: Logger;
  now: () => Date;
  origin: string;
};

export type EventFeed = {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Looks for new entries now. */
  wake(): void;
  /** Sends an event that is not kept (lock:acquired, task:progress) to this and all other processes. */
  emitLive(draft: EventDraft): void;
  /** Calls `push` for each event of these channels from now on; answers how to stop. */
  listen(channels: Channels, push: (event: LedgerEvent) => void): () => void;
  /** An id to come back with: whoever reads on after it gets every durable event from here on. */
  position(): string;
  /**
   * Events of these channels: first what came after `after` (a durable event's id), then live. Ends when `signal`
   * aborts; throws where the reader falls more than 10,000 events behind.
   */
  subscribe(options: {
    channels: Channels;
    after?: string | undefined;
    signal: AbortSignal;
  }): AsyncGenerator<LedgerEvent>;
};

/** One reader of the chain per process, however many listen. */
export function createFeed(deps: FeedDeps): EventFeed {
  const listeners = new Set<Listener>();
  let lastSeq = 0;
  let reading: Promise<void> | null = null;
  let again = false;
  let timer: NodeJS.Timeout | null = null;
  let subscriber: AnyRedis | null = null;
  const outgoing: LedgerEvent[] = [];
  let sending: NodeJS.Timeout | null = null;
  /** How a message of this process begins; its own come back to it and are not even parsed. */
  const ours = `{"origin":${JSON.stringify(deps.origin)}`;

  function dispatch(event: LedgerEvent): void {
    for (const listener of listeners) {
      if (event.channels.some((channel) => listener.channels.has(channel))) listener.push(event);
    }
  }

  async function readNew(): Promise<void> {
    do {
      again = false;
      const entries = await readEntries(deps.pool, lastSeq);
      for (const entry of entries) {
        lastSeq = entry.seq;
        for (const event of projectEvents(deps.projections, entry)) dispatch(event);
      }
      if (entries.length === READ_BATCH) again = true;
    } while (again);
  }

  /** Other processes hear of a burst by one message: a PUBLISH for each grant costs as much as the lock. */
  function sendLive(): void {
    sending = null;
    const message = `${ours},"events":${JSON.stringify(outgoing.splice(0))}}`;
    deps.redis?.publish(LIVE_TOPIC, message).catch(() => undefined);
  }

  function wake(): void {
    again = true;
    reading ??= readNew()
      .catch((error: unknown) => deps.log.warn({ err: error }, "reading events failed; it is tried again"))
      .finally(() => {
        reading = null;
      });
  }

  function onMessage(topic: string, text: string): void {
    if (topic === SEALED_TOPIC) {
      wake();
      return;
    }
    if (text.startsWith(ours)) return;
    for (const event of (JSON.parse(text) as { events: LedgerEvent[] }).events) dispatch(event);
  }

  function listen(channels: Channels, push: (event: LedgerEvent) => void): () => void {
    const listener = { channels: setOf(channels), push };
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  return {
    async start() {
      lastSeq = await headSeq(deps.pool);
      timer = setInterval(wake, POLL_INTERVAL_MS);
      if (!deps.redis) return;
      subscriber = openSubscriber(deps.redis);
      subscriber.on("error", () => undefined);
      subscriber.on("message", onMessage);
      subscriber.subscribe(SEALED_TOPIC, LIVE_TOPIC).catch(() => undefined);
    },
    async stop() {
      if (timer) clearInterval(timer);
      if (sending) clearTimeout(sending);
      subscriber?.disconnect();
      await reading;
    },
    wake,
    listen,
    position: () => newestEventId(lastSeq),
    emitLive(draft) {
      const event = { ...draft, id: null, timestamp: deps.now().toISOString() };
      dispatch(event);
      outgoing.push(event);
      sending ??= setTimeout(sendLive, GATHER_MS);
    },
    async *subscribe({ channels, after, signal }) {
      const queue: LedgerEvent[] = [];
      let notify = (): void => undefined;
      let overflowed = false;
      // Listen first, then read the past: what is sealed in between comes twice and is skipped once.
      const unlisten = listen(channels, (event) => {
        if (queue.length >= MAX_QUEUED_EVENTS) overflowed = true;
        else queue.push(event);
        notify();
      });
      const onAbort = (): void => notify();
      signal.addEventListener("abort", onAbort);
      try {
        let newest = after === undefined ? -1 : Number(after);
        if (after !== undefined) {
          for await (const event of readPast(deps, channels, after)) {
            newest = Number(event.id);
            yield event;
          }
        }
        while (!signal.aborted) {
          const event = queue.shift();
          if (overflowed)
            throw new Error("This listener fell too far behind; connect again with the last id.");
          if (event === undefined) {
            await new Promise<void>((resolve) => {
              notify = resolve;
              if (signal.aborted || queue.length > 0) resolve();
            });
          } else if (event.id === null || Number(event.id) > newest) {
            if (event.id !== null) newest = Number(event.id);
            yield event;
          }
        }
      } finally {
        unlisten();
        signal.removeEventListener("abort", onAbort);
      }
    },
  };
}

const setOf = (channels: Channels): ReadonlySet<string> => ("has" in channels ? channels : new Set(channels));

async function* readPast(deps: FeedDeps, channels: Channels, after: string): AsyncGenerator<LedgerEvent> {
  const wanted = setOf(channels);
  // The entry of the last id is read again: it may have given more than one event.
  let seq = (entryOfEventId(after) ?? 0) - 1;
  for (;;) {
    const entries = await readEntries(deps.pool, seq);
    for (const entry of entries) {
      seq = entry.seq;
      for (const event of projectEvents(deps.projections, entry)) {
        if (Number(event.id) > Number(after) && event.channels.some((channel) => wanted.has(channel)))
          yield event;
      }
    }
    if (entries.length < READ_BATCH) return;
  }
}

/** The next entries of the chain, in its order; for whoever keeps a place in it. */
export async function readEntries(db: Pool | PoolClient, afterSeq: number): Promise<SealedEntry[]> {
  const { rows } = await db.query({
    name: "feed-read",
    // Links first, then each entry by its key, for the same reason as in the sealer.
    text: `SELECT c.seq::float8 AS seq, ${chainedColumns("e")}
      FROM (SELECT seq, entry_id FROM ledger_chain WHERE seq > $1 ORDER BY seq LIMIT ${READ_BATCH}) c
      CROSS JOIN LATERAL (SELECT * FROM ledger_entry WHERE id = c.entry_id OFFSET 0) e ORDER BY c.seq`,
    values: [afterSeq],
  });
  return rows;
}

async function headSeq(pool: Pool): Promise<number> {
  const { rows } = await pool.query("SELECT coalesce(max(seq), 0)::float8 AS seq FROM ledger_chain");
  return rows[0].seq;
}
