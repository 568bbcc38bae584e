import { systemActor } from "../kernel/actor.ts";
import { leaveQueue, loadTask, type TaskRecord } from "../tasks/service.ts";
import type { GateDeps } from "./deps.ts";
import { cancelTask } from "./review-store.ts";
import { taskFact } from "./task-facts.ts";

const AT_ONCE = 500;
/** What was begun is not taken back: its agent has been told that it may. */
const EXPIRED = `SELECT id FROM task WHERE expires_at <= now() AND (state IN ('DRAFT', 'SUBMITTED', 'REVIEWING')
  OR state = 'APPROVED' AND attempts = 0) ORDER BY expires_at LIMIT ${AT_ONCE}`;

/** Cancels what nobody let through while it was worth something. Every worker's sweep; answers how many. */
export async function cancelExpired(deps: GateDeps): Promise<number> {
  const { rows } = await deps.pool.query<{ id: string }>({ name: "gate-expired", text: EXPIRED });
  for (const { id } of rows) await expire(deps, id);
  return rows.length;
}

async function expire(deps: GateDeps, id: string): Promise<void> {
  for (
    let task = await loadTask(deps.pool, id);
    task && isExpired(task);
    task = await loadTask(deps.pool, id)
  ) {
    const reason = "Nobody let it through while its agent waited.";
    const fact = taskFact("task.cancelled", task, { from_state: task.state, to_state: "CANCELLED", reason });
    const problem = { code: "EXPIRED", message: reason };
    const rows = await deps.ledger.commit(systemActor("gate"), [fact], cancelTask(task, problem));
    if (rows.length === 0) continue;
    if (task.waiting_for?.kind === "lock") await leaveQueue(deps, id, task.waiting_for.request_id);
    return;
  }
}

function isExpired({ state, attempts, expires_at, now }: TaskRecord): boolean {
  if (expires_at === null || expires_at > now) return false;
  return ["DRAFT", "SUBMITTED", "REVIEWING"].includes(state) || (state === "APPROVED" && attempts === 0);
}
