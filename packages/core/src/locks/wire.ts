import type { EventDraft } from "../ledger/schema.ts";
import { expandId } from "./keys.ts";
import type { Lock, LockHolder, LockKind, LockMode, LockStanding, LockWaiter } from "./schema.ts";
import { type Party, parseWho } from "./who.ts";

/** The letter that the scripts know a mode by. */
export type ModeLetter = "x" | "s" | "c";

/** A lock as the scripts describe it: what everybody may see, and what only its keeping needs. */
export type HeldLock = Lock & {
  principal_id: string;
  mode_letter: ModeLetter;
  acquired_ms: number;
  expires_ms: number;
  hold_until_ms: number;
};

type Described = [
  id32: string,
  key: string,
  mode: ModeLetter,
  who: string,
  token: number,
  acquired_ms: number,
  expires_ms: number,
  hold_until_ms: number,
];

/** Reads lua's `describe` (lib/holders.lua). Pure. */
export function toHeldLock(described: unknown): HeldLock {
  const [id32, key, mode_letter, who, fencing_token, acquired_ms, expires_ms, hold_until_ms] =
    described as Described;
  return heldLock(expandId(id32), key, mode_letter, parseWho(who), {
    fencing_token,
    acquired_ms,
    expires_ms,
    hold_until_ms,
  });
}

/** A lock from its parts. Pure. */
export function heldLock(
  id: string,
  key: string,
  mode_letter: ModeLetter,
  { principal_id, owner_id, agent_id, purpose }: Party,
  granted: { fencing_token: number; acquired_ms: number; expires_ms: number; hold_until_ms: number },
): HeldLock {
  const { fencing_token, acquired_ms, expires_ms, hold_until_ms } = granted;
  return {
    id,
    ...splitKey(key),
    key,
    mode: modeOf(mode_letter),
    owner_id,
    agent_id,
    purpose,
    acquired_at: toIso(acquired_ms),
    expires_at: toIso(expires_ms),
    fencing_token,
    principal_id,
    mode_letter,
    acquired_ms,
    expires_ms,
    hold_until_ms,
  };
}

/** Leaves out what only its keeping needs. Pure. */
export function toLock(held: HeldLock): Lock {
  // Spelled out: leaving out by rest costs several times as much.
  const { id, resource_type, resource_id, key, mode, owner_id, agent_id, purpose } = held;
  const { acquired_at, expires_at, fencing_token } = held;
  return {
    id,
    resource_type,
    resource_id,
    key,
    mode,
    owner_id,
    agent_id,
    purpose,
    acquired_at,
    expires_at,
    fencing_token,
  };
}

/** Reads lua's `describe_waiter` (lib/waiters.lua), with the owner as the scripts compare it. Pure. */
export function toWaiter(described: unknown): LockWaiter & { owner: string } {
  const [id32, mode, who, priority, since, position, estimate] = described as [
    string,
    ModeLetter,
    string,
    number,
    number,
    number,
    number,
  ];
  const { principal_id, owner_id, agent_id, purpose } = parseWho(who);
  return {
    owner: `${principal_id}\n${owner_id}\n`,
    request_id: expandId(id32),
    mode: modeOf(mode),
    owner_id,
    agent_id,
    purpose,
    priority,
    requested_at: toIso(since),
    queue_position: position,
    estimated_wait_seconds: toSeconds(estimate),
  };
}

/** A place in a queue as a script told it, with Redis' time when it did. */
export type Standing = { standing: LockStanding; now_ms: number };

/** Reads lua's `standing` (lib/waits.lua). Pure. */
export function toStanding(reply: readonly unknown[]): Standing {
  const [, id32, position, now_ms, lease, deadline, estimate, key, mode, who, , holder] = reply as [
    string,
    string,
    number,
    number,
    number,
    number,
    number,
    string,
    ModeLetter,
    string,
    number,
    unknown,
  ];
  const id = expandId(id32);
  const standing: LockStanding = {
    acquired: false,
    id,
    request_id: id,
    ...splitKey(key),
    mode: modeOf(mode),
    owner_id: parseWho(who).owner_id,
    queue_position: position,
    estimated_wait_seconds: toSeconds(estimate),
    holder: holder ? toHolder(toHeldLock(holder)) : null,
    ask_again_before: toIso(lease),
    waits_until: toIso(deadline),
  };
  return { standing, now_ms };
}

/** The holder's part of a lock. Pure. */
export function toHolder({ agent_id, owner_id, purpose, acquired_at, expires_at }: HeldLock): LockHolder {
  return { agent_id, owner_id, purpose, acquired_at, expires_at };
}

export function splitKey(key: string): { resource_type: LockKind; resource_id: string } {
  const colon = key.indexOf(":");
  return { resource_type: key.slice(0, colon) as LockKind, resource_id: key.slice(colon + 1) };
}

export const modeOf = (letter: string): LockMode => (letter === "x" ? "exclusive" : "shared");

/** The last second that was written out, since those of one moment are nearly all the same. */
const recent = new Map<number, string>();
const RECENT = 64;

/** Milliseconds as the scripts give them, in ISO 8601. */
export function toIso(given: unknown): string {
  const ms = Math.floor(Number(given));
  const second = Math.floor(ms / 1000);
  let text = recent.get(second);
  if (text === undefined) {
    text = new Date(second * 1000).toISOString().slice(0, -4);
    if (recent.size === RECENT) recent.clear();
    recent.set(second, text);
  }
  return `${text}${String(ms - second * 1000).padStart(3, "0")}Z`;
}

const toSeconds = (ms: number): number | null => (ms < 0 ? null : Math.ceil(ms / 1000));

/** The live events of locks, with the payloads of the source specification. Pure. */
export const lockEvents = {
  acquired: (lock: Lock): EventDraft =>
    draft("lock:acquired", lock.id, lock, {
      acquired_at: lock.acquired_at,
      expires_at: lock.expires_at,
    }),
  released: (lock: Lock, released_at: string, reason?: string): EventDraft =>
    draft("lock:released", lock.id, lock, { released_at, ...(reason === undefined ? {} : { reason }) }),
  expired: (lock: Lock): EventDraft => draft("lock:expired", lock.id, lock, { expired_at: lock.expires_at }),
  queued: (standing: LockStanding, agent_id: string): EventDraft =>
    draft(
      "lock:queued",
      standing.request_id,
      { ...standing, agent_id },
      {
        request_id: standing.request_id,
        queue_position: standing.queue_position,
      },
    ),
};

type About = { resource_type: string; resource_id: string; agent_id: string };

function draft(event: string, lock_id: string, about: About, more: Record<string, unknown>): EventDraft {
  const { resource_type, resource_id, agent_id } = about;
  const key = `${resource_type}:${resource_id}`;
  // A task's and an agent's lock are told where the task and the agent are followed.
  const channels = ["locks", key, ...(key === `agent:${agent_id}` ? [] : [`agent:${agent_id}`])];
  return { event, channels, payload: { lock_id, resource_type, resource_id, agent_id, ...more } };
}
