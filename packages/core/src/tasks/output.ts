import type { Pool } from "pg";
import { renderFrom, type Segment } from "../executors/service.ts";
import { errors } from "../kernel/errors.ts";
import type { TaskOutput, TaskOutputQuery } from "./schema.ts";

/** One statement: pieces and end belong together, so that nothing is missed between "not ended" and the last of them. */
const READ = `SELECT a.id, a.revision, a.number, a.ended_at IS NOT NULL AS ended, a.progress,
    coalesce((SELECT jsonb_agg(jsonb_build_object('position', o.position, 'text', o.text) ORDER BY o.position)
      FROM attempt_output o WHERE o.attempt_id = a.id AND o.position + o.bytes > $3), '[]'::jsonb) AS pieces
  FROM attempt a WHERE a.task_id = $1 AND ($2::uuid IS NULL OR a.id = $2::uuid)
  ORDER BY a.started_at DESC LIMIT 1`;

type Row = Omit<TaskOutput, "attempt_id" | "text" | "next" | "left_out_bytes"> & {
  id: string;
  pieces: Segment[];
};

/** What an attempt of a task printed from `from` on. NOT_FOUND where it has none, or not that one. */
export async function readOutput(pool: Pool, taskId: string, query: TaskOutputQuery): Promise<TaskOutput> {
  const { rows } = await pool.query<Row>({
    name: "task-output",
    text: READ,
    values: [taskId, query.attempt_id ?? null, query.from],
  });
  if (!rows[0]) {
    const message = query.attempt_id ? "The task has no such attempt." : "The task has not been tried yet.";
    throw errors.NOT_FOUND({ message });
  }
  const { id, pieces, ...attempt } = rows[0];
  return { attempt_id: id, ...attempt, ...renderFrom(pieces, query.from) };
}

/** All that is kept of what the newest attempt of this revision printed; for an end that nobody else can record. */
export async function outputOfTask(pool: Pool, task: { id: string; revision: number }): Promise<string> {
  const { rows } = await pool.query<{ pieces: Segment[] }>({
    name: "task-output-last",
    text: `SELECT coalesce((SELECT jsonb_agg(jsonb_build_object('position', o.position, 'text', o.text)
        ORDER BY o.position) FROM attempt_output o WHERE o.attempt_id = a.id), '[]'::jsonb) AS pieces
      FROM attempt a WHERE a.task_id = $1 AND a.revision = $2 ORDER BY a.number DESC LIMIT 1`,
    values: [task.id, task.revision],
  });
  return renderFrom(rows[0]?.pieces ?? [], 0).text;
}
