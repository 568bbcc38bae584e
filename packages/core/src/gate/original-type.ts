import { z } from "zod";
import type { TaskConfig } from "../executors/schema.ts";
import { ROLLBACK_TYPE } from "../tasks/service.ts";
import type { GateDeps } from "./deps.ts";

/**
 * The type of what a rollback brings back; null for any other task. Policies about that type are about bringing it back
 * too: who narrows an agent under review does not widen it again under a milder rule.
 */
export async function originalTypeOf(
  { pool }: Pick<GateDeps, "pool">,
  { type, parameters }: Pick<TaskConfig, "type" | "parameters">,
): Promise<string | null> {
  const original = type === ROLLBACK_TYPE ? z.uuid().safeParse(parameters.task_id) : null;
  if (!original?.success) return null;
  const { rows } = await pool.query<{ type: string }>({
    name: "gate-original-type",
    text: "SELECT type FROM task WHERE id = $1",
    values: [original.data],
  });
  return rows[0]?.type ?? null;
}
