import type { Pool } from "pg";
import type { Clock } from "../../kernel/clock.ts";
import type { LockConnection } from "../connection.ts";
import type { LockStatus } from "../schema.ts";
import { readEpoch } from "../store.ts";
import { toIso } from "../wire.ts";
import type { WaitingRoom } from "./waiting-room.ts";

/** Whether the lock store answers this process now, whether it waits out a loss, and how many queue in PostgreSQL. */
export async function readStatus(deps: {
  connection: LockConnection;
  pool: Pool;
  room: WaitingRoom;
  clock: Clock;
}): Promise<LockStatus> {
  const probed = deps.connection.probe().then(
    () => true,
    () => false,
  );
  const [available, { row }, queued_in_database] = await Promise.all([
    probed,
    readEpoch(deps.pool),
    deps.room.count(),
  ]);
  const graceMs = row?.grace_ms ?? 0;
  const grace_until = graceMs > 0 ? toIso(deps.clock.now().getTime() + graceMs) : null;
  return { available, grace_until, queued_in_database };
}
