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
    max_wait_seconds: z.int().min(0).max(300).default(60),
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

/** A held lock, as every screen and caller sees it. */
export const lockEntry = z.strictObject({
  id: z.uuid(),
  resource_type: lockKind,
  resource_id: z.string(),
  /** `resource_type:resource_id`, the name that events, waits and the executor's tokens go by. */
  key: z.string(),
  mode: lockMode,
  owner_id: z.string(),
  agent_id: z.string(),
  acquired_at: z.iso.datetime(),
  expires_at: z.iso.datetime(),
  /** Grows with every grant of the resource; below 2^53. */
  fencing_token: z.int(),
  purpose: z.string().nullable(),
});
export type Lock = z.infer<typeof lockEntry>;

export const lockList = z.strictObject({ locks: z.array(lockEntry), pagination });
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
  agent_id: z.string(),
  owner_id: z.string(),
  purpose: z.string().nullable(),
  acquired_at: z.iso.datetime(),
  expires_at: z.iso.datetime(),
});
export type LockHolder = z.infer<typeof lockHolder>;

/** The holder's part of a lock. Pure. */
export function holderOfLock(lock: Lock): LockHolder {
  const { agent_id, owner_id, purpose, acquired_at, expires_at } = lock;
  return { agent_id, owner_id, purpose, acquired_at, expires_at };
}
