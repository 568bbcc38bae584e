import { z } from "zod";
import { pageQuery, pagination } from "../kernel/page.ts";

export const LOCK_KINDS = ["task", "resource", "agent"] as const;
export const lockKind = z.enum(LOCK_KINDS);
export type LockKind = z.infer<typeof lockKind>;

export const lockMode = z.enum(["exclusive", "shared"]);
export type LockMode = z.infer<typeof lockMode>;

export const MIN_TTL_SECONDS = 5;
export const MAX_TTL_SECONDS = 300;
export const DEFAULT_TTL_SECONDS = 30;
export const MAX_WAIT_SECONDS = 300;
/** A request keeps its place for so long after its caller asked last. */
export const WAITER_LEASE_SECONDS = 60;
/** So long one poll of a request may be held open. */
export const MAX_POLL_SECONDS = 30;
/** So many locks one heartbeat call may name. */
export const MAX_HEARTBEAT_LOCKS = 200;

const ttlSeconds = z.int().min(MIN_TTL_SECONDS).max(MAX_TTL_SECONDS).default(DEFAULT_TTL_SECONDS);
const resourceId = z.string().min(1).max(400);

/** One key of several. */
export const lockKeyInput = z.strictObject({
  resource_type: lockKind,
  resource_id: resourceId,
  mode: lockMode.default("exclusive"),
});
export type LockKeyInput = z.infer<typeof lockKeyInput>;

/** Body of `POST /locks/acquire`: one key by its three fields, or several in `keys`. */
export const acquireLockInput = z
  .strictObject({
    resource_type: lockKind.optional(),
    resource_id: resourceId.optional(),
    mode: lockMode.default("exclusive"),
    ttl_seconds: ttlSeconds,
    purpose: z.string().max(200).optional(),
    wait_for_available: z.boolean().default(true),
    max_wait_seconds: z.int().min(0).max(MAX_WAIT_SECONDS).default(60),
    owner_id: z.string().min(1).max(200).optional(),
    acquire_id: z.string().min(1).max(200).optional(),
    priority: z.int().min(0).max(100).default(50),
    keys: z.array(lockKeyInput).min(1).max(50).optional(),
  })
  .superRefine((input, context) => {
    const named = input.resource_type !== undefined || input.resource_id !== undefined;
    const refuse = (field: string, message: string) =>
      context.addIssue({ code: "custom", path: [field], message });
    if (input.keys && named) refuse("keys", "replaces resource_type and resource_id; give one or the other");
    if (input.keys) return;
    if (input.resource_type === undefined) refuse("resource_type", "is required where keys is absent");
    if (input.resource_id === undefined) refuse("resource_id", "is required where keys is absent");
  });
export type AcquireLockInput = z.infer<typeof acquireLockInput>;

/** Body of `POST /locks/heartbeat`: one lock, or up to 200. */
export const heartbeatInput = z
  .strictObject({
    lock_id: z.uuid().optional(),
    lock_ids: z.array(z.uuid()).min(1).max(MAX_HEARTBEAT_LOCKS).optional(),
    ttl_extension_seconds: ttlSeconds,
  })
  .refine((input) => (input.lock_id === undefined) !== (input.lock_ids === undefined), {
    path: ["lock_id"],
    message: "give either lock_id or lock_ids",
  });
export type HeartbeatInput = z.infer<typeof heartbeatInput>;

/** Body of `POST /locks/release`. */
export const releaseInput = z
  .strictObject({
    lock_id: z.uuid(),
    force: z.boolean().default(false),
    reason: z.string().min(1).max(1000).optional(),
  })
  .refine((input) => !input.force || input.reason !== undefined, {
    path: ["reason"],
    message: "is required with force",
  });
export type ReleaseInput = z.infer<typeof releaseInput>;

export const listLocksQuery = z.strictObject({
  ...pageQuery,
  resource_type: lockKind.optional(),
  resource_id: resourceId.optional(),
  agent_id: z.string().min(1).max(200).optional(),
});
export type ListLocksQuery = z.infer<typeof listLocksQuery>;

/** Whoever holds or waits: an owner, what it is for, and who answers for it. */
const party = {
  owner_id: z.string(),
  agent_id: z.string(),
  purpose: z.string().nullable(),
};

/** A held lock, as every screen and caller sees it. */
export const lockEntry = z.strictObject({
  id: z.uuid(),
  resource_type: lockKind,
  resource_id: z.string(),
  /** `resource_type:resource_id`, the name that events, waits and the executor's tokens go by. */
  key: z.string(),
  mode: lockMode,
  ...party,
  acquired_at: z.iso.datetime(),
  expires_at: z.iso.datetime(),
  /** Grows with every grant of the resource; below 2^53. */
  fencing_token: z.int(),
});
export type Lock = z.infer<typeof lockEntry>;

/** One who waits for a lock. */
export const lockWaiter = z.strictObject({
  request_id: z.uuid(),
  mode: lockMode,
  ...party,
  priority: z.int(),
  requested_at: z.iso.datetime(),
  /** 1 is next. */
  queue_position: z.int(),
  /** From recent hold times; null where nothing is known yet. */
  estimated_wait_seconds: z.int().nullable(),
});
export type LockWaiter = z.infer<typeof lockWaiter>;

/** So many of a queue a listing shows. */
export const SHOWN_WAITERS = 20;

/** A held lock with the head of its queue. */
export const queuedLock = lockEntry.extend({ queue: z.array(lockWaiter), queue_length: z.int() });
export type QueuedLock = z.infer<typeof queuedLock>;

export const lockList = z.strictObject({ locks: z.array(queuedLock), pagination });
export type LockList = z.infer<typeof lockList>;

/** One lock of `POST /locks/heartbeat` with `lock_ids`. */
export const heartbeatResult = z.strictObject({
  id: z.uuid(),
  ok: z.boolean(),
  code: z.enum(["NOT_FOUND", "FORBIDDEN"]).optional(),
  expires_at: z.iso.datetime().optional(),
});
export type HeartbeatResult = z.infer<typeof heartbeatResult>;

/** Who holds it, in `details.holder` of RESOURCE_LOCKED and in the answers of the source specification. */
export const lockHolder = z.strictObject({
  ...party,
  acquired_at: z.iso.datetime(),
  expires_at: z.iso.datetime(),
});
export type LockHolder = z.infer<typeof lockHolder>;

/** The holder's part of a lock. Pure. */
export function holderOfLock(lock: Lock): LockHolder {
  const { agent_id, owner_id, purpose, acquired_at, expires_at } = lock;
  return { agent_id, owner_id, purpose, acquired_at, expires_at };
}

/** A request that waits: 202 of `POST /locks/acquire` and of `GET /locks/requests/:id`. */
export const lockStanding = z.strictObject({
  acquired: z.literal(false),
  /** The same as `request_id`; once granted, the lock's id. */
  id: z.uuid(),
  request_id: z.uuid(),
  /** What is waited for; of several keys the one whose turn it is. */
  resource_type: lockKind,
  resource_id: z.string(),
  mode: lockMode,
  owner_id: z.string(),
  /** 1 is next. */
  queue_position: z.int(),
  estimated_wait_seconds: z.int().nullable(),
  /** The first of those who hold it; null during a lock delay and while the lock store is away. */
  holder: lockHolder.nullable(),
  /** The place is kept until then; every poll moves it. */
  ask_again_before: z.iso.datetime(),
  /** Then the wait ends with RESOURCE_LOCKED. */
  waits_until: z.iso.datetime(),
});
export type LockStanding = z.infer<typeof lockStanding>;

export const lockRequestInput = z.strictObject({
  id: z.uuid(),
  wait_seconds: z.int().min(0).max(MAX_POLL_SECONDS).default(0),
});

export const DEADLOCK_STRATEGIES = ["abort_youngest", "abort_shortest", "abort_lowest_priority"] as const;
export const deadlockStrategy = z.enum(DEADLOCK_STRATEGIES);
export type DeadlockStrategy = z.infer<typeof deadlockStrategy>;

/** One owner of a cycle: what it holds that the one before waits for, and what it waits for itself. */
export const deadlockMember = z.strictObject({
  agent_id: z.string(),
  owner_id: z.string(),
  /** Null where it blocks as an earlier waiter, not as a holder. */
  holds_lock: z.uuid().nullable(),
  holds_key: z.string(),
  /** Its request. */
  waits_for: z.uuid(),
  waits_for_key: z.string(),
  priority: z.int(),
  locks_held: z.int(),
  oldest_lock_at: z.iso.datetime().nullable(),
});
export type DeadlockMember = z.infer<typeof deadlockMember>;

/** A deadlock that was found and ended; with the fields of the source specification's DeadlockInfo. */
export const deadlockEntry = z.strictObject({
  id: z.uuid(),
  detected_at: z.iso.datetime(),
  found_by: z.enum(["enqueue", "scan"]),
  cycle: z.array(deadlockMember),
  resolution: z.strictObject({
    victim_agent_id: z.string(),
    victim_owner_id: z.string(),
    strategy: deadlockStrategy,
    released_locks: z.array(z.uuid()),
  }),
  /** Sentences for people: who waited for whom, and why this one was chosen. */
  explanation: z.string(),
});
export type DeadlockEntry = z.infer<typeof deadlockEntry>;

export const listDeadlocksQuery = z.strictObject(pageQuery);
export const deadlockList = z.strictObject({ deadlocks: z.array(deadlockEntry), pagination });
export type DeadlockList = z.infer<typeof deadlockList>;

/** A key that somebody waits for, with everybody at it. */
export const contendedKey = z.strictObject({
  key: z.string(),
  resource_type: lockKind,
  resource_id: z.string(),
  /** Null during a lock delay. */
  mode: lockMode.nullable(),
  /** Nobody gets it before; null without a lock delay. */
  delayed_until: z.iso.datetime().nullable(),
  holders: z.array(lockEntry),
  queue: z.array(lockWaiter),
  queue_length: z.int(),
});
export type ContendedKey = z.infer<typeof contendedKey>;

/** The wait-for graph: every key that is waited for. Edges and cycles follow from it (`graph.ts`). */
export const lockGraph = z.strictObject({
  at: z.iso.datetime(),
  keys: z.array(contendedKey),
  /** From an owner that waits to one that it waits for. */
  edges: z.array(
    z.strictObject({
      /** `agent_id` and `owner_id` name an owner. */
      from: z.strictObject({ agent_id: z.string(), owner_id: z.string() }),
      to: z.strictObject({ agent_id: z.string(), owner_id: z.string() }),
      key: z.string(),
      because: z.enum(["holds", "queued_before"]),
    }),
  ),
  /** Each a list of owners, every one waiting for the next and the last for the first. */
  cycles: z.array(z.array(z.strictObject({ agent_id: z.string(), owner_id: z.string() }))),
  /** True where there is more contention than the answer shows. */
  is_cut: z.boolean(),
});
export type LockGraph = z.infer<typeof lockGraph>;

/** How the lock store does; every signed-in person may see it. */
export const lockStatus = z.strictObject({
  /** False while Redis is away: requests queue in PostgreSQL and nobody is granted. */
  available: z.boolean(),
  /** After a loss nothing new is granted until then. */
  grace_until: z.iso.datetime().nullable(),
  /** Requests that wait in PostgreSQL for the store to come back. */
  queued_in_database: z.int(),
});
export type LockStatus = z.infer<typeof lockStatus>;
