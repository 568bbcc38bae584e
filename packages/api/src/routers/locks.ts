import type { Actor } from "@ade/core/kernel/actor";
import { errors } from "@ade/core/kernel/errors";
import {
  type AcquireLockInput,
  acquireLockInput,
  heartbeatInput,
  heartbeatResult,
  holderOfLock,
  type Lock,
  listLocksQuery,
  lockEntry,
  lockHolder,
  lockKind,
  lockList,
  lockMode,
  releaseInput,
} from "@ade/core/locks/schema";
import { z } from "zod";
import { byId } from "../input.ts";
import { assertMay, procedure, router } from "../trpc.ts";

const tags = ["locks"] as const;

/** One lock, as the source specification answers, with its token. */
const acquiredLock = z.strictObject({
  id: z.uuid(),
  acquired: z.literal(true),
  resource_type: lockKind,
  resource_id: z.string(),
  mode: lockMode,
  owner_id: z.string(),
  fencing_token: z.int(),
  holder: lockHolder,
});
const acquiredLocks = z.strictObject({
  acquired: z.literal(true),
  locks: z.array(
    lockEntry.pick({ id: true, resource_type: true, resource_id: true, mode: true, fencing_token: true }),
  ),
});

export const locksRouter = router({
  acquire: procedure("lock.acquire", {
    method: "POST",
    path: "/locks/acquire",
    status: 201,
    summary: "Get a lock, or several with keys: all of them or none",
    tags,
    errors: [423],
  })
    .input(acquireLockInput)
    .output(z.union([acquiredLock, acquiredLocks]))
    .mutation(async ({ ctx, input }) => {
      const { keys, ...one } = requestOf(ctx.actor, input);
      if (keys) {
        const locks = await ctx.core.locks.acquireAll({ ...one, keys });
        return { acquired: true as const, locks: locks.map(tokenOf) };
      }
      const { resource_type, resource_id, mode } = input;
      if (!resource_type || !resource_id) throw errors.VALIDATION_ERROR();
      return acquired(await ctx.core.locks.acquire({ ...one, resource_type, resource_id, mode }));
    }),

  heartbeat: procedure("lock.heartbeat", {
    method: "POST",
    path: "/locks/heartbeat",
    status: 200,
    summary: "Extend a lock, or up to 200 with lock_ids",
    tags,
    errors: [404],
  })
    .input(heartbeatInput)
    .output(z.union([acquiredLock, z.strictObject({ locks: z.array(heartbeatResult) })]))
    .mutation(async ({ ctx, input: { lock_id, lock_ids, ttl_extension_seconds } }) => {
      const request = { principal_id: ctx.actor.id, ttl_extension_seconds };
      if (lock_ids) return { locks: await ctx.core.locks.heartbeatMany({ ...request, lock_ids }) };
      if (!lock_id) throw errors.VALIDATION_ERROR();
      return acquired(await ctx.core.locks.heartbeat({ ...request, lock_id }));
    }),

  release: procedure("lock.release", {
    method: "POST",
    path: "/locks/release",
    status: 204,
    summary: "Give a lock back; with force an admin takes it from its holder, with a reason",
    tags,
    errors: [404],
  })
    .input(releaseInput)
    .output(z.void())
    .mutation(async ({ ctx, input: { lock_id, force, reason } }) => {
      if (!force || reason === undefined) {
        return ctx.core.locks.release({ principal_id: ctx.actor.id, lock_id });
      }
      assertMay(ctx, "lock.force_release");
      return ctx.core.locks.forceRelease(ctx.actor, { lock_id, reason });
    }),

  list: procedure("lock.list", {
    method: "GET",
    path: "/locks",
    status: 200,
    summary: "Held locks",
    tags,
  })
    .input(listLocksQuery)
    .output(lockList)
    .query(({ ctx, input }) => ctx.core.locks.list(input)),

  get: procedure("lock.read", {
    method: "GET",
    path: "/locks/:id",
    status: 200,
    summary: "One held lock",
    tags,
  })
    .input(byId)
    .output(lockEntry)
    .query(({ ctx, input }) => ctx.core.locks.get(input.id)),
});

function requestOf(actor: Actor, input: AcquireLockInput) {
  const { owner_id, acquire_id, purpose, ttl_seconds, keys } = input;
  return {
    principal_id: actor.id,
    agent_id: actor.id,
    owner_id: owner_id ?? actor.id,
    ttl_seconds,
    ...(acquire_id === undefined ? {} : { acquire_id }),
    ...(purpose === undefined ? {} : { purpose }),
    keys,
  };
}

function acquired(lock: Lock): z.infer<typeof acquiredLock> {
  const { id, resource_type, resource_id, mode, owner_id, fencing_token } = lock;
  return {
    id,
    acquired: true,
    resource_type,
    resource_id,
    mode,
    owner_id,
    fencing_token,
    holder: holderOfLock(lock),
  };
}

function tokenOf({ id, resource_type, resource_id, mode, fencing_token }: Lock) {
  return { id, resource_type, resource_id, mode, fencing_token };
}
