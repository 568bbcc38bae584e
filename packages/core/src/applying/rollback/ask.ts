import type { Pool } from "pg";
import type { TaskConfig } from "../../executors/schema.ts";
import type { ExecutorsService } from "../../executors/service.ts";
import type { GateService } from "../../gate/service.ts";
import { type Actor, systemActor } from "../../kernel/actor.ts";
import { errors, isCoded } from "../../kernel/errors.ts";
import type { RollbackStanding, TaskEntry } from "../../tasks/schema.ts";
import {
  assertAllowed,
  causesOf,
  mayHaveEffect,
  ROLLBACK_ON_ITS_WAY,
  ROLLBACK_TYPE,
  type TaskRecord,
  type TasksService,
  taskErrors,
} from "../../tasks/service.ts";
import { rollbackSeconds } from "../outcome.ts";
import { NOT_KEPT, secretsOf } from "./kept.ts";

export type AskDeps = {
  pool: Pool;
  tasks: Pick<TasksService, "read">;
  gate: Pick<GateService, "propose" | "submit" | "remove" | "cancel">;
  executors: Pick<ExecutorsService, "find" | "refresh" | "resourcesOf" | "referencesOf" | "noWayBack">;
  settings: { stash_days: number };
};

type Found = { attempt_id: string | null; kept: boolean; rolled_back: boolean | null };

/**
 * Proposes what brings a task's effect back, as a task of its own, and submits it: it is planned from the kept stash
 * and reviewed like any other. ROLLBACK_REFUSED where it cannot be, with the reason; then nothing is left behind.
 */
export async function rollBack(
  deps: AskDeps,
  actor: Actor,
  taskId: string,
  { reason }: { reason?: string | undefined },
): Promise<TaskEntry> {
  const task = await deps.tasks.read(actor, taskId);
  assertAllowed(task, "roll_back", causesOf(actor, { author_id: task.author_id, reviewer_ids: [] }));
  if (actor.kind === "agent") throw errors.FORBIDDEN({ message: "Rolling back is for people to ask for." });
  const { attempt_id, standing, abandoned } = await look(deps, task);
  if (standing.refused !== null || attempt_id === null) {
    throw taskErrors.ROLLBACK_REFUSED({ message: standing.refused ?? NOT_KEPT });
  }
  const config = rollbackConfig(deps, task, attempt_id, reason);
  const metadata = {
    tags: task.tags,
    ...(task.team ? { team: task.team } : {}),
    ...(task.ticket_ref ? { ticket_ref: task.ticket_ref } : {}),
  };
  const origin = { source: actor.where.service, rollback_of: task.id };
  // Whoever asked for it before was gone between proposing and submitting it.
  if (abandoned !== null) {
    const why = "Whoever asked for it was gone before it was submitted; it is asked for anew.";
    await deps.gate.cancel(systemActor("applying"), abandoned, { reason: why });
  }
  const made = await deps.gate.propose(actor, { config, metadata }, origin);
  try {
    return await deps.gate.submit(actor, made.id, { force: false, skip_preview: false });
  } catch (error) {
    if (!isCoded(error, "PREVIEW_INVALID", "REQUIREMENT_UNSATISFIABLE")) throw error;
    await deps.gate.remove(actor, made.id);
    throw taskErrors.ROLLBACK_REFUSED({ message: error.message.replace(/^The plan found errors: /, "") });
  }
}

/** Whether it can be rolled back, why not, until when, and what has been proposed for it. */
export async function rollbackStanding(deps: LookDeps, task: TaskRecord): Promise<RollbackStanding> {
  return (await look(deps, task)).standing;
}

type LookDeps = Pick<AskDeps, "pool" | "settings" | "executors">;

/** Proposing and submitting take seconds; a draft that was never submitted after this long is nobody's any more. */
const ABANDONED_SECONDS = 60;

async function look(
  deps: LookDeps,
  task: TaskRecord,
): Promise<{ attempt_id: string | null; standing: RollbackStanding; abandoned: string | null }> {
  const { rows } = await deps.pool.query<Found>({
    name: "rollback-found",
    text: `SELECT id AS attempt_id, stash IS NOT NULL AS kept, rolled_back FROM attempt
      WHERE task_id = $1 AND revision = $2 ORDER BY number DESC LIMIT 1`,
    values: [task.id, task.revision],
  });
  const { rows: proposed } = await deps.pool.query<
    RollbackStanding["tasks"][number] & { is_abandoned: boolean }
  >({
    name: "rollback-tasks",
    text: `SELECT id, state, result, to_json(created_at)#>>'{}' AS created_at,
        state = 'DRAFT' AND submitted_at IS NULL AND created_at < now() - make_interval(secs => $2::int) AS is_abandoned
      FROM task WHERE rollback_of = $1 ORDER BY created_at DESC LIMIT 20`,
    values: [task.id, ABANDONED_SECONDS],
  });
  const abandoned = proposed.find(({ is_abandoned }) => is_abandoned)?.id ?? null;
  const tasks = proposed.flatMap(({ is_abandoned, ...rest }) => (is_abandoned ? [] : [rest]));
  const found = rows[0] ?? null;
  const keptUntil = new Date(
    task.state_since.getTime() + deps.settings.stash_days * 86_400_000,
  ).toISOString();
  return {
    attempt_id: found?.attempt_id ?? null,
    standing: {
      refused: refusal(task, found, tasks) ?? (await noWayBack(deps, task)),
      kept_until: found?.kept ? keptUntil : null,
      tasks,
    },
    abandoned,
  };
}

/** Why its executor can never undo it: it has no down script, its command no rollback, or is there no more. */
async function noWayBack({ executors }: LookDeps, { config }: TaskRecord): Promise<string | null> {
  try {
    await executors.refresh(config.type);
    return executors.noWayBack(config);
  } catch (error) {
    if (isCoded(error, "UNKNOWN_TASK_TYPE")) return "Nobody here handles tasks of its type any more.";
    throw error;
  }
}

const FINAL = ["COMPLETED", "REJECTED", "CANCELLED"];

/** Why a task cannot be rolled back, in words; null where it can, as far as is known without looking at reality. Pure. */
function refusal(task: TaskRecord, found: Found | null, tasks: RollbackStanding["tasks"]): string | null {
  if (!mayHaveEffect(task)) {
    return task.drifts === 0
      ? "It has not been applied."
      : "It has not been applied since it went back to review.";
  }
  if (task.type === ROLLBACK_TYPE) return "A rollback is not rolled back; propose the change again.";
  if (task.config.rollback_strategy === "none") return "Its rollback strategy is none.";
  if (found?.rolled_back) return "What it had done was rolled back when it ended.";
  if (tasks.some(({ state, result }) => state === "COMPLETED" && result === "success")) {
    return "It has been rolled back.";
  }
  if (tasks.some(({ state }) => !FINAL.includes(state))) return ROLLBACK_ON_ITS_WAY;
  return found?.kept ? null : NOT_KEPT;
}

function rollbackConfig(
  deps: Pick<AskDeps, "executors">,
  task: TaskRecord,
  attempt_id: string,
  reason: string | undefined,
): TaskConfig {
  const { config } = task;
  const executor = deps.executors.find(config.type);
  const title = `Roll back: ${config.description.split("\n")[0]}`;
  return {
    type: ROLLBACK_TYPE,
    version: "1.0.0",
    description: [title, ...(reason ? [reason] : [])].join("\n\n").slice(0, 5000),
    resources: deps.executors.resourcesOf(config),
    parameters: { task_id: task.id, attempt_id, executor_digest: executor.digest(config) },
    secrets: secretsOf(deps.executors, config),
    rollback_strategy: "none",
    timeout_seconds: rollbackSeconds(config),
    priority: config.priority,
  };
}
