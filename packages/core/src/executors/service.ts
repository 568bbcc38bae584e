import type { Logger } from "pino";
import type { ResourceRef } from "../resources/schema.ts";
import { canonicalKey } from "../resources/service.ts";
import { contentHash, sameChanges } from "./content.ts";
import { maskedExecutor } from "./masked.ts";
import { PLAN_DEADLINE_MS, planSafely } from "./plan.ts";
import type { Executor, Forgetting, Json, PlanContext } from "./port.ts";
import { createRegistry, type Registry } from "./registry.ts";
import type { Change, Preview, TaskConfig } from "./schema.ts";
import { referencesOf, type SecretReference } from "./secret-reference.ts";
import { unionOf } from "./touched.ts";

// What slices above need of this one besides its commands: a door is one file.
export { ExecutorFailure, invalidConfig } from "./errors.ts";
export { failureText } from "./failure-text.ts";
export { createKeptText, renderFrom, type Segment } from "./kept-text.ts";
export { cleanText, createOutputCollector, OUTPUT_LIMIT_BYTES, type OutputCollector } from "./output.ts";
export { invalidPreview } from "./plan.ts";
export {
  type ApplyContext,
  type AttemptContext,
  asWritten,
  type Executor,
  type Forgetting,
  type Inspection,
  type Json,
  type PlanContext,
  type Progress,
  type ToolUse,
} from "./port.ts";
export { createSecretBox, type SecretBox } from "./secret-box.ts";
export { replaceReferences, type SecretReference, spell } from "./secret-reference.ts";
export { unifiedDiff } from "./unified-diff.ts";

export type ExecutorsService = Registry & {
  /** Declared and really touched resources together, one each, actions joined. */
  resourcesOf(config: TaskConfig): ResourceRef[];
  /**
   * What the executor would do; never fails but by `context.signal` or UNKNOWN_TASK_TYPE. `values` are what
   * `context.reveal` can give: none of them is in the answer. What `isThrown` says yes to is thrown instead.
   */
  plan(
    config: TaskConfig,
    context: PlanContext,
    values?: readonly string[],
    isThrown?: (thrown: unknown) => boolean,
  ): Promise<Preview>;
  /** The executor for a type, from which none of these values comes out. */
  masked(type: string, values: readonly string[]): Executor;
  /** The configuration as it may be kept. */
  redacted(config: TaskConfig): TaskConfig;
  /** Its resources as their locks are taken: what others may have beside it counts as only read. */
  lockedResources(config: TaskConfig): ResourceRef[];
  /** Every secret that the configuration, or what it chooses, names. */
  referencesOf(config: TaskConfig): SecretReference[];
  /** Brings what this type goes by up to date; whoever asks for hash or resources of a stored task awaits it first. */
  refresh(type: string): Promise<void>;
  /** Why what this configuration does can never be rolled back; null where it can, as far as is known. */
  noWayBack(config: TaskConfig): string | null;
  /** Has each executor forget what it no longer needs of its own. */
  forget(old: Forgetting): Promise<void>;
  /** May an attempt with this configuration that ended in the middle be followed by another? */
  mayRetry(config: TaskConfig): Promise<boolean>;
  /**
   * The content hash of a configuration and its preview's changes; null with `skip_preview`. With a stash, under the
   * definition that the stash was taken under.
   */
  contentHash(config: TaskConfig, changes: readonly Change[] | null, stash?: Json): string;
  /** True where two plans of this configuration would do the same. */
  sameChanges(config: TaskConfig, a: readonly Change[], b: readonly Change[]): boolean;
};

/** The slice's door. `adapters` are the executors of this process; one deadline (ms) holds for every plan. */
export function createExecutorsService(deps: {
  adapters: readonly Executor[];
  planDeadlineMs?: number;
  log?: Pick<Logger, "error">;
}): ExecutorsService {
  const registry = createRegistry(deps.adapters);

  return {
    ...registry,
    resourcesOf: (config) => unionOf(config.resources, registry.find(config.type).resources(config)),
    masked: (type, values) => maskedExecutor(registry.find(type), values),
    redacted: (config) => registry.find(config.type).redact?.(config) ?? config,
    lockedResources(config) {
      const executor = registry.find(config.type);
      const all = unionOf(config.resources, executor.resources(config));
      if (!executor.exclusive) return all;
      const alone = new Set(executor.exclusive(config).map((ref) => canonicalKey(ref)));
      return all.map((ref) => (alone.has(canonicalKey(ref)) ? ref : { ...ref, actions: ["read"] }));
    },
    referencesOf: (config) => referencesOf(config, registry.find(config.type).secrets?.(config)),
    refresh: async (type) => registry.find(type).refresh?.(),
    async mayRetry(config) {
      const executor = registry.find(config.type);
      return executor.mayRetry?.(config) ?? executor.retry;
    },
    noWayBack: (config) => registry.find(config.type).noWayBack?.(config) ?? null,
    async forget(old) {
      for (const executor of deps.adapters) {
        await executor.forget?.(old).catch((error: unknown) => old.onTrouble(error, executor.types[0]));
      }
    },
    plan: async (config, context, values = [], isThrown) =>
      planSafely(maskedExecutor(registry.find(config.type), values), config, context, {
        deadlineMs: deps.planDeadlineMs ?? registry.find(config.type).plan_deadline_ms ?? PLAN_DEADLINE_MS,
        ...(isThrown ? { isThrown } : {}),
        onBug: (thrown) => deps.log?.error({ err: thrown, type: config.type }, "An executor's plan failed"),
      }),
    contentHash(config, changes, stash) {
      const executor = registry.find(config.type);
      const digest = executor.digest(config, stash);
      return contentHash({ config, digest, changes, volatile: executor.volatile });
    },
    sameChanges: (config, a, b) => sameChanges(a, b, registry.find(config.type).volatile),
  };
}
