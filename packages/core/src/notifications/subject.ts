import type { Pool, PoolClient } from "pg";

/** What a message says of the task that an entry is about. */
export type Subject = {
  id: string;
  title: string;
  type: string;
  author_id: string;
  author_name: string;
  /** Who answers for it: its author, or the owner of the agent that proposed it. */
  owner_id: string | null;
  risk_level: string | null;
  risk_score: number | null;
  resource_keys: string[];
  /** Who is asked on the current revision, and whether they have answered. */
  asked: { reviewer_id: string; responded: boolean }[];
};

const SUBJECTS = `SELECT t.id, split_part(t.description, E'\\n', 1) AS title, t.type, t.author_id, t.author_name,
    CASE WHEN t.author_kind = 'agent' THEN t.author_owner_id ELSE t.author_id END AS owner_id,
    t.risk_level, t.risk_score, t.resource_keys,
    coalesce((SELECT jsonb_agg(jsonb_build_object('reviewer_id', a.reviewer_id, 'responded', a.responded_at IS NOT NULL))
      FROM approval a WHERE a.task_id = t.id AND a.revision = t.revision), '[]'::jsonb) AS asked
  FROM task t WHERE t.id = ANY($1::uuid[])`;

/** The tasks that entries are about, by id. One that is deleted by now is not there. */
export async function loadSubjects(
  db: Pool | PoolClient,
  ids: readonly string[],
): Promise<Map<string, Subject>> {
  const { rows } = await db.query<Subject>({ name: "notify-subjects", text: SUBJECTS, values: [ids] });
  return new Map(rows.map((row) => [row.id, row]));
}
