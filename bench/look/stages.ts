import { withAdmin } from "@ade/testkit/template";

/** Where a life's time goes, read from its ledger: medians in milliseconds, and the slowest pick-up of a hundred. */
export type Stages = {
  to_review_ms: number;
  to_apply_ms: number;
  to_apply_p99_ms: number;
  applying_ms: number;
  lives: number;
};

/** Of the lives that were submitted since then. */
export async function readStages(databaseUrl: string, since = new Date(0)): Promise<Stages> {
  return withAdmin(databaseUrl, async (client) => {
    const { rows } = await client.query<Stages>(
      `
      WITH life AS (
        SELECT task_id,
          min(at) FILTER (WHERE action = 'task.submitted') AS submitted,
          min(at) FILTER (WHERE action = 'task.review_started') AS in_review,
          min(at) FILTER (WHERE action = 'task.approved') AS approved,
          min(at) FILTER (WHERE action = 'task.apply_started') AS begun,
          min(at) FILTER (WHERE action = 'task.completed') AS completed
        FROM ledger_entry WHERE task_id IS NOT NULL GROUP BY task_id),
      took AS (
        SELECT 1000 * extract(epoch FROM in_review - submitted) AS review,
          1000 * extract(epoch FROM begun - approved) AS pick_up,
          1000 * extract(epoch FROM completed - begun) AS applying
        FROM life WHERE completed IS NOT NULL AND submitted >= $1)
      SELECT count(*)::int AS lives,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY review)::float8 AS to_review_ms,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY pick_up)::float8 AS to_apply_ms,
        percentile_cont(0.99) WITHIN GROUP (ORDER BY pick_up)::float8 AS to_apply_p99_ms,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY applying)::float8 AS applying_ms
      FROM took`,
      [since],
    );
    return rows[0]!;
  });
}

/** Transactions that this database has committed so far, as far as its backends have told. */
export async function readCommits(databaseUrl: string): Promise<number> {
  return withAdmin(databaseUrl, async (client) => {
    const { rows } = await client.query<{ commits: number }>(
      "SELECT xact_commit::float8 AS commits FROM pg_stat_database WHERE datname = current_database()",
    );
    return rows[0]!.commits;
  });
}
