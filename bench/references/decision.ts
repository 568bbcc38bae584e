import type { Actor } from "@ade/core/kernel/actor";
import type { Pool } from "pg";
import type { PreparedTask } from "../look/prepared-tasks.ts";
import { ENTRY_COLUMNS, hex, idPlaces, ledgerRow, rowPlaces } from "./ledger-rows.ts";

/** Details as long as core's own (`taskFact`), with the same keys. */
function detailOf(task: PreparedTask, actor: Actor, more: Record<string, unknown>): string {
  return JSON.stringify({
    type: "test.noop",
    revision: 1,
    author_id: actor.id,
    watchers: [actor.id, task.task_id, task.approval_id, actor.id],
    resources: ["service:bench/copy-12345"],
    ...more,
  });
}

const MOVE_TASK = `UPDATE task SET state = 'APPROVED', current_approvals = 2, problem = NULL, approved_at = now(),
  apply_after = now(), waiting_for = NULL, apply_immediately = false, version = version + 1, updated_at = now(),
  state_since = now() WHERE id = $1 AND version = $2`;
const ANSWER = `status = 'APPROVED', action = 'approve', reason = NULL, content_hash = $4, responded_at = now(),
  apply_immediately = false, release_at = NULL`;

const RECORD = (from: number) => {
  const [first, second] = idPlaces(2, from);
  return `entries AS (INSERT INTO ledger_entry (${ENTRY_COLUMNS}) VALUES ${rowPlaces(2, from)}),
  personal AS (INSERT INTO ledger_personal (entry_id, salt, ip, user_agent)
    VALUES (${first}, $${from - 2}, '127.0.0.1', 'bench'), (${second}, $${from - 1}, '127.0.0.1', 'bench'))
  INSERT INTO ledger_pending (entry_id) VALUES (${first}), (${second})`;
};

const ONE_STATEMENT = `WITH moved AS (${MOVE_TASK}),
  answered AS (UPDATE approval SET ${ANSWER} WHERE id = $3),
  closed AS (UPDATE approval SET status = 'CLOSED' WHERE task_id = $1 AND revision = 1 AND status = 'PENDING'
    AND id <> $3),
  ${RECORD(7)}`;

const ANSWER_AND_CLOSE = `UPDATE approval SET status = CASE WHEN id = $2 THEN 'APPROVED' ELSE 'CLOSED' END,
    action = CASE WHEN id = $2 THEN 'approve' END, content_hash = CASE WHEN id = $2 THEN $3 END,
    responded_at = CASE WHEN id = $2 THEN now() END, reason = NULL, apply_immediately = false, release_at = NULL
  WHERE task_id = $1 AND revision = 1 AND status = 'PENDING'`;

/** The values of one decision, made before time is measured. */
export function decisionValues(task: PreparedTask, actor: Actor): unknown[] {
  const common = { task_id: task.task_id };
  const content_hash = hex();
  const responded = {
    ...common,
    action: "approval.responded",
    entity_type: "approval",
    entity_id: task.approval_id,
    from_state: "PENDING",
    to_state: "APPROVED",
    detail: detailOf(task, actor, { reviewer_id: actor.id, response: "approve", content_hash }),
  };
  const approved = {
    ...common,
    action: "task.approved",
    entity_type: "task",
    entity_id: task.task_id,
    from_state: "REVIEWING",
    to_state: "APPROVED",
    detail: detailOf(task, actor, { priority: 50, apply_immediately: false, content_hash }),
  };
  return [
    ...[task.task_id, task.version, task.approval_id, content_hash, hex().slice(0, 22), hex().slice(0, 22)],
    ...ledgerRow(responded, actor),
    ...ledgerRow(approved, actor),
  ];
}

/** The rows of one decision by one prepared statement, and so one transaction. */
export async function writeDecision(pool: Pool, values: unknown[]): Promise<void> {
  await pool.query({ name: "bare-decision", text: ONE_STATEMENT, values });
}

/** The same rows by BEGIN, three prepared statements and COMMIT. */
export async function writeDecisionInThree(pool: Pool, values: unknown[]): Promise<void> {
  const [taskId, version, approvalId, contentHash, ...ledger] = values;
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    await client.query({ name: "three-task", text: MOVE_TASK, values: [taskId, version] });
    await client.query({
      name: "three-approvals",
      text: ANSWER_AND_CLOSE,
      values: [taskId, approvalId, contentHash],
    });
    await client.query({ name: "three-ledger", text: `WITH ${RECORD(3)}`, values: ledger });
    await client.query("COMMIT");
  } finally {
    client.release();
  }
}
