import type { HeldLock } from "./wire.ts";

/** What this process knows of a lock that it was granted: enough to put it back where Redis forgot it. */
export type Grant = {
  lock: HeldLock;
  /** The acquire that was answered last. */
  attempt: string;
  lock_delay_seconds: number;
  ttl_seconds: number;
  /** Monotonic time when the request of the last good answer went out. */
  sent_at_ms: number;
  /** The lease that the answer gave, counted from then. */
  lease_ms: number;
};

/** Beyond so many the oldest are forgotten; they can then not be re-asserted after a loss of Redis. */
const LIMIT = 100_000;

export type Grants = ReturnType<typeof createGrants>;

/** The memory of own grants, bounded, in the order of granting. */
export function createGrants() {
  const grants = new Map<string, Grant>();
  const byOwner = new Map<string, number>();

  function count({ principal_id, owner_id }: HeldLock, by: 1 | -1): void {
    const owner = `${principal_id}\n${owner_id}\n`;
    const held = (byOwner.get(owner) ?? 0) + by;
    if (held > 0) byOwner.set(owner, held);
    else byOwner.delete(owner);
  }
  function drop(id: string): Grant | undefined {
    const grant = grants.get(id);
    if (grant) {
      grants.delete(id);
      count(grant.lock, -1);
    }
    return grant;
  }

  return {
    get: (id: string): Grant | undefined => grants.get(id),
    keep(grant: Grant): void {
      if (!grants.has(grant.lock.id)) count(grant.lock, 1);
      grants.set(grant.lock.id, grant);
      if (grants.size > LIMIT) drop(grants.keys().next().value!);
    },
    /** A heartbeat that went out at `sent_at_ms` was answered with a lease. */
    extend(id: string, lease: { sent_at_ms: number; lease_ms: number; ttl_seconds: number }): void {
      const grant = grants.get(id);
      if (grant) Object.assign(grant, lease);
    },
    /** Forgets a grant and answers what it was. */
    drop,
    /** Whether an owner (see who.ts) was granted something here, so that its waiting can close a cycle. */
    isHolding: (owner: string): boolean => byOwner.has(owner),
    /** True while its holder may still believe in it. */
    isTrusted(grant: Grant, nowMs: number): boolean {
      return nowMs < grant.sent_at_ms + grant.lease_ms;
    },
  };
}
