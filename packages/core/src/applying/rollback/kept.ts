import type { Pool } from "pg";
import { z } from "zod";
import type { Change, TaskConfig } from "../../executors/schema.ts";
import { type ExecutorsService, type Json, type SecretBox, spell } from "../../executors/service.ts";

export type RollbackDeps = {
  pool: Pool;
  box: SecretBox;
  /** Asked for when it is needed: this executor is one of them. */
  executors: () => Pick<ExecutorsService, "find" | "refresh" | "mayRetry" | "resourcesOf" | "referencesOf">;
};

const parameters = z.object({ task_id: z.string(), attempt_id: z.string(), executor_digest: z.string() });

/** The parameters of a `task.rollback`, whose shape its JSON Schema has checked. */
export const readParameters = (config: TaskConfig) => parameters.parse(config.parameters);

/** What an attempt left behind that rolling back needs. */
export type KeptAttempt = {
  config: TaskConfig;
  stash: Json;
  /** What was planned, and so done. */
  changes: readonly Change[];
  /** Of the original, by which its effect is known. */
  idempotency_key: string;
};

export const NOT_KEPT = "What rolling it back needs is no longer kept.";
const MAX_SECRETS = 50;

/** What rolling a task back may need to know, and what is masked in all that comes of it. */
export function secretsOf(executors: Pick<ExecutorsService, "referencesOf">, config: TaskConfig): string[] {
  return executors.referencesOf(config).map(spell).slice(0, MAX_SECRETS);
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The kept attempt of a task that ended, or null where there is none, or no longer. */
export async function readKept(
  deps: Pick<RollbackDeps, "pool" | "box">,
  { task_id, attempt_id }: { task_id: string; attempt_id: string },
): Promise<KeptAttempt | null> {
  if (!UUID.test(task_id) || !UUID.test(attempt_id)) return null;
  const { rows } = await deps.pool.query<{
    revision: number;
    stash: Buffer;
    config: TaskConfig;
    changes: Change[] | null;
  }>({
    name: "rollback-kept",
    text: `SELECT a.revision, a.stash, r.config, r.preview->'changes' AS changes FROM attempt a
      JOIN task t ON t.id = a.task_id AND t.state IN ('COMPLETED', 'CANCELLED')
      JOIN task_revision r ON r.task_id = a.task_id AND r.revision = a.revision
      WHERE a.id = $1 AND a.task_id = $2 AND a.stash IS NOT NULL`,
    values: [attempt_id, task_id],
  });
  const row = rows[0];
  if (!row) return null;
  return {
    config: row.config,
    stash: deps.box.open(row.stash, attempt_id),
    changes: row.changes ?? [],
    idempotency_key: `${task_id}:${row.revision}`,
  };
}
