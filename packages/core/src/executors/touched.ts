import { RESOURCE_ACTIONS, type ResourceRef } from "../resources/schema.ts";
import { canonicalKey } from "../resources/service.ts";
import type { Executor } from "./port.ts";
import type { TaskConfig } from "./schema.ts";

/**
 * Declared and touched resources, one a canonical key, with the actions of both: what policies, risk and locks must
 * see. Throws INVALID_RESOURCE_NAME for a name that has no canonical spelling.
 */
export function unionOf(declared: readonly ResourceRef[], touched: readonly ResourceRef[]): ResourceRef[] {
  const union = new Map<string, ResourceRef>();
  for (const ref of [...declared, ...touched]) {
    const key = canonicalKey(ref);
    const known = union.get(key);
    const actions = RESOURCE_ACTIONS.filter(
      (action) => ref.actions.includes(action) || known?.actions.includes(action),
    );
    union.set(key, { ...(known ?? ref), actions });
  }
  return [...union.values()];
}

/** Warnings for what an executor touches, or does to it, beyond what the task declares. */
export function undeclared(executor: Executor, config: TaskConfig): string[] {
  return executor.resources(config).flatMap((touched) => {
    const key = canonicalKey(touched);
    const declared = config.resources.filter((ref) => canonicalKey(ref) === key);
    if (declared.length === 0) return [`touches ${key}, which the task does not declare`];
    const more = touched.actions.filter((action) => !declared.some((ref) => ref.actions.includes(action)));
    return more.length > 0 ? [`touches ${key} (${more.join(", ")}), which the task does not declare`] : [];
  });
}
