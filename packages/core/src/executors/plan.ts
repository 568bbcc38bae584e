import { setTimeout as delay } from "node:timers/promises";
import { CodedError } from "../kernel/errors.ts";
import type { Executor, PlanContext } from "./port.ts";
import { type Preview, preview, type TaskConfig } from "./schema.ts";
import { undeclared } from "./touched.ts";

export const PLAN_DEADLINE_MS = 30_000;

export function invalidPreview(sentence: string): Preview {
  return { valid: false, changes: [], warnings: [], errors: [sentence], affected_services: [] };
}

/** A sentence about anything that was thrown. What is no expected failure may hold internals and is only named. */
function sentenceFor(thrown: unknown): string {
  if (thrown instanceof CodedError) return thrown.message;
  const code =
    thrown instanceof Error && "code" in thrown && typeof thrown.code === "string" ? thrown.code : null;
  return `Planning failed unexpectedly${code ? ` (${code})` : ""}; the server's log says more.`;
}

/**
 * Plans without ever failing: whatever the executor throws, answers, or never answers, becomes an invalid preview.
 * What it touches beyond the declared resources becomes a warning. Rejects only with the reason of `context.signal`,
 * because being told to stop says nothing about the plan. `onBug` hears of what no executor should throw.
 */
export async function planSafely(
  executor: Executor,
  config: TaskConfig,
  context: PlanContext,
  options: { deadlineMs?: number; onBug?: (thrown: unknown) => void } = {},
): Promise<Preview> {
  context.signal.throwIfAborted();
  const deadlineMs = options.deadlineMs ?? PLAN_DEADLINE_MS;
  const over = new AbortController();
  const signal = AbortSignal.any([context.signal, over.signal]);
  const stopped = new Promise<never>((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  const planned = (async () => {
    await executor.refresh?.();
    return preview.parse(await executor.plan(config, { ...context, signal }));
  })();
  // The executor may reject long after nobody listens any more.
  planned.catch(() => undefined);
  const timer = new AbortController();
  const deadline = delay(deadlineMs, "late" as const, { signal: timer.signal, ref: false });
  deadline.catch(() => undefined);
  stopped.catch(() => undefined);
  try {
    const answer = await Promise.race([planned, deadline, stopped]);
    if (answer === "late") return invalidPreview(`The plan took longer than ${deadlineMs / 1000} s.`);
    return { ...answer, warnings: [...answer.warnings, ...undeclared(executor, config)] };
  } catch (thrown) {
    context.signal.throwIfAborted();
    if (!(thrown instanceof CodedError)) options.onBug?.(thrown);
    return invalidPreview(sentenceFor(thrown));
  } finally {
    timer.abort();
    over.abort(new DOMException("The plan is over", "AbortError"));
  }
}
