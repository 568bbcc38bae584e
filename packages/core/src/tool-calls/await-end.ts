import type { Pool } from "pg";
import type { Ledger } from "../ledger/service.ts";
import type { CallEndInput } from "./schema.ts";
import { readStanding } from "./store.ts";

export type ToolCallDeps = { pool: Pool; ledger: Pick<Ledger, "events">; pollMs?: number };

/** Events tell at once; this is for one that was lost. */
const POLL_MS = 5_000;
/** So long before the attempt's own time limit: it would say that something was stopped, and nothing was. */
const BEFORE_LIMIT_MS = 500;

export type AwaitedEnd = Omit<CallEndInput, "outcome"> & { outcome: CallEndInput["outcome"] | "timeout" };

/**
 * How a permitted call ended: by its agent's word; `unknown` once an agent that sent heartbeats has fallen silent;
 * `timeout` where nobody says anything for the whole time limit.
 *
 * @throws the reason of the signal
 */
export async function awaitEnd(
  deps: ToolCallDeps,
  call: { task_id: string; revision: number; limit_ms: number; signal: AbortSignal },
): Promise<AwaitedEnd> {
  const { signal, task_id } = call;
  let wake = (): void => undefined;
  // Heard before the first look, so that nothing is missed between the two.
  const unlisten = deps.ledger.events.listen([`task:${task_id}`], ({ event, payload }) => {
    if (event === "task:changed" && payload.change === "tool_call.ended") wake();
  });
  const endsAtMs = performance.now() + call.limit_ms - BEFORE_LIMIT_MS;
  try {
    for (;;) {
      signal.throwIfAborted();
      const next = Promise.withResolvers<void>();
      wake = next.resolve;
      const { end, silent_seconds } = await readStanding(deps.pool, task_id, call.revision);
      if (end) return end;
      if (silent_seconds !== null) {
        const message = `Its agent fell silent ${Math.round(silent_seconds)} s ago: nobody can tell how far it came.`;
        return { outcome: "unknown", message };
      }
      const leftMs = endsAtMs - performance.now();
      if (leftMs <= 0) {
        const message = `The agent did not say within ${call.limit_ms / 1000} s how the call ended.`;
        return { outcome: "timeout", message };
      }
      await pauseUntil(next.promise, Math.min(deps.pollMs ?? POLL_MS, leftMs), signal);
    }
  } finally {
    unlisten();
  }
}

async function pauseUntil(woken: Promise<void>, delayMs: number, signal: AbortSignal): Promise<void> {
  const over = Promise.withResolvers<void>();
  const timer = setTimeout(over.resolve, delayMs);
  const onAbort = (): void => over.resolve();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    await Promise.race([woken, over.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}
