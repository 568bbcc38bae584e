import type { Pool } from "pg";
import { type HotWrite, hotWrite, json } from "../../ledger/service.ts";
import type { AgentConnection } from "../schema.ts";
import type { ConnectionCheck, ConnectionTest } from "./schema.ts";

/** One that nobody has ended by then never will be: its worker died, or there is none. */
export const OVERDUE_SECONDS = 90;
const KEPT_HOURS = 1;
const AT_ONCE = 3;

export type TestRow = {
  id: string;
  requested_by: string;
  agent_id: string | null;
  connection: AgentConnection;
  state: ConnectionTest["state"];
  ok: boolean | null;
  checks: ConnectionCheck[];
  overdue: boolean;
};

const COLUMNS = `id, requested_by, agent_id, connection, state, ok, checks,
  created_at < now() - interval '${OVERDUE_SECONDS} seconds' AS overdue`;

/** No row in `guard` where this person has as many running as one may have. */
export function insertTest(
  test: Pick<TestRow, "id" | "requested_by" | "agent_id" | "connection" | "checks">,
): HotWrite {
  return hotWrite("agent-test-insert", (p) => {
    const person = p(test.requested_by);
    return `guard AS (INSERT INTO agent_connection_test (id, requested_by, agent_id, connection, checks)
      SELECT ${p(test.id)}::uuid, ${person}::uuid, ${p(test.agent_id)}::uuid, ${p(json(test.connection))}::jsonb,
        ${p(json(test.checks))}::jsonb
      WHERE (SELECT count(*) FROM agent_connection_test WHERE requested_by = ${person}::uuid AND state = 'running'
        AND created_at > now() - interval '${OVERDUE_SECONDS} seconds') < ${AT_ONCE}
      RETURNING id)`;
  });
}

export async function findTest(pool: Pool, id: string): Promise<TestRow | null> {
  const { rows } = await pool.query<TestRow>({
    name: "agent-test",
    text: `SELECT ${COLUMNS} FROM agent_connection_test WHERE id = $1`,
    values: [id],
  });
  return rows[0] ?? null;
}

/** Takes a test up; null where it has ended, is late, or another worker has it. */
export async function claimTest(pool: Pool, id: string): Promise<TestRow | null> {
  const { rows } = await pool.query<TestRow>({
    name: "agent-test-claim",
    text: `UPDATE agent_connection_test SET held_until = created_at + interval '${OVERDUE_SECONDS} seconds',
        updated_at = now()
      WHERE id = $1 AND state = 'running' AND held_until IS NULL
        AND created_at > now() - interval '${OVERDUE_SECONDS} seconds'
      RETURNING ${COLUMNS}`,
    values: [id],
  });
  return rows[0] ?? null;
}

export async function storeChecks(pool: Pool, id: string, test: Omit<ConnectionTest, "id">): Promise<void> {
  await pool.query({
    name: "agent-test-checks",
    text: `UPDATE agent_connection_test SET state = $2, ok = $3, checks = $4::jsonb, updated_at = now()
      WHERE id = $1 AND state = 'running'`,
    values: [id, test.state, test.ok, JSON.stringify(test.checks)],
  });
}

export async function forgetTests(pool: Pool): Promise<void> {
  await pool.query(
    `DELETE FROM agent_connection_test WHERE created_at < now() - interval '${KEPT_HOURS} hours'`,
  );
}
