import type { HeldLock } from "./wire.ts";

/** What this process knows of a lock that it was granted: enough to put it back where Redis forgot it. */
export type Grant = {
  lock: HeldLock;
  acquire_id: string;
  lock_delay_seconds: number;
  ttl_seconds: number;
  /** Monotonic time when the request of the last good answer went out. */
  sent_at_ms: number;
  /** The lease that the answer gave, counted from then. */
  lease_ms: number;
};

/** Beyond so many the oldest are forgotten; they can then not be re-asserted after a loss of Redis. */
const LIMIT = 50_000;

export type Grants = ReturnType<typeof createGrants>;

/** The memory of own grants, bounded, in the order of granting. */
export function createGrants() {
  const grants = new Map<string, Grant>();
  return {
    get: (id: string): Grant | undefined => grants.get(id),
    keep(grant: Grant): void {
      grants.set(grant.lock.id, grant);
      if (grants.size > LIMIT) grants.delete(grants.keys().next().value!);
    },
    /** A heartbeat that went out at `sent_at_ms` was answered with a lease. */
    extend(id: string, lease: { sent_at_ms: number; lease_ms: number; ttl_seconds: number }): void {
      const grant = grants.get(id);
      if (grant) Object.assign(grant, lease);
    },
    drop: (id: string): boolean => grants.delete(id),
    /** True while its holder may still believe in it. */
    isTrusted(grant: Grant, nowMs: number): boolean {
      return nowMs < grant.sent_at_ms + grant.lease_ms;
    },
  };
}
