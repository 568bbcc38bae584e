import { inGrace } from "./acquire.ts";
import type { LockConnection } from "./connection.ts";
import { lockExpired } from "./errors.ts";
import { compactId, lockName } from "./keys.ts";
import { getLock, listLocks } from "./listing.ts";
import type { ListLocksQuery, Lock, LockKind, QueuedLock } from "./schema.ts";
import { toHeldLock, toLock } from "./wire.ts";

/** What can be asked of held locks. */
export function createReading(connection: LockConnection) {
  async function holders(kind: LockKind, id: string) {
    const { field } = lockName(kind, id);
    const [, now, graceLeft, ...locks] = await connection.run("holders", field, [field]);
    return { locks: locks.map(toHeldLock), now_ms: Number(now), grace_left_ms: Number(graceLeft) };
  }

  return {
    /** @throws NOT_FOUND 404 */
    async get(id: string): Promise<QueuedLock> {
      const id32 = compactId(id);
      const lock = id32 && (await getLock(connection, id32));
      if (!lock) throw lockExpired();
      return lock;
    },

    /** A page of the held locks. @throws VALIDATION_ERROR 400 for a cursor of another list */
    list: (query: ListLocksQuery) => listLocks(connection, query),

    /** Who holds a resource now; of several (shared) the first. Null too where nobody can tell, in the grace after a loss. */
    async holderOf(kind: LockKind, id: string): Promise<Lock | null> {
      const [first] = (await holders(kind, id)).locks;
      return first ? toLock(first) : null;
    },

    /**
     * Milliseconds that the lease under this token has left; null where it is gone for good.
     *
     * @throws DEPENDENCY_UNAVAILABLE 503 while nobody can tell: without Redis, and in the grace after a loss
     */
    async leaseLeft(kind: LockKind, id: string, fencingToken: number): Promise<number | null> {
      const { locks, now_ms, grace_left_ms } = await holders(kind, id);
      const lock = locks.find(({ fencing_token }) => fencing_token === fencingToken);
      if (lock) return lock.expires_ms - now_ms;
      const isSucceeded = locks.some(({ fencing_token }) => fencing_token > fencingToken);
      if (!isSucceeded && grace_left_ms > 0) throw inGrace(grace_left_ms);
      return null;
    },
  };
}

/** A lock without its queue. Pure. */
export function withoutQueue({ queue, queue_length, ...lock }: QueuedLock): Lock {
  return lock;
}
