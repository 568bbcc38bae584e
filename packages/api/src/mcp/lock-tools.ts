import {
  acquireLockInput,
  heartbeatInput,
  heartbeatResult,
  lockStanding,
  releaseInput,
} from "@ade/core/locks/schema";
import { z } from "zod";
import { failureOf } from "../failure.ts";
import { acquiredLock, acquiredLocks } from "../lock-answers.ts";
import { defineTool, proceduresFor } from "./tool.ts";

/** A call that waits for its turn answers after so long with its place in the queue. */
const LONGEST_WAIT_SECONDS = 25;

/** Exclusion: one writer of a resource at a time. */
export const lockTools = [
  defineTool({
    name: "acquire_lock",
    title: "Take a lock",
    description:
      'Lock a resource (resource_type "resource", resource_id "type:namespace/id") before you work on it outside a task. ' +
      "Applying a task takes its own locks: you need none for that. Waits up to 25 s for its turn; then the answer has acquired false and your place in the queue, " +
      "and the same call within 60 s goes on waiting. A lock ends after ttl_seconds without heartbeat_lock. Pass fencing_token to whatever you write to.",
    annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false },
    procedure: "locks.acquire",
    input: acquireLockInput,
    output: z.union([acquiredLock, acquiredLocks, lockStanding]),
    async run(input, { procedures, context, signal, progress }) {
      const asked = await procedures.locks.acquire(input);
      if (asked.acquired) return asked;
      const { request_id: id, queue_position, holder } = asked;
      const by = holder ? `, held by ${holder.agent_id}` : "";
      await progress(0, LONGEST_WAIT_SECONDS, `Place ${queue_position} in the queue${by}`);
      const answer = procedures.locks.standing({ id, wait_seconds: LONGEST_WAIT_SECONDS });
      try {
        return await answer;
      } finally {
        // Whoever gave up does not stand in others' way, nor hold what nobody knows of.
        if (signal.aborted && !context.closing.aborted) {
          await proceduresFor(context, context.closing)
            .locks.leave({ id })
            .catch(() => undefined);
        }
      }
    },
  }),
  defineTool({
    name: "heartbeat_lock",
    title: "Keep a lock",
    description:
      "Extend a lock, or up to 200 with lock_ids, before its ttl ends. NOT_FOUND means that it is lost: stop what it guarded.",
    annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true },
    procedure: "locks.heartbeat",
    input: heartbeatInput,
    output: z.union([acquiredLock, z.strictObject({ locks: z.array(heartbeatResult) })]),
    run: (input, { procedures }) => procedures.locks.heartbeat(input),
  }),
  defineTool({
    name: "release_lock",
    title: "Give a lock back",
    description: "Release a lock as soon as you are done. With a request_id as lock_id it leaves the queue.",
    annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true },
    procedure: "locks.release",
    input: releaseInput,
    output: z.strictObject({ released: z.literal(true), lock_id: z.uuid() }),
    async run(input, { procedures }) {
      const { lock_id } = input;
      await procedures.locks.release(input).catch(async (failed: unknown) => {
        if (input.force || failureOf(failed).code !== "NOT_FOUND") throw failed;
        // No lock: a request that still waits has the same kind of id.
        await procedures.locks.leave({ id: lock_id }).catch(() => {
          throw failed;
        });
      });
      return { released: true as const, lock_id };
    },
  }),
];
