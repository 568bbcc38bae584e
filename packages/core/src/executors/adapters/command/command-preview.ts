import { ExecutorFailure } from "../../errors.ts";
import type { Change, Preview } from "../../schema.ts";
import { valuesOf } from "./arguments.ts";
import { touchedBy } from "./definition.ts";
import { fillVector } from "./placeholders.ts";
import type { SavedPlan } from "./saved-plan.ts";
import type { CommandDefinition } from "./schema.ts";

/** What the plan of a command says, as changes (pure). Its output stands as the diff; `after` is what is compared. */
export function commandPreview(plan: Omit<SavedPlan, "files">): Preview {
  const { definition, planned } = plan;
  const values = valuesOf(definition, plan.arguments);
  const after = {
    runs: fillVector(definition.apply, values),
    directory: definition.directory,
    ...(definition.rollback ? { rollback: fillVector(definition.rollback, values) } : {}),
    plan_exit_code: planned.exit_code,
    plan_sha256: planned.sha256,
  };
  const changes = touchedBy(definition, values).map(
    (resource, place): Change => ({
      resource,
      action: resource.actions.includes("delete") && resource.actions.length === 1 ? "delete" : "execute",
      after,
      ...(place === 0 && planned.text !== "" ? { diff: planned.text } : {}),
    }),
  );
  const warnings = [
    ...(isNothingLeft(plan) ? ["The plan finds nothing to change."] : []),
    ...(planned.truncated
      ? ["The plan's output is longer than what is shown. All of it is compared before it is applied."]
      : []),
    ...(planned.text === "" ? ["The plan printed nothing."] : []),
  ];
  return { valid: true, changes, warnings, errors: [], affected_services: [] };
}

export const noRollback = (name: string): string =>
  `The command ${name} defines no rollback; bring it back by hand.`;

/** Throws ExecutorFailure where the command defines none. */
export function rollbackOf({ name, rollback }: CommandDefinition): readonly string[] {
  if (rollback) return rollback;
  throw new ExecutorFailure(noRollback(name));
}

/** What rolling back would run, for those who review it. */
export function rollbackChanges({ definition, arguments: given }: SavedPlan): Change[] {
  const values = valuesOf(definition, given);
  const after = { runs: fillVector(rollbackOf(definition), values), directory: definition.directory };
  return touchedBy(definition, values).map((resource) => ({ resource, action: "roll back", after }));
}

/** Where a command says by its exit code whether there is something to do, 0 says that there is not. */
export function isNothingLeft({ definition, planned }: Pick<SavedPlan, "definition" | "planned">): boolean {
  return planned.exit_code === 0 && definition.plan_exit_codes.some((code) => code !== 0);
}
