import { lockEntry, lockHolder, lockKind, lockMode } from "@ade/core/locks/schema";
import { z } from "zod";

/** One lock, as the source specification answers, with its token. */
export const acquiredLock = z.strictObject({
  id: z.uuid(),
  acquired: z.literal(true),
  resource_type: lockKind,
  resource_id: z.string(),
  mode: lockMode,
  owner_id: z.string(),
  fencing_token: z.int(),
  holder: lockHolder,
});
export type AcquiredLock = z.infer<typeof acquiredLock>;

/** Several, got by `keys`. */
export const acquiredLocks = z.strictObject({
  acquired: z.literal(true),
  locks: z.array(
    lockEntry.pick({ id: true, resource_type: true, resource_id: true, mode: true, fencing_token: true }),
  ),
});
export type AcquiredLocks = z.infer<typeof acquiredLocks>;
