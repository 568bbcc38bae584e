import type { QueryClient } from "@tanstack/react-query";
import { heard, setStream } from "./connection.ts";

/** Which reads an event makes stale, by the first part of their query key. */
const STALE_BY_EVENT: Record<string, readonly string[]> = {
  "task:created": ["tasks", "inbox"],
  "task:state_changed": ["tasks", "inbox", "task"],
  "task:completed": ["tasks", "inbox", "task"],
  "task:presence": ["presence"],
  "task:changed": ["tasks", "inbox", "task"],
  "approval:requested": ["inbox", "task"],
  "approval:responded": ["inbox", "task"],
  "approval:escalated": ["inbox", "task"],
  "approval:snoozed": ["inbox", "task"],
  "preferences:changed": ["preferences"],
  "notification:new": ["notifications"],
  "notification:read": ["notifications"],
  "lock:acquired": ["locks", "task"],
  "lock:released": ["locks", "task"],
  "lock:expired": ["locks", "task"],
  "lock:queued": ["locks", "task"],
  "lock:deadlock_detected": ["locks", "task"],
  // What pages fold into what they have (features/agents/agent-news.ts): a read for each would be one for each heartbeat.
  "agent:health": [],
  "agent:beats": [],
  "agent:changed": ["agents", "agent"],
  "agent:connection_test": ["connection_test"],
  "delegation:changed": ["delegations"],
  "delegation:fell_back": ["inbox"],
};
const EVERY_READ_OF_LIVE_STATE = [
  "tasks",
  "inbox",
  "task",
  "locks",
  "lock_status",
  "agents",
  "agent",
  "notifications",
];
/** Events that come in a burst become one read. Those of locks come all the time where much is going on. */
const GATHER_MS = 60;
const GATHER_LOCKS_MS = 400;
const RETRY_MS = 2000;

let down = true;

/** True while no events arrive by push and pages poll instead. */
export function streamIsDown(): boolean {
  return down;
}

export type Wire = { event?: string; payload?: Record<string, unknown> };
const hearers = new Set<(message: Wire) => void>();

/** Hears each event of the page's stream, besides the reads that it makes stale. Returns what stops it. */
export function hearEvents(hear: (message: Wire) => void): () => void {
  hearers.add(hear);
  return () => hearers.delete(hear);
}

type Listener = {
  /** The stream is there: at first, and again after each loss. */
  connected(): void;
  event(message: Wire): void;
  lost(): void;
};

/** Listens to the channels' events for as long as they may be read, and connects again by itself. Returns what stops it. */
export function listenTo(channels: readonly string[], to: Listener & { refused?: () => void }): () => void {
  const address = `/api/trpc/events.subscribe?input=${encodeURIComponent(JSON.stringify({ channels }))}`;
  let source: EventSource | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  const onLoss = () => {
    to.lost();
    if (source?.readyState !== EventSource.CLOSED) return;
    clearTimeout(retry);
    retry = setTimeout(open, RETRY_MS);
  };
  const open = () => {
    source = new EventSource(address);
    source.addEventListener("connected", to.connected);
    source.addEventListener("message", (message: MessageEvent<string>) => {
      heard();
      to.event(JSON.parse(message.data) as Wire);
    });
    source.addEventListener("serialized-error", () => {
      source?.close();
      onLoss();
      to.refused?.();
    });
    source.addEventListener("error", onLoss);
  };
  open();
  return () => {
    source?.close();
    clearTimeout(retry);
  };
}

/** Follows the channels' events and makes what they touch be read again. Returns what stops it. */
export function followEvents(client: QueryClient, channels: readonly string[]): () => void {
  const gathered = gatherReads(client, GATHER_MS);
  const gatheredOfLocks = gatherReads(client, GATHER_LOCKS_MS);
  const stop = listenTo(channels, {
    connected() {
      if (down) gathered.touch(EVERY_READ_OF_LIVE_STATE);
      down = false;
      setStream("live");
    },
    event(message) {
      const { event } = message;
      for (const hear of hearers) hear(message);
      const { touch } = event?.startsWith("lock:") ? gatheredOfLocks : gathered;
      touch((event && STALE_BY_EVENT[event]) || EVERY_READ_OF_LIVE_STATE);
    },
    lost() {
      down = true;
      setStream("connecting");
    },
    refused: () => void client.invalidateQueries({ queryKey: ["me"] }),
  });
  return () => {
    stop();
    gathered.stop();
    gatheredOfLocks.stop();
  };
}

/**
 * Makes what was touched be read again, once for all that came within the time. A read of locks that is on its way ends
 * first: begun anew at each burst it would never come to an end.
 */
function gatherReads(client: QueryClient, gatherMs: number) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stale = new Set<string>();
  const flush = () => {
    const kinds = stale;
    timer = undefined;
    if (kinds.has("locks") && client.isFetching({ queryKey: ["locks"] }) > 0) {
      timer = setTimeout(flush, gatherMs);
      return;
    }
    stale = new Set();
    void client.invalidateQueries({ predicate: ({ queryKey }) => kinds.has(String(queryKey[0])) });
  };
  return {
    touch(kinds: readonly string[]): void {
      for (const kind of kinds) stale.add(kind);
      timer ??= setTimeout(flush, gatherMs);
    },
    stop: () => clearTimeout(timer),
  };
}
