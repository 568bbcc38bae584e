import type { Clock } from "../kernel/clock.ts";
import { errors } from "../kernel/errors.ts";
import type { Ids } from "../kernel/ids.ts";
import type { EventDraft } from "../ledger/schema.ts";
import type { Turnstile } from "./away/turnstile.ts";
import type { LockConnection } from "./connection.ts";
import { lockErrors } from "./errors.ts";
import type { createForgetter } from "./forgetter.ts";
import type { Grants } from "./grants.ts";
import { type LockName, modeLetter, newLockId, ownTail } from "./keys.ts";
import { type LockMode, MAX_TTL_SECONDS, MIN_TTL_SECONDS, WAITER_LEASE_SECONDS } from "./schema.ts";
import { formatWho } from "./who.ts";
import {
  type HeldLock,
  heldLock,
  lockEvents,
  type Standing,
  toHeldLock,
  toHolder,
  toStanding,
} from "./wire.ts";

/** What every key of one request has in common. */
export type AcquireRequest = {
  principal_id: string;
  /** What goes on under the principal; its id where nothing is given. */
  owner_id?: string | undefined;
  /** Who answers for it. */
  agent_id: string;
  purpose?: string | undefined;
  ttl_seconds: number;
  /** The same id, the same grant: makes a retry safe. */
  acquire_id?: string | undefined;
  /** After an abnormal loss nobody gets the resource for so long. */
  lock_delay_seconds?: number | undefined;
  /** Slots of an agent's capacity. */
  capacity?: number | undefined;
  /** So many locks and waits its principal may have; without it, any number. In a cluster an equal part in each partition. */
  quota?: number | undefined;
};

/** How a request waits where the lock is not free. */
export type Waiting = {
  max_wait_seconds: number;
  /** 0 to 100; higher goes first. */
  priority?: number | undefined;
  /** All processes that follow this name are told how the wait ends, and whoever acts on it asks for the rest. */
  group?: string | undefined;
};

export type AcquireDeps = {
  connection: LockConnection;
  grants: Grants;
  forgetter: ReturnType<typeof createForgetter>;
  clock: Clock;
  ids: Ids;
  emit: (event: EventDraft) => void;
  max_hold_seconds: number;
  turnstile: Turnstile;
  /** Called where a queue has no room for one more. */
  onQueueFull: (name: LockName, length: number) => void;
};

/** One try: granted, or in the queue. */
export type Tried = { held: HeldLock } | { queued: Standing; sent_at_ms: number; attempt: string };

const DEFAULT_CAPACITY = 10;
export const DEFAULT_PRIORITY = 50;
/** Waiters of one key; the next is refused with QUEUE_FULL (locks.md). */
export const MAX_QUEUE_DEPTH = 10_000;

/** The id that a request for a key has, and its lock once granted; the same `acquire_id` gives the same. Pure but for ids. */
export function requestId(ids: Ids, request: AcquireRequest, name: LockName): string {
  const { principal_id, owner_id = principal_id, acquire_id } = request;
  return newLockId(
    name,
    ids,
    acquire_id === undefined ? undefined : [principal_id, owner_id, acquire_id, name.key].join("\n"),
  );
}

/**
 * Sends one acquire for one key. With `waiting` it queues where the lock is not free, and `channel` is told. Where its
 * answer never comes, `onUnknown` is told its attempt, or else that is taken back in the background.
 *
 * @throws RESOURCE_LOCKED 423 with `details.holder`, ALREADY_HELD 409 with `details.lock_id`, QUEUE_FULL 503,
 *   LOCK_QUOTA_EXCEEDED 429, VALIDATION_ERROR 400, DEPENDENCY_UNAVAILABLE 503 without Redis and, without waiting, while
 *   a loss of its memory is waited out (with Retry-After)
 */
export async function tryAcquire(
  deps: AcquireDeps,
  request: AcquireRequest,
  name: LockName & { mode: LockMode },
  id: string,
  waiting?: Waiting & { channel: string },
  onUnknown: (attempt: string) => void = (attempt) => deps.forgetter.forget(id, attempt),
): Promise<Tried> {
  const { ttl_seconds, lock_delay_seconds = 0, principal_id, agent_id, purpose = null } = request;
  assertTtl(ttl_seconds);
  const owner_id = request.owner_id ?? principal_id;
  const party = { principal_id, owner_id, agent_id, purpose };
  const mode_letter = modeLetter(name.resource_type, name.mode);
  const tail = ownTail(id);
  // A retry under one acquire_id is another attempt: forgetting the first must not take the second's grant.
  const attempt = request.acquire_id === undefined ? "" : deps.ids.secret(9);
  const who = formatWho(party);
  if (!deps.turnstile.isOpen()) await deps.turnstile.pass();
  const sent_at_ms = deps.clock.monotonicMs();
  const { now_ms, result } = await deps.connection.join(
    "acquire",
    name.field,
    [
      name.field,
      name.key,
      mode_letter === "c" ? `c${request.capacity ?? DEFAULT_CAPACITY}` : mode_letter,
      who,
      tail,
      attempt,
      ttl_seconds * 1000,
      deps.max_hold_seconds * 1000,
      lock_delay_seconds * 1000,
      Math.ceil((request.quota ?? 0) / deps.connection.partitions.length),
      waitingArg(waiting),
    ],
    { ttl_seconds, onUnknown: () => onUnknown(attempt || tail) },
  );
  const reply = typeof result === "number" ? ["GRANTED", result] : (result as unknown[]);
  if (reply[0] === "QUEUED") return { queued: toStanding(reply), sent_at_ms, attempt: attempt || tail };
  if (reply[0] === "QUEUE_FULL") deps.onQueueFull(name, MAX_QUEUE_DEPTH);
  const isNew = reply[0] === "GRANTED";
  const held = isNew
    ? heldLock(id, name.key, mode_letter, party, {
        fencing_token: Number(reply[1]),
        acquired_ms: now_ms,
        expires_ms: now_ms + Math.min(ttl_seconds, deps.max_hold_seconds) * 1000,
        hold_until_ms: now_ms + deps.max_hold_seconds * 1000,
      })
    : toHeldLock(readAgain(reply, name));
  const lease_ms = held.expires_ms - now_ms;
  deps.grants.keep({
    lock: held,
    attempt: attempt || tail,
    lock_delay_seconds,
    ttl_seconds,
    sent_at_ms,
    lease_ms,
  });
  for (const expired of isNew ? reply.slice(2) : []) deps.emit(lockEvents.expired(toHeldLock(expired)));
  if (reply[0] !== "AGAIN") deps.emit(lockEvents.acquired(held));
  return { held };
}

/** One try that does not wait. Codes as tryAcquire. */
export async function acquireNow(
  deps: AcquireDeps,
  request: AcquireRequest,
  name: LockName & { mode: LockMode },
): Promise<HeldLock> {
  const tried = await tryAcquire(deps, request, name, requestId(deps.ids, request, name));
  if ("held" in tried) return tried.held;
  // This owner waits for it already, by another request.
  throw lockErrors.RESOURCE_LOCKED({ details: { key: name.key, holder: tried.queued.standing.holder } });
}

/** @throws VALIDATION_ERROR 400 */
export function assertTtl(seconds: number): void {
  if (Number.isInteger(seconds) && seconds >= MIN_TTL_SECONDS && seconds <= MAX_TTL_SECONDS) return;
  const issue = `must be a whole number from ${MIN_TTL_SECONDS} to ${MAX_TTL_SECONDS}`;
  throw errors.VALIDATION_ERROR({ details: [{ field: "ttl_seconds", issue }] });
}

/** How it waits, as acquire.lua reads it; empty where it doesn't. */
function waitingArg(waiting: (Waiting & { channel: string }) | undefined): string {
  if (!waiting) return "";
  const { priority = DEFAULT_PRIORITY, max_wait_seconds, channel } = waiting;
  const waitMs = Math.ceil(max_wait_seconds * 1000);
  return `${priority}:${waitMs}:${WAITER_LEASE_SECONDS * 1000}:${MAX_QUEUE_DEPTH}:${channel}`;
}

/** The described lock of a grant that was there before, or the refusal that a reply is. */
function readAgain([status, ...rest]: readonly unknown[], { key }: LockName): unknown {
  switch (status) {
    case "AGAIN":
    case "UPGRADED":
      return rest[0];
    case "ALREADY_HELD": {
      const { id, mode } = toHeldLock(rest[0]);
      throw lockErrors.ALREADY_HELD({ details: { lock_id: id, key, mode } });
    }
    case "LOCKED":
      throw lockErrors.RESOURCE_LOCKED({
        details: { key, holder: toHolder(toHeldLock(rest[1])), queue_length: Number(rest[0]) },
      });
    case "DELAYED":
      throw lockErrors.RESOURCE_LOCKED({
        message: "Its last holder was lost and may still be writing; it is free after a short delay.",
        details: { key, queue_length: Number(rest[0]) },
        retryAfterSeconds: secondsOf(Number(rest[1])),
      });
    case "QUEUE_FULL":
      throw lockErrors.QUEUE_FULL({ details: { key, max_depth: MAX_QUEUE_DEPTH }, retryAfterSeconds: 5 });
    case "QUOTA":
      throw lockErrors.LOCK_QUOTA_EXCEEDED({ retryAfterSeconds: 5 });
    case "GRACE":
      throw inGrace(Number(rest[0]));
    default:
      // FORGOTTEN: this attempt was given up before it ran.
      throw errors.DEPENDENCY_UNAVAILABLE({ retryAfterSeconds: 1 });
  }
}

/** 503: Redis forgot its locks, and holders that live on must be able to say so first. */
export function inGrace(leftMs: number) {
  return errors.DEPENDENCY_UNAVAILABLE({
    message: "Locks were lost; nothing new is granted until those that live on must have reported.",
    retryAfterSeconds: secondsOf(leftMs),
  });
}

const secondsOf = (ms: number): number => Math.max(1, Math.ceil(ms / 1000));
