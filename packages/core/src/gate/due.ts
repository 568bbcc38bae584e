import type { Pool } from "pg";
import { deterministicId } from "../kernel/ids.ts";
import { IMMEDIATE_PRIORITY, QUEUES, type QueueName, type WakeUp } from "./wake-ups.ts";

/** What a wake-up of the sealer normally starts within; only what is older has lost its job. */
const GRACE_SECONDS = 3;
/** One bucket, one id: sweeps of several workers insert a job once, and again in the next bucket if it is still due. */
const BUCKET_MS = 5_000;
const LIMIT = 1_000;

const DUE = `
  (SELECT 'apply' AS queue, id::text,
      CASE WHEN apply_immediately THEN ${IMMEDIATE_PRIORITY} ELSE priority END AS priority FROM task
    WHERE state = 'APPROVED' AND apply_after <= now() - make_interval(secs => ${GRACE_SECONDS})
    ORDER BY apply_after LIMIT ${LIMIT})
  UNION ALL (SELECT 'plan', t.id::text, 0 FROM task t
    JOIN task_revision r ON r.task_id = t.id AND r.revision = t.revision
    WHERE t.updated_at <= now() - make_interval(secs => ${GRACE_SECONDS})
      AND (t.state = 'SUBMITTED' OR (t.state = 'DRAFT' AND r.plan_state = 'pending' AND t.problem IS NULL
        AND t.created_at > now() - interval '1 hour'))
    ORDER BY t.updated_at LIMIT ${LIMIT})
  UNION ALL (SELECT 'release', t.id::text, 0 FROM task t
    WHERE t.state = 'REVIEWING' AND EXISTS (SELECT 1 FROM approval a
      WHERE a.task_id = t.id AND a.revision = t.revision AND a.release_at <= now()
        AND (a.status <> 'APPROVED' OR t.current_approvals >= t.required_approvals))
    LIMIT ${LIMIT})`;

/** Wake-ups for everything whose next step is the system's: what makes a lost job harmless. */
export async function findDue(pool: Pool, now: Date): Promise<WakeUp[]> {
  const { rows } = await pool.query<{ queue: QueueName; id: string; priority: number }>({
    name: "gate-due",
    text: DUE,
  });
  const bucket = Math.floor(now.getTime() / BUCKET_MS);
  const wakeUps = rows.map(({ queue, id, priority }) => ({
    queue,
    id: deterministicId(`${queue}:${id}:${bucket}`),
    data: { task_id: id },
    priority,
  }));
  const { rows: requests } = await pool.query<{ id: string }>(
    `SELECT id::text FROM plan_request WHERE answered_at IS NULL
      AND created_at BETWEEN now() - interval '1 minute' AND now() - make_interval(secs => ${GRACE_SECONDS}) LIMIT 100`,
  );
  const plans = requests.map(({ id }) => ({
    queue: QUEUES.plan,
    id: deterministicId(`plan:${id}:${bucket}`),
    data: { plan_request_id: id },
  }));
  return [...wakeUps, ...plans];
}
