import type { TaskRecord } from "../tasks/service.ts";
import { cancelBySystem } from "./cancel.ts";
import type { GateDeps } from "./deps.ts";

const AT_ONCE = 500;
/** What was begun is not taken back: its agent has been told that it may. */
const EXPIRED = `SELECT id FROM task WHERE expires_at <= now() AND (state IN ('DRAFT', 'SUBMITTED', 'REVIEWING')
  OR state = 'APPROVED' AND attempts = 0) ORDER BY expires_at LIMIT ${AT_ONCE}`;

/** Cancels what nobody let through while it was worth something. Every worker's sweep; answers how many. */
export async function cancelExpired(deps: GateDeps): Promise<number> {
  const { rows } = await deps.pool.query<{ id: string }>({ name: "gate-expired", text: EXPIRED });
  const problem = { code: "EXPIRED", message: "Nobody let it through while its agent waited." };
  for (const { id } of rows) await cancelBySystem(deps, id, (task) => (isExpired(task) ? problem : null));
  return rows.length;
}

function isExpired({ state, attempts, expires_at, now }: TaskRecord): boolean {
  if (expires_at === null || expires_at > now) return false;
  return ["DRAFT", "SUBMITTED", "REVIEWING"].includes(state) || (state === "APPROVED" && attempts === 0);
}
