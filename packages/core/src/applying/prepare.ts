import type { Preview } from "../executors/schema.ts";
import {
  type AttemptContext,
  type Executor,
  ExecutorFailure,
  type Inspection,
  type Json,
  type PlanContext,
} from "../executors/service.ts";
import { approvedChanges, type Held } from "../gate/service.ts";
import type { Actor } from "../kernel/actor.ts";
import { isCoded } from "../kernel/errors.ts";
import type { TaskRecord } from "../tasks/service.ts";
import type { ApplyingDeps } from "./deps.ts";
import { lastAttempt } from "./store.ts";
import { isPassing, type Trouble, troubleOf } from "./trouble.ts";

const NOT_KEPT =
  "An earlier attempt stopped in the middle, and what tells how far it came is no longer kept.";
/** What preparing may take beside a plan that is allowed longer. */
const SPARE_MS = 30_000;

/** What one attempt acts with: values are fetched once, and none of them comes out of this executor. */
type Inside = { executor: Executor; reveal: PlanContext["reveal"] };

export type Prepared =
  /** How reality stands, and what rolling back will need. `first_plan` where the task was submitted without one. */
  | (Inside & { standing: Exclude<Inspection, "foreign">; stash: Json; first_plan: Preview | null })
  /** It must not be applied as it is: why, and what planning says now where that was asked. */
  | { back: string; preview: Preview | null }
  /** That could not be found out: as little as it may be applied it may be reviewed anew, under another key. */
  | { trouble: Trouble }
  /** Nothing begins while this freeze lasts. */
  | { held: Held };

/**
 * Finds out, without any effect, whether what would happen now is what was approved (apply.md, step 3). Of an attempt
 * that ended in the middle nothing but its executor's own answer says how far it came: what it throws instead is
 * trouble, and no reason for a review. Rejects with the reason of `context.signal` when told to stop.
 */
export async function prepare(
  deps: ApplyingDeps,
  task: TaskRecord,
  actor: Actor,
  context: Omit<AttemptContext, "reveal">,
): Promise<Prepared> {
  const before = await lastAttempt(deps.pool, task);
  const standing =
    before && (await asked(deps, task, actor, context, (within) => inspectAgain(deps, task, before, within)));
  // What was done, wholly or half, was done with every right: only what has yet to begin is checked again.
  if (standing && (!("standing" in standing) || standing.standing !== "untouched")) return standing;
  const refused = changedSince(deps, task) ?? (await deps.gate.stillApproved(task));
  if (refused) return { back: refused, preview: null };
  const held = await deps.gate.frozen(task);
  if (held) return { held };
  return standing ?? asked(deps, task, actor, context, (within) => planAgain(deps, task, within));
}

async function inspectAgain(
  deps: ApplyingDeps,
  task: TaskRecord,
  before: { id: string; stash: Buffer | null },
  { executor, context }: Within,
): Promise<Prepared> {
  if (!before.stash) throw new ExecutorFailure(NOT_KEPT, { ended_as: "unknown" });
  const stash = deps.box.open(before.stash, before.id);
  const standing = await executor.inspect(stash, task.config, context);
  return standing === "foreign"
    ? { back: executor.foreign ?? "somebody else changed it between two attempts", preview: null }
    : { standing, stash, first_plan: null, executor, reveal: context.reveal };
}

async function planAgain(
  deps: ApplyingDeps,
  task: TaskRecord,
  { executor, context, values }: Within,
): Promise<Prepared> {
  // Stashed before planning again, so that no change can slip in between what is compared and what is kept.
  const stash = await executor.stash(task.config, context);
  const preview = await deps.executors.plan(task.config, { ...context, stash }, values, isPassing);
  // Asked of the stash: what is applied is what it was taken under, whatever was changed a moment ago.
  const back = changedSince(deps, task, stash) ?? difference(deps, task, preview);
  if (back) return { back, preview };
  return {
    standing: "untouched",
    stash,
    executor,
    reveal: context.reveal,
    first_plan: task.plan_state === "skipped" && !task.preview ? preview : null,
  };
}

/** Why the plan of now is not what was approved; null where it is. */
function difference(deps: ApplyingDeps, task: TaskRecord, preview: Preview): string | null {
  // Errors that an admin's `force` let through were in front of the reviewers; others were not.
  const isForced = task.submit_options?.force === true && task.preview?.valid === false;
  if (!preview.valid && !isForced) return `the plan finds errors now: ${preview.errors.join("; ")}`;
  const approved = approvedChanges(task);
  if (approved && !deps.executors.sameChanges(task.config, approved, preview.changes)) {
    return "what it would change is no longer what was approved";
  }
  return null;
}

function changedSince(deps: ApplyingDeps, task: TaskRecord, stash?: Json): string | null {
  if (deps.executors.contentHash(task.config, approvedChanges(task), stash) === task.content_hash)
    return null;
  const definedBy = deps.executors.find(task.config.type).definedBy?.(task.config);
  return definedBy
    ? `${definedBy} is no longer defined as it was when this was approved`
    : "its content, or the executor's definition, is not what was approved";
}

type Within = { executor: Executor; context: AttemptContext; values: readonly string[] };

/** Fetches the values that the task names. That it may still use them is asked here, as rights and policies are. */
async function open(
  deps: ApplyingDeps,
  task: TaskRecord,
  actor: Actor,
  context: Omit<AttemptContext, "reveal">,
): Promise<Within> {
  const { config, resource_keys: keys } = task;
  const { reveal, values } = await deps.secrets.open(actor, { config, keys, purpose: "apply", task });
  return { executor: deps.executors.masked(config.type, values), context: { ...context, reveal }, values };
}

/** Asks the executor, which may throw, or never answer. */
async function asked(
  deps: ApplyingDeps,
  task: TaskRecord,
  actor: Actor,
  context: Omit<AttemptContext, "reveal">,
  work: (within: Within) => Promise<Prepared>,
): Promise<Prepared> {
  const { plan_deadline_ms = 0 } = deps.executors.find(task.config.type);
  const limitMs = Math.max(deps.settings.prepare_ms, plan_deadline_ms > 0 ? plan_deadline_ms + SPARE_MS : 0);
  const deadline = AbortSignal.timeout(limitMs);
  const signal = AbortSignal.any([context.signal, deadline]);
  const stopped = Promise.withResolvers<never>();
  stopped.promise.catch(() => undefined);
  const onAbort = (): void => stopped.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    signal.throwIfAborted();
    const prepared = open(deps, task, actor, { ...context, signal }).then(work);
    prepared.catch(() => undefined);
    return await Promise.race([prepared, stopped.promise]);
  } catch (error) {
    context.signal.throwIfAborted();
    if (deadline.aborted) {
      return {
        trouble: {
          kind: "passing",
          reason: `finding out how things stand took longer than ${limitMs / 1000} s`,
        },
      };
    }
    if (!isCoded(error))
      deps.log.error({ err: error, task_id: task.id }, "an executor threw while preparing");
    return { trouble: troubleOf(error, "Preparing") };
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
