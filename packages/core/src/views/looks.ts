import type { Pool } from "pg";
import type { AnyRedis } from "../redis.ts";
import type { Looker, TaskView } from "./schema.ts";

/** Somebody who was not heard of for so long looks no more; the dashboard tells every 10 s. */
const PRESENT_MS = 20_000;
const keyOf = (taskId: string) => `ade:looking:${taskId}`;

/** Notes how far a reader has seen a task. A look never goes back to an older revision. */
export async function noteLook(pool: Pool, userId: string, taskId: string, revision: number): Promise<void> {
  await pool.query({
    name: "look-note",
    text: `INSERT INTO task_look (user_id, task_id, revision) VALUES ($1::uuid, $2::uuid, $3::int)
      ON CONFLICT (user_id, task_id) DO UPDATE SET revision = greatest(task_look.revision, excluded.revision),
        looked_at = now()`,
    values: [userId, taskId, revision],
  });
}

/** What the reader saw last, where the task has a newer revision since; else null. */
export async function readSinceLook(
  pool: Pool,
  userId: string,
  taskId: string,
): Promise<TaskView["since_your_look"]> {
  const { rows } = await pool.query({
    name: "look-since",
    text: `SELECT l.revision, l.looked_at, r.config, r.preview
      FROM task_look l JOIN task t ON t.id = l.task_id
      JOIN task_revision r ON r.task_id = l.task_id AND r.revision = l.revision
      WHERE l.user_id = $1::uuid AND l.task_id = $2::uuid AND l.revision < t.revision`,
    values: [userId, taskId],
  });
  const [row] = rows;
  if (!row) return null;
  return {
    revision: row.revision,
    looked_at: row.looked_at.toISOString(),
    config: row.config,
    changes: row.preview?.changes ?? null,
  };
}

/**
 * Who looks at a task right now, in Redis only: it is over in seconds and nothing depends on it. Without Redis nobody
 * is seen, and nothing fails.
 *
 * @returns the others, and whether this one came or went with it
 */
export async function look(
  redis: AnyRedis,
  taskId: string,
  who: Looker,
  nowMs: number,
  isLeaving: boolean,
): Promise<{ others: Looker[]; isNews: boolean }> {
  const key = keyOf(taskId);
  const member = JSON.stringify([who.id, who.name]);
  try {
    await redis.zremrangebyscore(key, "-inf", nowMs);
    const moved = isLeaving
      ? await redis.zrem(key, member)
      : await redis.zadd(key, nowMs + PRESENT_MS, member);
    await redis.pexpire(key, PRESENT_MS);
    const members = await redis.zrangebyscore(key, nowMs, "+inf");
    const others = members
      .map((text) => JSON.parse(text) as [string, string])
      .filter(([id]) => id !== who.id)
      .map(([id, name]) => ({ id, name }));
    return { others, isNews: Number(moved) > 0 };
  } catch {
    return { others: [], isNews: false };
  }
}
