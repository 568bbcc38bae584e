import { useSyncExternalStore } from "react";
import type { KeyId } from "#lib/keys.ts";
import { toProblem } from "#lib/problem.ts";

type ToastSpec = {
  text: string;
  detail?: string | undefined;
  tone?: "good" | "bad";
  /** What can be done about it while it is shown; its time is then counted down. */
  action?: { label: string; key?: KeyId; run: () => void };
  seconds?: number;
};
export type Shown = ToastSpec & { id: number };

const MAX_SHOWN = 4;
let toasts: readonly Shown[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

function set(next: readonly Shown[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

/** Shows a short message; returns what takes it away. Not for what must be read: that stays on the page. */
export function toast(spec: ToastSpec): () => void {
  const id = nextId++;
  set([...toasts.slice(1 - MAX_SHOWN), { ...spec, id }]);
  return () => dismiss(id);
}

/** Shows a failed command, with its request id. */
export function toastProblem(what: string, error: unknown): void {
  const problem = toProblem(error);
  const request = problem.requestId ? ` · request ${problem.requestId}` : "";
  toast({ tone: "bad", text: what, detail: `${problem.message}${request}`, seconds: 12 });
}

/** Takes a message away. */
export function dismiss(id: number): void {
  set(toasts.filter((each) => each.id !== id));
}

const none: readonly Shown[] = [];
const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** The messages that are on screen. */
export function useToasts(): readonly Shown[] {
  return useSyncExternalStore(
    subscribe,
    () => toasts,
    () => none,
  );
}
