import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { type Clock, systemClock } from "../../../kernel/clock.ts";
import { ExecutorFailure } from "../../errors.ts";
import type { ApplyContext, Executor, PlanContext } from "../../port.ts";
import { createSay } from "../../say.ts";
import type { TaskConfig } from "../../schema.ts";
import { createEffectSink, type Effect } from "./effect-sink.ts";

const TYPE = "test.noop";
const VERSION = 1;
const MAX_SLEEP_MS = 600_000;
const MAX_OUTPUT_CHARACTERS = 1_000_000;
const PROGRESS_EVERY_MS = 1000;

const parameters = z.strictObject({
  sleep_ms: z.int().min(0).max(MAX_SLEEP_MS).default(0),
  fail: z.union([z.boolean(), z.string()]).default(false),
  output: z.string().max(MAX_OUTPUT_CHARACTERS).optional(),
});

function read(config: TaskConfig, { reveal }: Pick<PlanContext, "reveal">) {
  const { sleep_ms, fail, output } = parameters.parse(config.parameters);
  const failure = fail === true ? "It was asked to fail." : fail || null;
  return { sleep_ms, failure: failure && reveal(failure), output: output && reveal(output) };
}

/** Sleeps, and tells after each step which part of it is over, up to 1. */
async function sleep(
  milliseconds: number,
  context: ApplyContext,
  onStep: (part: number) => void,
): Promise<void> {
  const step = Math.max(PROGRESS_EVERY_MS, milliseconds / 20);
  for (let slept = 0; slept < milliseconds; slept += step) {
    context.report({ percent: Math.round((100 * slept) / milliseconds), message: "Sleeping" });
    await delay(Math.min(step, milliseconds - slept), undefined, { signal: context.signal });
    onStep(Math.min(1, (slept + step) / milliseconds));
  }
  onStep(1);
}

/**
 * Executor of `test.noop`, for trials, tests and benchmarks: sleeps, and then does nothing.
 * With `sink` (a folder) its effect is one recorded line, written after the sleep, so that a test sees how often a
 * task was applied; without it there is nothing to find, and an attempt that died is simply run again.
 */
export function createNoopExecutor(options: { sink?: string; clock?: Clock } = {}): Executor {
  const sink = options.sink === undefined ? null : createEffectSink(options.sink);
  const clock = options.clock ?? systemClock;

  const effectOf = (context: ApplyContext): Effect => {
    const tokens = Object.values(context.fencing_tokens);
    return {
      idempotency_key: context.idempotency_key,
      fencing_token: tokens.length > 0 ? Math.max(...tokens) : null,
      fencing_tokens: context.fencing_tokens,
      at: clock.now().toISOString(),
    };
  };

  async function isRecorded(key: string): Promise<boolean> {
    if (!sink) return false;
    const count = async (kind: "applied" | "rolled_back") =>
      (await sink.read(kind)).filter((effect) => effect.idempotency_key === key).length;
    return (await count("applied")) > (await count("rolled_back"));
  }

  return {
    types: [TYPE],
    title: "Nothing",
    description: "Sleeps and does nothing: for trials and benchmarks.",
    parameters: {
      type: "object",
      additionalProperties: false,
      properties: {
        sleep_ms: {
          type: "integer",
          title: "Sleep (ms)",
          description: "How long applying takes",
          minimum: 0,
          maximum: MAX_SLEEP_MS,
        },
        fail: {
          type: ["boolean", "string"],
          title: "Fail",
          description: "true, or the sentence to fail with after the sleep",
          maxLength: 1000,
        },
        output: {
          type: "string",
          title: "Output",
          description: "What to print, line by line while it sleeps",
          maxLength: MAX_OUTPUT_CHARACTERS,
        },
      },
    },
    example: {
      type: TYPE,
      description: "Try the path from proposal to completion",
      resources: [{ type: "service", id: "trial", actions: ["execute"] }],
      parameters: { sleep_ms: 1000, output: "done" },
    },
    worst_case: 10,
    volatile: [],
    retry: true,
    cheap_plan: true,

    digest: () => `${TYPE}/${VERSION}`,
    resources: (config) => config.resources,

    async plan(config, context) {
      context.signal.throwIfAborted();
      const { sleep_ms, failure } = read(config, context);
      return {
        valid: true,
        changes: config.resources.map((resource) => ({ resource, action: "nothing" })),
        warnings: failure ? [`Applying will fail: ${failure}`] : [],
        errors: [],
        estimated_duration_seconds: Math.ceil(sleep_ms / 1000),
        affected_services: [],
      };
    },

    stash: async (_config, context) => ({ idempotency_key: context.idempotency_key }),

    async apply(config, context) {
      const { sleep_ms, failure, output } = read(config, context);
      const { say, end } = createSay(context);
      // Line by line over the time that it sleeps, as a real one would.
      const lines = (output ?? "").split(/(?<=\n)/);
      let printed = 0;
      await sleep(sleep_ms, context, (part) => {
        const upTo = Math.floor(lines.length * part);
        say(lines.slice(printed, upTo).join(""));
        printed = upTo;
      });
      const said = end();
      context.signal.throwIfAborted();
      if (failure) throw new ExecutorFailure(failure);
      await sink?.record("applied", effectOf(context));
      context.report({ percent: 100, message: "Done" });
      return said;
    },

    async inspect(_stash, _config, context) {
      return (await isRecorded(context.idempotency_key)) ? "done" : "untouched";
    },

    async rollback(_stash, context) {
      context.signal.throwIfAborted();
      if (await isRecorded(context.idempotency_key)) await sink?.record("rolled_back", effectOf(context));
      return { output: "" };
    },
  };
}
