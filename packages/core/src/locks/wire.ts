import type { EventDraft } from "../ledger/schema.ts";
import type { Lock, LockKind } from "./schema.ts";

/** A lock as the scripts describe it: what everybody may see, and what only its keeping needs. */
export type HeldLock = Lock & {
  principal_id: string;
  mode_letter: "x" | "s" | "c";
  acquired_ms: number;
  hold_until_ms: number;
};

/** Reads lua's `describe` (lib/records.lua). Pure. */
export function toHeldLock(described: unknown): HeldLock {
  const [id, key, letter, principal, owner, agent, purpose, token, acquired, expires, holdUntil] =
    described as string[];
  const colon = key!.indexOf(":");
  return {
    id: id!,
    resource_type: key!.slice(0, colon) as LockKind,
    resource_id: key!.slice(colon + 1),
    key: key!,
    mode: letter === "x" ? "exclusive" : "shared",
    owner_id: owner!,
    agent_id: agent!,
    acquired_at: toIso(acquired),
    expires_at: toIso(expires),
    fencing_token: Number(token),
    purpose: purpose || null,
    principal_id: principal!,
    mode_letter: letter as HeldLock["mode_letter"],
    acquired_ms: Number(acquired),
    hold_until_ms: Number(holdUntil),
  };
}

/** Leaves out what only its keeping needs. Pure. */
export function toLock(held: HeldLock): Lock {
  const { principal_id: _p, mode_letter: _m, acquired_ms: _a, hold_until_ms: _h, ...lock } = held;
  return lock;
}

/** Milliseconds as the scripts write them, in ISO 8601. Pure. */
export function toIso(ms: unknown): string {
  return new Date(Number(ms)).toISOString();
}

/** The live events of locks, with the payloads of the source specification. Pure. */
export const lockEvents = {
  acquired: (lock: Lock): EventDraft =>
    draft("lock:acquired", lock, {
      agent_id: lock.agent_id,
      acquired_at: lock.acquired_at,
      expires_at: lock.expires_at,
    }),
  released: (lock: Lock, released_at: string, reason?: string): EventDraft =>
    draft("lock:released", lock, {
      agent_id: lock.agent_id,
      released_at,
      ...(reason === undefined ? {} : { reason }),
    }),
  expired: (lock: Lock): EventDraft =>
    draft("lock:expired", lock, { agent_id: lock.agent_id, expired_at: lock.expires_at }),
};

function draft(event: string, lock: Lock, more: Record<string, unknown>): EventDraft {
  const { id, resource_type, resource_id, key, agent_id } = lock;
  // A task's and an agent's lock are told where the task and the agent are followed.
  const channels = ["locks", key, ...(key === `agent:${agent_id}` ? [] : [`agent:${agent_id}`])];
  return { event, channels, payload: { lock_id: id, resource_type, resource_id, ...more } };
}
