import type { QueryClient } from "@tanstack/react-query";
import { heard, setStream } from "./connection.ts";

/** Which reads an event makes stale, by the first part of their query key. */
const STALE_BY_EVENT: Record<string, readonly string[]> = {
  "task:created": ["tasks", "inbox"],
  "task:state_changed": ["tasks", "inbox", "task"],
  "task:completed": ["tasks", "inbox", "task"],
  "task:progress": ["task"],
  "task:changed": ["tasks", "inbox", "task"],
  "approval:requested": ["inbox", "task"],
  "approval:responded": ["inbox", "task"],
  "approval:escalated": ["inbox", "task"],
  "lock:acquired": ["locks", "task"],
  "lock:released": ["locks", "task"],
  "lock:expired": ["locks", "task"],
  "lock:queued": ["locks", "task"],
  "agent:health": ["agents"],
};
const EVERY_READ_OF_LIVE_STATE = ["tasks", "inbox", "task", "locks", "agents"];
/** Events that come in a burst become one read. */
const GATHER_MS = 60;
const RETRY_MS = 2000;

let down = true;

/** True while no events arrive by push and pages poll instead. */
export function streamIsDown(): boolean {
  return down;
}

/** Follows the channels' events and makes what they touch be read again. Returns what stops it. */
export function followEvents(client: QueryClient, channels: readonly string[]): () => void {
  const address = `/api/trpc/events.subscribe?input=${encodeURIComponent(JSON.stringify({ channels }))}`;
  let source: EventSource | undefined;
  let gather: ReturnType<typeof setTimeout> | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  const stale = new Set<string>();

  const flush = () => {
    gather = undefined;
    const kinds = new Set(stale);
    stale.clear();
    void client.invalidateQueries({ predicate: ({ queryKey }) => kinds.has(String(queryKey[0])) });
  };
  const touch = (kinds: readonly string[]) => {
    for (const kind of kinds) stale.add(kind);
    gather ??= setTimeout(flush, GATHER_MS);
  };
  const onEvent = (message: MessageEvent<string>) => {
    heard();
    const { event } = JSON.parse(message.data) as { event?: string };
    touch((event && STALE_BY_EVENT[event]) || EVERY_READ_OF_LIVE_STATE);
  };
  const onLoss = () => {
    down = true;
    setStream("connecting");
    if (source?.readyState !== EventSource.CLOSED) return;
    clearTimeout(retry);
    retry = setTimeout(open, RETRY_MS);
  };
  const open = () => {
    source = new EventSource(address);
    source.addEventListener("connected", () => {
      if (down) touch(EVERY_READ_OF_LIVE_STATE);
      down = false;
      setStream("live");
    });
    source.addEventListener("message", onEvent);
    source.addEventListener("serialized-error", () => {
      source?.close();
      onLoss();
      void client.invalidateQueries({ queryKey: ["me"] });
    });
    source.addEventListener("error", onLoss);
  };
  open();
  return () => {
    source?.close();
    clearTimeout(gather);
    clearTimeout(retry);
  };
}
