import { randomUUID } from "node:crypto";
import type { ContendedKey, Lock, LockMode, LockWaiter } from "../schema.ts";

/** Test data: a party with only its name mattering. */
const party = (owner_id: string) => ({ owner_id, agent_id: "agent", purpose: null });

export type Shape = {
  holders: string[];
  queue: (readonly [owner: string, mode: LockMode])[];
  mode: LockMode;
};

/** A contended key as the lock store tells of it; `agent:…` is counted. */
export function contended(key: string, { holders, queue, mode }: Shape): ContendedKey {
  const [resource_type, resource_id] = [key.slice(0, key.indexOf(":")), key.slice(key.indexOf(":") + 1)] as [
    ContendedKey["resource_type"],
    string,
  ];
  return {
    key,
    resource_type,
    resource_id,
    mode: holders.length > 0 ? mode : null,
    delayed_until: null,
    holders: holders.map((owner) => heldLock(owner, key, { mode })),
    queue: queue.map(([owner, waits], at) => waiter(owner, waits, at + 1)),
    queue_length: queue.length,
  };
}

export function heldLock(owner: string, key: string, over: Partial<Lock> = {}): Lock {
  return {
    id: randomUUID(),
    resource_type: "resource",
    resource_id: key.slice(key.indexOf(":") + 1),
    key,
    mode: "exclusive",
    ...party(owner),
    acquired_at: "2026-11-21T10:00:00.000Z",
    expires_at: "2026-11-21T10:00:30.000Z",
    fencing_token: 1,
    ...over,
  };
}

export function waiter(owner: string, mode: LockMode, queue_position: number, priority = 50): LockWaiter {
  return {
    request_id: randomUUID(),
    mode,
    ...party(owner),
    priority,
    requested_at: "2026-11-21T10:00:01.000Z",
    queue_position,
    estimated_wait_seconds: null,
  };
}
