import { withAdmin } from "@ade/testkit/template";

/** A task in review, with the approval that is answered next. */
export type PreparedTask = { task_id: string; version: number; approval_id: string };

/**
 * Copies one task that went through core's own commands, with its revision and its approvals, so many times: the same
 * rows, each with ids and a resource of its own. Then the statistics are those of the full tables.
 */
export async function copyTask(databaseUrl: string, taskId: string, count: number): Promise<void> {
  await withAdmin(databaseUrl, async (client) => {
    await client.query(
      `CREATE TEMP TABLE copy AS SELECT n, uuidv7() AS id FROM generate_series(1, ${count}) AS n`,
    );
    await client.query(
      `INSERT INTO task SELECT made.* FROM task t CROSS JOIN copy CROSS JOIN LATERAL jsonb_populate_record(t,
        jsonb_build_object('id', copy.id, 'resource_keys', jsonb_build_array('service:bench/copy-' || copy.n))) made
      WHERE t.id = $1`,
      [taskId],
    );
    await client.query(
      `INSERT INTO task_revision SELECT made.* FROM task_revision r CROSS JOIN copy CROSS JOIN LATERAL
        jsonb_populate_record(r, jsonb_build_object('task_id', copy.id)) made WHERE r.task_id = $1`,
      [taskId],
    );
    await client.query(
      `INSERT INTO approval SELECT made.* FROM approval a CROSS JOIN copy CROSS JOIN LATERAL
        jsonb_populate_record(a, jsonb_build_object('task_id', copy.id, 'id', uuidv7())) made WHERE a.task_id = $1`,
      [taskId],
    );
    await client.query("VACUUM ANALYZE");
    await client.query("CHECKPOINT");
  });
}

/** Every task in review on which this reviewer has not answered yet. */
export async function preparedTasks(databaseUrl: string, reviewerId: string): Promise<PreparedTask[]> {
  return withAdmin(databaseUrl, async (client) => {
    const { rows } = await client.query<PreparedTask>(
      `SELECT t.id AS task_id, t.version, a.id AS approval_id FROM task t JOIN approval a ON a.task_id = t.id
        AND a.revision = t.revision WHERE t.state = 'REVIEWING' AND a.reviewer_id = $1 AND a.status = 'PENDING'
        ORDER BY t.id`,
      [reviewerId],
    );
    return rows;
  });
}
