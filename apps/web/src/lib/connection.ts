import { useSyncExternalStore } from "react";
import { noteServerDate, serverNow } from "./server-time.ts";

/**
 * Whether the API can be reached. `away` is said within 5 s without a click: the health probe runs every 2 s and gives
 * up after 1.5 s. It mends itself the same way. `stream` tells whether events arrive by push.
 */
export type Connection = {
  readonly api: "here" | "away";
  readonly stream: "live" | "connecting";
  /** When data last arrived, epoch milliseconds by the server's clock. */
  readonly lastHeardMs: number;
};

const PROBE_EVERY_MS = 2000;
const PROBE_TIMEOUT_MS = 1500;

let state: Connection = { api: "here", stream: "connecting", lastHeardMs: 0 };
const listeners = new Set<() => void>();
const returnListeners = new Set<() => void>();

function change(next: Partial<Connection>): void {
  const wasAway = state.api === "away";
  state = { ...state, ...next };
  for (const listener of listeners) listener();
  if (wasAway && state.api === "here") for (const listener of returnListeners) listener();
}

/** An answer came. */
export function heard(): void {
  if (state.api === "away") change({ api: "here", lastHeardMs: serverNow() });
  else state = { ...state, lastHeardMs: serverNow() };
}

/** A request got no answer: look at once instead of at the next probe. */
export function unheard(): void {
  if (state.api === "here") void probe();
}

export function setStream(stream: Connection["stream"]): void {
  if (state.stream !== stream) change({ stream });
}

async function probe(): Promise<void> {
  try {
    const response = await fetch("/api/health/live", {
      cache: "no-store",
      signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
    });
    if (!response.ok) throw new Error(String(response.status));
    noteServerDate(response.headers.get("date"));
    heard();
  } catch {
    if (state.api === "here") change({ api: "away" });
  }
}

/** Starts probing; `onReturn` runs each time the API comes back. Returns what stops it. */
export function watchConnection(onReturn: () => void): () => void {
  returnListeners.add(onReturn);
  const probeIfSeen = () => {
    if (document.visibilityState === "visible") void probe();
  };
  const timer = setInterval(probeIfSeen, PROBE_EVERY_MS);
  addEventListener("online", probeIfSeen);
  addEventListener("offline", probeIfSeen);
  document.addEventListener("visibilitychange", probeIfSeen);
  return () => {
    returnListeners.delete(onReturn);
    clearInterval(timer);
    removeEventListener("online", probeIfSeen);
    removeEventListener("offline", probeIfSeen);
    document.removeEventListener("visibilitychange", probeIfSeen);
  };
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The connection as it is now; renders again when it changes. */
export function useConnection(): Connection {
  return useSyncExternalStore(
    subscribe,
    () => state,
    () => state,
  );
}

/** Whether the API is away at this moment. */
export function isAway(): boolean {
  return state.api === "away";
}

/** True while the API is away: everything that acts is off. */
export function useAway(): boolean {
  return useSyncExternalStore(
    subscribe,
    () => state.api === "away",
    () => false,
  );
}
