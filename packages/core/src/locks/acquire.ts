import type { Clock } from "../kernel/clock.ts";
import { errors } from "../kernel/errors.ts";
import type { Ids } from "../kernel/ids.ts";
import type { EventDraft } from "../ledger/schema.ts";
import type { LockConnection, Reply } from "./connection.ts";
import { lockErrors } from "./errors.ts";
import type { createForgetter } from "./forgetter.ts";
import type { Grants } from "./grants.ts";
import { type LockName, lockIdIn, modeLetter } from "./keys.ts";
import { holderOfLock, type Lock, type LockMode, MAX_TTL_SECONDS, MIN_TTL_SECONDS } from "./schema.ts";
import { type HeldLock, lockEvents, toHeldLock, toLock } from "./wire.ts";

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
};

export type AcquireDeps = {
  connection: LockConnection;
  grants: Grants;
  forgetter: ReturnType<typeof createForgetter>;
  clock: Clock;
  ids: Ids;
  emit: (event: EventDraft) => void;
  max_hold_seconds: number;
};

const DEFAULT_CAPACITY = 10;

/**
 * Tries once to get one key.
 *
 * @throws RESOURCE_LOCKED 423 with `details.holder`, ALREADY_HELD 409 with `details.lock_id`, VALIDATION_ERROR 400,
 *   DEPENDENCY_UNAVAILABLE 503 without Redis and while a loss of its memory is waited out (with Retry-After)
 */
export async function acquireKey(
  deps: AcquireDeps,
  request: AcquireRequest,
  name: LockName & { mode: LockMode },
): Promise<Lock> {
  const { ttl_seconds, lock_delay_seconds = 0 } = request;
  if (!Number.isInteger(ttl_seconds) || ttl_seconds < MIN_TTL_SECONDS || ttl_seconds > MAX_TTL_SECONDS) {
    const issue = `must be a whole number from ${MIN_TTL_SECONDS} to ${MAX_TTL_SECONDS}`;
    throw errors.VALIDATION_ERROR({ details: [{ field: "ttl_seconds", issue }] });
  }
  const attempt = lockIdIn(name.partition, deps.ids.uuid());
  const acquire_id = request.acquire_id ?? attempt;
  const sent_at_ms = deps.clock.monotonicMs();
  const reply = await deps.connection.run(
    "acquire",
    name.partition,
    [
      name.key,
      modeLetter(name.resource_type, name.mode),
      request.capacity ?? DEFAULT_CAPACITY,
      request.principal_id,
      request.owner_id ?? request.principal_id,
      request.agent_id,
      request.purpose ?? "",
      acquire_id,
      attempt,
      ttl_seconds * 1000,
      deps.max_hold_seconds * 1000,
      lock_delay_seconds * 1000,
    ],
    { ttl_seconds, onUnknown: () => deps.forgetter.forget(attempt, name) },
  );
  const { held, lease_ms, expired } = readGrant(reply, name);
  deps.grants.keep({ lock: held, acquire_id, lock_delay_seconds, ttl_seconds, sent_at_ms, lease_ms });
  for (const lock of expired) deps.emit(lockEvents.expired(lock));
  const lock = toLock(held);
  if (reply[0] !== "AGAIN") deps.emit(lockEvents.acquired(lock));
  return lock;
}

/** The grant in a reply, or the refusal that it is. Pure. */
function readGrant(reply: Reply, name: LockName): { held: HeldLock; lease_ms: number; expired: Lock[] } {
  const [status, ...rest] = reply;
  switch (status) {
    case "GRANTED":
    case "AGAIN":
    case "UPGRADED": {
      const [lease, described, ...expired] = rest;
      return {
        held: toHeldLock(described),
        lease_ms: Number(lease),
        expired: expired.map((lock) => toLock(toHeldLock(lock))),
      };
    }
    case "ALREADY_HELD": {
      const { id, mode } = toHeldLock(rest[0]);
      throw lockErrors.ALREADY_HELD({ details: { lock_id: id, key: name.key, mode } });
    }
    case "LOCKED": {
      const lock = toLock(toHeldLock(rest[0]));
      throw lockErrors.RESOURCE_LOCKED({ details: { key: name.key, holder: holderOfLock(lock) } });
    }
    case "DELAYED": {
      const [until, now, lost] = rest;
      const lock = lost ? toLock(toHeldLock(lost)) : null;
      throw lockErrors.RESOURCE_LOCKED({
        message: "Its last holder was lost and may still be writing; it is free after a short delay.",
        details: { key: name.key, ...(lock ? { holder: holderOfLock(lock) } : {}) },
        retryAfterSeconds: secondsOf(Number(until) - Number(now)),
      });
    }
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
