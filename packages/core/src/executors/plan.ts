import { setTimeout as delay } from "node:timers/promises";
import { CodedError } from "../kernel/errors.ts";
import { ExecutorFailure } from "./errors.ts";
import { failureText } from "./failure-text.ts";
import type { Executor, PlanContext } from "./port.ts";
import { type Preview, preview, type TaskConfig } from "./schema.ts";
import { undeclared } from "./touched.ts";

export const PLAN_DEADLINE_MS = 30_000;

export function invalidPreview(sentence: string): Preview {
  return { valid: false, changes: [], warnings: [], errors: [sentence], affected_services: [] };
}

/**
 * Plans without ever failing: whatever the executor throws, answers, or never answers, becomes an invalid preview.
 * What it touches beyond the declared resources becomes a warning. Rejects only with the reason of `context.signal`,
 * because being told to stop says nothing about the plan, and with what `isThrown` says yes to. `onBug` hears of what
 * no executor should throw.
 */
export async function planSafely(
  executor: Executor,
  config: TaskConfig,
  context: PlanContext,
  options: {
    deadlineMs?: number;
    isThrown?: (thrown: unknown) => boolean;
    onBug?: (thrown: unknown) => void;
  } = {},
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
    if (answer === "late") {
      throw new ExecutorFailure(`The plan took longer than ${deadlineMs / 1000} s.`, { retryable: true });
    }
    return { ...answer, warnings: [...answer.warnings, ...undeclared(executor, config)] };
  } catch (thrown) {
    context.signal.throwIfAborted();
    if (!(thrown instanceof CodedError)) options.onBug?.(thrown);
    if (options.isThrown?.(thrown)) throw thrown;
    return invalidPreview(failureText(thrown, "Planning"));
  } finally {
    timer.abort();
    over.abort(new DOMException("The plan is over", "AbortError"));
  }
}
