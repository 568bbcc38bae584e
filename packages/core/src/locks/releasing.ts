import type { Actor } from "../kernel/actor.ts";
import type { EventDraft } from "../ledger/schema.ts";
import type { Ledger } from "../ledger/service.ts";
import type { LockConnection } from "./connection.ts";
import { lockExpired, notHolder } from "./errors.ts";
import type { Grants } from "./grants.ts";
import { compactId } from "./keys.ts";
import { withoutQueue } from "./reading.ts";
import type { QueuedLock } from "./schema.ts";
import { type HeldLock, lockEvents, toHeldLock, toIso } from "./wire.ts";

type Deps = {
  connection: LockConnection;
  grants: Grants;
  ledger: Pick<Ledger, "record">;
  emit: (event: EventDraft) => void;
  get: (id: string) => Promise<QueuedLock>;
};

/** Letting go of locks: by their holders, and by force. */
export function createReleasing({ connection, grants, ledger, emit, get }: Deps) {
  /** The status, and of what is released what it was and when. */
  async function letGo(
    id: string,
    principalId: string,
    force: boolean,
  ): Promise<[status: string, released?: HeldLock, at?: unknown]> {
    const id32 = compactId(id);
    if (!id32) throw lockExpired();
    // What this process was granted it need not be told.
    const known = grants.get(id)?.lock;
    const how = force ? "f" : known ? "" : "d";
    const { now_ms, result } = await connection.join("release", id32, [id32, principalId, how]);
    const [status, described] = Array.isArray(result) ? result : [result];
    if (status !== "FOREIGN") grants.drop(id);
    if (status !== "RELEASED") return [String(status)];
    return ["RELEASED", known ?? toHeldLock(described), now_ms];
  }

  return {
    /** @throws NOT_FOUND 404, FORBIDDEN 403 */
    async release(input: { principal_id: string; lock_id: string }): Promise<void> {
      const [status, released, at] = await letGo(input.lock_id, input.principal_id, false);
      if (status === "FOREIGN") throw notHolder();
      if (status !== "RELEASED" || !released) throw lockExpired();
      emit(lockEvents.released(released, toIso(at)));
    },

    /**
     * Takes a lock from its holder, who finds out by its next heartbeat; the lock delay applies. Recorded as
     * `lock.force_released` before it is done.
     *
     * @throws NOT_FOUND 404
     */
    async forceRelease(
      actor: Actor,
      { lock_id, reason }: { lock_id: string; reason: string },
    ): Promise<void> {
      const lock = withoutQueue(await get(lock_id));
      const { key, mode, owner_id, agent_id, fencing_token, purpose } = lock;
      await ledger.record(actor, [
        {
          action: "lock.force_released",
          entity_type: "lock",
          entity_id: lock_id,
          ...(lock.resource_type === "task" ? { task_id: lock.resource_id } : {}),
          reason,
          detail: { key, mode, owner_id, agent_id, fencing_token, purpose },
        },
      ]);
      const [status, , at] = await letGo(lock_id, "", true);
      if (status === "RELEASED") emit(lockEvents.released(lock, toIso(at), reason));
    },
  };
}
