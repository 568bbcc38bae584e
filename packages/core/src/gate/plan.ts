import type { Preview, TaskConfig } from "../executors/schema.ts";
import { invalidPreview } from "../executors/service.ts";
import { systemActor } from "../kernel/actor.ts";
import { isCoded } from "../kernel/errors.ts";
import type { GateDeps } from "./deps.ts";
import { keysOf } from "./evaluate.ts";

const REFUSED = ["SECRET_MISSING", "SECRET_NOT_ALLOWED", "SECRET_UNREADABLE", "INVALID_RESOURCE_NAME"];

/**
 * A worker's plan, with the values of the secrets that the configuration names, and without them in what comes of it.
 * A secret that may not be used or has no value is an error of the preview, and so is a resource that a definition,
 * changed meanwhile, gives no valid name. Rejects with the reason of `signal`.
 */
export async function planRevealed(
  deps: GateDeps,
  config: TaskConfig,
  signal: AbortSignal,
  task?: { id: string; revision: number },
): Promise<Preview> {
  await deps.executors.refresh(config.type);
  try {
    const use = { config, keys: keysOf(deps, config), purpose: "plan" as const, task };
    const { reveal, values } = await deps.secrets.open(systemActor("gate"), use);
    return await deps.executors.plan(config, { signal, reveal }, values);
  } catch (error) {
    if (isCoded(error, ...REFUSED)) return invalidPreview(error.message);
    throw error;
  }
}
