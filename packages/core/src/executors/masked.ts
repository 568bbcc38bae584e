import { CodedError } from "../kernel/errors.ts";
import { createMasker, type Masker } from "./mask.ts";
import { cleanText, createOutputCollector } from "./output.ts";
import type { ApplyContext, Executor, PlanContext, Progress } from "./port.ts";
import type { Preview } from "./schema.ts";

/** The value with every string in it masked, names of members too. */
function maskJson<T>(masker: Masker, value: T): T {
  if (typeof value === "string") return masker.mask(value) as T;
  if (Array.isArray(value)) return value.map((item) => maskJson(masker, item)) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [masker.mask(key), maskJson(masker, member)]),
  ) as T;
}

/** The same error to whoever asks by class, code or `retryable`; of one that nobody expected only its texts are left. */
function maskError(masker: Masker, thrown: unknown, depth = 0): unknown {
  if (!(thrown instanceof Error)) return maskJson(masker, thrown);
  if (depth > 5) return undefined;
  const { message, stack, cause } = thrown;
  const code = "code" in thrown && typeof thrown.code === "string" ? { code: masker.mask(thrown.code) } : {};
  const shown: Error =
    thrown instanceof CodedError
      ? Object.assign(Object.create(Object.getPrototypeOf(thrown)), maskJson(masker, { ...thrown }))
      : Object.assign(new Error(), code);
  const hidden = { enumerable: false, configurable: true, writable: true };
  return Object.defineProperties(shown, {
    name: { ...hidden, value: thrown.name },
    message: { ...hidden, value: masker.mask(message) },
    stack: { ...hidden, value: stack && masker.mask(stack) },
    cause: { ...hidden, value: cause === undefined ? undefined : maskError(masker, cause, depth + 1) },
  });
}

/**
 * An executor from which none of these values comes out: not in previews, output (across chunks too), progress or
 * errors. Stashes pass as they are, they are kept sealed. With no values it is the executor itself.
 */
export function maskedExecutor(executor: Executor, values: readonly string[]): Executor {
  if (values.length === 0) return executor;
  const masker = createMasker([...values, ...values.map(cleanText)]);
  const guarded = async <T>({ signal }: PlanContext, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (thrown) {
      // Callers know their own reason by what it is.
      throw signal.aborted && thrown === signal.reason ? thrown : maskError(masker, thrown);
    }
  };

  async function streaming(
    context: ApplyContext,
    work: (context: ApplyContext) => Promise<{ output: string }>,
  ): Promise<{ output: string }> {
    const collector = createOutputCollector({ secrets: values });
    const show = (text: string): void => {
      if (text !== "") context.output(text);
    };
    // With its getters: the signal may be looked up anew at each use.
    const inside: ApplyContext = Object.defineProperties({} as ApplyContext, {
      ...Object.getOwnPropertyDescriptors(context),
      report: {
        enumerable: true,
        value: (progress: Progress) =>
          context.report({ ...progress, message: masker.mask(progress.message) }),
      },
      output: { enumerable: true, value: (chunk: string) => show(collector.push(chunk)) },
    });
    try {
      return { output: masker.mask((await work(inside)).output) };
    } finally {
      show(collector.end());
    }
  }

  return {
    ...executor,
    plan: (config, context) =>
      guarded(context, async () => maskJson<Preview>(masker, await executor.plan(config, context))),
    stash: (config, context) => guarded(context, () => executor.stash(config, context)),
    inspect: (stash, config, context) => guarded(context, () => executor.inspect(stash, config, context)),
    apply: (config, context) =>
      guarded(context, () => streaming(context, (inside) => executor.apply(config, inside))),
    rollback: (stash, context) =>
      guarded(context, () => streaming(context, (inside) => executor.rollback(stash, inside))),
  };
}
