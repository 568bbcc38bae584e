import { createContext, use, useSyncExternalStore } from "react";

/** Offsets below this are noise: the Date header tells whole seconds. */
const NOISE_MS = 1500;
let offsetMs = 0;

/** Learns the server's time from an answer's Date header. */
export function noteServerDate(date: string | null): void {
  if (!date) return;
  const measured = Date.parse(date) + 500 - Date.now();
  offsetMs = Math.abs(measured) < NOISE_MS ? 0 : measured;
}

/** Now, by the server's clock, in epoch milliseconds. */
export function serverNow(): number {
  return Date.now() + offsetMs;
}

/** When the server has read what it rendered, epoch milliseconds: the browser begins with the same text. */
export const RenderedAt = createContext<number | undefined>(undefined);

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    for (const each of listeners) each();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/**
 * A value of the present moment, from one ticker shared by the page. The component renders again only when the value
 * changes, so `read` should answer with text or a rounded number.
 */
export function useTicking<T extends string | number | boolean>(read: (nowMs: number) => T): T {
  const renderedAt = use(RenderedAt);
  return useSyncExternalStore(
    subscribe,
    () => read(serverNow()),
    () => read(renderedAt ?? serverNow()),
  );
}
