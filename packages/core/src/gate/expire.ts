import { cancelBySystem, NOT_BEGUN } from "./cancel.ts";
import type { GateDeps } from "./deps.ts";

const AT_ONCE = 500;
const EXPIRED = `SELECT t.id FROM task t WHERE t.expires_at <= now() AND ${NOT_BEGUN}
  ORDER BY t.expires_at LIMIT ${AT_ONCE}`;

/** Cancels what nobody let through while it was worth something. Every worker's sweep; answers how many. */
export async function cancelExpired(deps: GateDeps): Promise<number> {
  const { rows } = await deps.pool.query<{ id: string }>({ name: "gate-expired", text: EXPIRED });
  const problem = { code: "EXPIRED", message: "Nobody let it through while its agent waited." };
  for (const { id } of rows) {
    await cancelBySystem(deps, id, ({ expires_at, now }) =>
      expires_at !== null && expires_at <= now ? problem : null,
    );
  }
  return rows.length;
}
