import { setTimeout as delay } from "node:timers/promises";
import type { Db } from "../deps.ts";
import { STALE_AFTER_SECONDS } from "../health/status.ts";
import { CheckFailed, type CheckRun, type Checks } from "./check-run.ts";

export const WORKER_CHECKS: Checks = [{ name: "heartbeat", title: "It sends a heartbeat" }];

const LOOK_EVERY_MS = 500;

/** The agent pulls its tasks: all there is to see of it is that it lives. Waits as long as one may be silent. */
export async function checkWorker(
  run: CheckRun,
  options: { db: Db; agentId: string | null; publicUrl: string },
  stopped: AbortSignal,
): Promise<void> {
  const { db, agentId, publicUrl } = options;
  if (!agentId) {
    const next = "Make it, start it with its key, and test again from its page.";
    run.skip("heartbeat", "There is no agent yet that could send one.", next);
    return;
  }
  await run.step("heartbeat", async () => {
    const before = await lastOf(db, agentId);
    const signal = AbortSignal.any([stopped, AbortSignal.timeout(STALE_AFTER_SECONDS * 1000)]);
    while (!signal.aborted) {
      const at = await lastOf(db, agentId);
      if (at !== null && at !== before) return { message: "A heartbeat came in.", found: undefined };
      await delay(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
    throw new CheckFailed(
      before ? "It has been heard before, but not during this test." : "It has never been heard.",
      `Start it with its key; every 10 s it sends POST ${new URL(`/api/v1/agents/${agentId}/heartbeat`, publicUrl).href} {"active_tasks": 0}.`,
    );
  });
}

async function lastOf(db: Db, id: string): Promise<number | null> {
  const { rows } = await db.query<{ at: Date | null }>({
    name: "agent-last-heartbeat",
    text: "SELECT last_heartbeat_at AS at FROM agent WHERE id = $1",
    values: [id],
  });
  return rows[0]?.at?.getTime() ?? null;
}
