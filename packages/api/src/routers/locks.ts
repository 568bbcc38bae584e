import type { Actor } from "@ade/core/kernel/actor";
import { errors } from "@ade/core/kernel/errors";
import {
  type AcquireLockInput,
  acquireLockInput,
  deadlockList,
  heartbeatInput,
  heartbeatResult,
  holderOfLock,
  type Lock,
  listDeadlocksQuery,
  listLocksQuery,
  lockGraph,
  lockList,
  lockRequestInput,
  lockStanding,
  lockStatus,
  queuedLock,
  releaseInput,
} from "@ade/core/locks/schema";
import { LOCK_QUOTA, type RequestAnswer } from "@ade/core/locks/service";
import { z } from "zod";
import { byId } from "../input.ts";
import { type AcquiredLock, acquiredLock, acquiredLocks } from "../lock-answers.ts";
import { assertMay, procedure, router } from "../trpc.ts";

const tags = ["locks"] as const;

/** What a request came to: 201 with locks, 202 with a place in the queue. */
const acquisition = z.union([acquiredLock, acquiredLocks]);
const isQueued = (output: unknown): boolean => (output as { acquired: boolean }).acquired === false;
const waits = { also: { 202: lockStanding }, statusOf: (output: unknown) => (isQueued(output) ? 202 : 201) };

export const locksRouter = router({
  acquire: procedure("lock.acquire", {
    method: "POST",
    path: "/locks/acquire",
    status: 201,
    summary: "Get a lock or a place in its queue; several with keys: all of them or none",
    tags,
    errors: [423, 429, 503],
    ...waits,
  })
    .input(acquireLockInput)
    .output(z.union([acquisition, lockStanding]))
    .mutation(async ({ ctx, input }) => {
      const { keys, wait_for_available, max_wait_seconds, priority } = input;
      const request = requestOf(ctx.actor, input);
      const what = keys ? { keys } : oneKey(input);
      if (wait_for_available && max_wait_seconds > 0) {
        const answer = await ctx.core.locks.request({
          ...request,
          ...what,
          wait: { max_wait_seconds, priority },
        });
        return shown(answer);
      }
      const held =
        "keys" in what
          ? await ctx.core.locks.acquireAll({ ...request, ...what })
          : [await ctx.core.locks.acquire({ ...request, ...what })];
      return shown({ held, several: keys !== undefined });
    }),

  standing: procedure("lock.acquire", {
    method: "GET",
    path: "/locks/requests/:id",
    status: 201,
    summary: "Where a request stands, held open up to wait_seconds; asking keeps its place",
    tags,
    errors: [404, 423],
    ...waits,
  })
    .input(lockRequestInput)
    .output(z.union([acquisition, lockStanding]))
    .query(async ({ ctx, input, signal }) => {
      const { id: request_id, wait_seconds } = input;
      const principal_id = ctx.actor.id;
      return shown(await ctx.core.locks.standing({ principal_id, request_id, wait_seconds, signal }));
    }),

  leave: procedure("lock.acquire", {
    method: "DELETE",
    path: "/locks/requests/:id",
    status: 204,
    summary: "Leave the queue, or give back what was granted meanwhile",
    tags,
    errors: [404],
  })
    .input(byId)
    .output(z.void())
    .mutation(({ ctx, input }) => ctx.core.locks.leave({ principal_id: ctx.actor.id, request_id: input.id })),

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

  graph: procedure("lock.list", {
    method: "GET",
    path: "/locks/graph",
    status: 200,
    summary: "Who waits for whom: every key that is waited for, edges and cycles",
    tags,
  })
    .output(lockGraph)
    .query(({ ctx }) => ctx.core.locks.graph()),

  deadlocks: procedure("lock.list", {
    method: "GET",
    path: "/locks/deadlocks",
    status: 200,
    summary: "Deadlocks that were found, how they ended and why so",
    tags,
  })
    .input(listDeadlocksQuery)
    .output(deadlockList)
    .query(({ ctx, input }) => ctx.core.locks.deadlocks(input)),

  status: procedure("lock.status", {
    method: "GET",
    path: "/locks/status",
    status: 200,
    summary: "Whether locks are granted, and how many requests wait for the lock store to come back",
    tags,
  })
    .output(lockStatus)
    .query(({ ctx }) => ctx.core.locks.status()),

  get: procedure("lock.read", {
    method: "GET",
    path: "/locks/:id",
    status: 200,
    summary: "One held lock",
    tags,
  })
    .input(byId)
    .output(queuedLock)
    .query(({ ctx, input }) => ctx.core.locks.get(input.id)),
});

function requestOf(actor: Actor, input: AcquireLockInput) {
  const { owner_id, acquire_id, purpose, ttl_seconds } = input;
  return {
    principal_id: actor.id,
    agent_id: actor.id,
    owner_id: owner_id ?? actor.id,
    quota: LOCK_QUOTA,
    ttl_seconds,
    ...(acquire_id === undefined ? {} : { acquire_id }),
    ...(purpose === undefined ? {} : { purpose }),
  };
}

function oneKey({ resource_type, resource_id, mode }: AcquireLockInput) {
  if (!resource_type || !resource_id) throw errors.VALIDATION_ERROR();
  return { resource_type, resource_id, mode };
}

function shown(answer: RequestAnswer) {
  if ("queued" in answer) return answer.queued;
  const [first] = answer.held;
  return answer.several || !first
    ? { acquired: true as const, locks: answer.held.map(tokenOf) }
    : acquired(first);
}

function acquired(lock: Lock): AcquiredLock {
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
