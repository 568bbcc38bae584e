import type { Preview, TaskConfig } from "../../executors/schema.ts";
import {
  type AttemptContext,
  asWritten,
  type Executor,
  ExecutorFailure,
  type Inspection,
  type Json,
} from "../../executors/service.ts";
import { canonicalKey } from "../../resources/service.ts";
import { ROLLBACK_TYPE } from "../../tasks/service.ts";
import {
  type KeptAttempt,
  NOT_KEPT,
  type RollbackDeps,
  readKept,
  readParameters,
  secretsOf,
} from "./kept.ts";
import { reverseChanges } from "./reverse.ts";

const VERSION = 1;
const PLAN_DEADLINE_MS = 300_000;
const FOREIGN = "Somebody else has changed it since: rolling it back would undo their change too.";
const AS_BEFORE = "There is nothing to roll back: it is as it was before.";

/**
 * Executor of `task.rollback`: brings back from its kept stash what another task did, by that task's own executor. The
 * stash is taken over at the beginning, so it may be forgotten meanwhile.
 */
export function createRollbackExecutor(deps: RollbackDeps): Executor {
  async function keptOf(config: TaskConfig): Promise<KeptAttempt> {
    const kept = await readKept(deps, readParameters(config));
    if (!kept) throw new ExecutorFailure(NOT_KEPT);
    await deps.executors().refresh(kept.config.type);
    return kept;
  }

  /** The original's executor, unless it would do something else now than what was reviewed. */
  function executorOf(kept: KeptAttempt, config: TaskConfig): Executor {
    const executor = deps.executors().find(kept.config.type);
    if (executor.digest(kept.config) !== readParameters(config).executor_digest) {
      throw new ExecutorFailure(
        "What rolling it back runs has been changed since this was proposed; ask for it again.",
      );
    }
    return executor;
  }

  async function standing(
    kept: KeptAttempt,
    config: TaskConfig,
    stash: Json,
    context: AttemptContext,
  ): Promise<Inspection> {
    return executorOf(kept, config).inspect(stash, kept.config, inThe(context, kept));
  }

  return {
    types: [ROLLBACK_TYPE],
    title: "Roll back a task",
    description: "Brings back what an earlier task did. Made by the task's “Roll back”.",
    parameters: {
      type: "object",
      additionalProperties: false,
      required: ["task_id", "attempt_id", "executor_digest"],
      properties: {
        task_id: { type: "string", title: "Task", description: "The task to roll back" },
        attempt_id: { type: "string", title: "Attempt", description: "The attempt whose stash is used" },
        executor_digest: { type: "string", title: "Executor", description: "What its executor was then" },
      },
    },
    example: {
      type: ROLLBACK_TYPE,
      description: "Roll back an earlier task",
      resources: [{ type: "service", id: "trial", actions: ["execute"] }],
      parameters: { task_id: "", attempt_id: "", executor_digest: "" },
    },
    worst_case: 70,
    volatile: [],
    retry: true,
    cheap_plan: false,
    // Looking how things stand takes as long as the original's plan.
    plan_deadline_ms: PLAN_DEADLINE_MS,

    // By the original's executor: bringing back is as safe to repeat as what it did, and what is not kept never is.
    async mayRetry(config) {
      const kept = await readKept(deps, readParameters(config));
      if (!kept) return false;
      await deps.executors().refresh(kept.config.type);
      return deps.executors().mayRetry(kept.config);
    },
    digest: () => `${ROLLBACK_TYPE}/${VERSION}`,
    // Checked to be those of the original.
    resources: (config) => config.resources,
    async check(config) {
      const kept = await readKept(deps, readParameters(config));
      if (!kept) return [{ field: "config.parameters.attempt_id", issue: "names nothing that is kept" }];
      await deps.executors().refresh(kept.config.type);
      const declared = new Map(config.resources.map((ref) => [canonicalKey(ref), ref.actions]));
      const missing = deps
        .executors()
        .resourcesOf(kept.config)
        .filter((ref) => ref.actions.some((action) => !declared.get(canonicalKey(ref))?.includes(action)));
      return [
        ...missing.map((ref) => ({
          field: "config.resources",
          issue: `must name ${canonicalKey(ref)} with ${ref.actions.join(", ")}, as the original does`,
        })),
        ...(secretsOf(deps.executors(), kept.config).join() === config.secrets.join()
          ? []
          : [{ field: "config.secrets", issue: "must name the secrets of the original and no other" }]),
        ...(config.rollback_strategy === "none"
          ? []
          : [{ field: "config.rollback_strategy", issue: "must be none: a rollback is not rolled back" }]),
      ];
    },

    async plan(config, context): Promise<Preview> {
      const kept = await keptOf(config);
      const before = { ...context, idempotency_key: kept.idempotency_key, fencing_tokens: {} };
      const { found, doubt } = await standing(kept, config, kept.stash, before).then(
        (is) => ({ found: is, doubt: null }),
        (error: unknown) => {
          // Whether it took effect is what people have found out who ask for this, and who review it.
          if (!(error instanceof ExecutorFailure && error.ended_as === "unknown")) throw error;
          return { found: "unknown" as const, doubt: error.message };
        },
      );
      const original = executorOf(kept, config);
      const back = await original.planRollback?.(kept.stash, kept.config, context);
      const errors = found === "foreign" ? [foreignTo(original)] : found === "untouched" ? [AS_BEFORE] : [];
      return {
        valid: errors.length === 0,
        changes: back?.changes ?? reverseChanges(kept.changes),
        warnings: [
          ...(found === "partial" ? ["Only a part of it is in effect; that part is brought back."] : []),
          ...(doubt === null ? [] : [doubt]),
          ...(back?.warnings ?? []),
        ],
        errors,
        affected_services: [],
      };
    },

    stash: async (config) => (await keptOf(config)).stash,

    async apply(config, context) {
      const kept = await keptOf(config);
      const { stash = kept.stash } = context;
      return executorOf(kept, config).rollback(stash, inThe(context, kept));
    },

    async inspect(stash, config, context) {
      const kept = await keptOf(config);
      const found = await standing(kept, config, stash, context);
      // Half rolled back is half applied: rolling back brings that home too.
      return found === "untouched" ? "done" : found === "foreign" ? "foreign" : "untouched";
    },

    async rollback() {
      throw new ExecutorFailure("A rollback is not rolled back.");
    },
  };
}

function foreignTo({ foreign }: Executor): string {
  return foreign ? `It cannot be rolled back: ${foreign}. Bring it back by hand.` : FOREIGN;
}

/** The original is brought back under its own key, as when it fails; the signal stays alive. */
function inThe<C extends AttemptContext>(context: C, kept: KeptAttempt): C {
  const { signal: _, ...rest } = context;
  return {
    ...rest,
    reveal: context.reveal ?? asWritten,
    idempotency_key: kept.idempotency_key,
    get signal() {
      return context.signal;
    },
  } as C;
}
