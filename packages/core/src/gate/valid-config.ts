import { countedAs, type Rate, TOOL_CALL_TYPE } from "../agents/service.ts";
import type { TaskConfig } from "../executors/schema.ts";
import type { Actor } from "../kernel/actor.ts";
import { canonicalJson } from "../kernel/canonical-json.ts";
import { errors } from "../kernel/errors.ts";
import { ROLLBACK_TYPE } from "../tasks/service.ts";
import type { GateDeps } from "./deps.ts";
import { keysOf, toolVerdict } from "./evaluate.ts";

/**
 * The configuration as it may be kept, with the canonical keys of what it touches, and the rates that proposing it anew
 * falls under. Refuses one that could never be applied, before anything is stored.
 */
export async function validConfig(
  deps: GateDeps,
  actor: Actor,
  given: TaskConfig,
): Promise<{ config: TaskConfig; keys: string[]; rates: readonly Rate[] }> {
  const config = deps.executors.redacted(given);
  if (config.type === ROLLBACK_TYPE && actor.kind === "agent") {
    throw errors.FORBIDDEN({ message: "Rolling back is for people to ask for." });
  }
  await deps.executors.validate(config);
  const keys = keysOf(deps, config);
  if (actor.kind !== "agent") return { config, keys, rates: [] };
  const rates = await deps.agents.mayPropose(actor.id, config.type, keys);
  const use = deps.executors.find(config.type).toolUse?.(config);
  if (use) await toolVerdict(deps, { ...use, agent_id: actor.id, keys }, null);
  return { config, keys, rates };
}

/** An agent's tasks and its calls of tools are counted apart: what was proposed as one does not become the other. */
export function assertCountedAlike(actor: Actor, config: TaskConfig, before: TaskConfig): void {
  if (actor.kind !== "agent" || countedAs(config.type) === countedAs(before.type)) return;
  const issue = "a call of a tool is proposed as one, and stays one";
  throw errors.VALIDATION_ERROR({ details: [{ field: "config.type", issue }] });
}

/** A rollback is made from the task that it rolls back, and stays of that task: its content is not written by hand. */
export function assertRollbackOf(config: TaskConfig, rollbackOf: string | null): void {
  const isRollback = config.type === ROLLBACK_TYPE;
  if (isRollback ? config.parameters.task_id === rollbackOf : rollbackOf === null) return;
  const issue = isRollback
    ? "is made only by rolling back a task (POST /tasks/:id/rollback)"
    : "cannot become something else: this task rolls another one back";
  throw errors.VALIDATION_ERROR({ details: [{ field: "config.type", issue }] });
}

/** Who changed a call's arguments is said by the command that does it, never by whoever writes the configuration. */
export function assertNotChanged(config: TaskConfig, before: TaskConfig | null): void {
  if (config.type !== TOOL_CALL_TYPE || config.parameters.changed === undefined) return;
  if (before && canonicalJson(config.parameters.changed) === canonicalJson(before.parameters.changed ?? null))
    return;
  const issue = "is written only by changing the arguments of a call in review (POST /tasks/:id/arguments)";
  throw errors.VALIDATION_ERROR({ details: [{ field: "config.parameters.changed", issue }] });
}
