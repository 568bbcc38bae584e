import type { Clock } from "../kernel/clock.ts";
import type { LockConnection } from "./connection.ts";
import { lockExpired, notHolder } from "./errors.ts";
import type { Grants } from "./grants.ts";
import { extendLocks } from "./heartbeat.ts";
import { withoutQueue } from "./reading.ts";
import type { HeartbeatResult, Lock, QueuedLock } from "./schema.ts";
import { toIso } from "./wire.ts";

/** Keeping locks alive. */
export function createKeeping(deps: {
  connection: LockConnection;
  grants: Grants;
  clock: Clock;
  get: (id: string) => Promise<QueuedLock>;
}) {
  return {
    /** @throws NOT_FOUND 404 where it expired, FORBIDDEN 403 where another principal holds it */
    async heartbeat(input: {
      principal_id: string;
      lock_id: string;
      ttl_extension_seconds: number;
    }): Promise<Lock> {
      const { lock_id, ...request } = input;
      const [result] = await extendLocks(deps, { ...request, lock_ids: [lock_id] });
      if (result?.status !== "held") throw result?.status === "foreign" ? notHolder() : lockExpired();
      return withoutQueue(await deps.get(lock_id));
    },

    /** Up to 200 locks, one script call for each partition. Answers in the order of `lock_ids`. */
    async heartbeatMany(input: {
      principal_id: string;
      lock_ids: readonly string[];
      ttl_extension_seconds: number;
    }): Promise<HeartbeatResult[]> {
      const results = await extendLocks(deps, input);
      const now = deps.clock.now().getTime();
      return results.map((result) =>
        result.status === "held"
          ? { id: result.id, ok: true, expires_at: toIso(now + result.lease_ms) }
          : { id: result.id, ok: false, code: result.status === "foreign" ? "FORBIDDEN" : "NOT_FOUND" },
      );
    },

    /** As heartbeatMany, with the length of each lease; for keepLease. */
    async beat(input: { principal_id: string; lock_ids: readonly string[]; ttl_extension_seconds: number }) {
      const results = await extendLocks(deps, input);
      return results.map((result) => ({
        id: result.id,
        ok: result.status === "held",
        lease_ms: result.status === "held" ? result.lease_ms : 0,
      }));
    },

    /** The lease of a lock that this process was granted, from the time of sending; for keepLease. */
    leaseOf: (lockId: string) => deps.grants.get(lockId),
  };
}
