import { type CallResource, resourcesOfCall } from "@ade/core/tool-calls/resources";
import { isCoded } from "./errors.ts";
import { fitCall } from "./fit-call.ts";
import { pause } from "./retry.ts";
import type { CallEnd, CallEndInput, CreateTask, TaskEntry, TaskState, ToolCall } from "./shapes.ts";
import type { Transport } from "./transport.ts";
import { type CallVerdict, verdictOf } from "./verdict.ts";

/** The agent has been told by these that it may, or that it may not. */
const ANSWERED: readonly TaskState[] = ["APPLYING", "COMPLETED", "REJECTED", "CANCELLED", "DRAFT"];
/** The API's longest; typed by nothing, because its schema would bring zod along. */
const WAIT_SECONDS = 25;
const RETRY_MS = 1_000;

export type AskOptions = {
  /** One key, one call: sent again after a lost answer it is asked once. */
  idempotencyKey?: string;
  signal?: AbortSignal | undefined;
  /** So long a server that is away is waited for before the question counts as not asked. */
  patienceMs?: number;
};
/** So long a server that is away is waited for, and what ends the telling before that. */
type Telling = { patienceMs?: number; signal?: AbortSignal };
export type ToolCalls = ReturnType<typeof createToolCalls>;

/** Calls of an agent's tools: asked, waited for, and told how they ended. */
export function createToolCalls({ send }: Transport) {
  const calls = {
    /**
     * Proposes the call and submits it. What the agent's settings allow may be let already; ask `verdictOf`.
     *
     * @throws AGENT_TOOL_DENIED, AGENT_PAUSED, …; NO_ANSWER where the server is away
     */
    async ask(call: ToolCall, options: AskOptions = {}): Promise<TaskEntry> {
      const { idempotencyKey = crypto.randomUUID(), ...how } = options;
      const body = taskOfCall(call);
      const task = await send<TaskEntry>({ method: "POST", path: "/tasks", body, idempotencyKey, ...how });
      const submitted = await send<TaskEntry>({
        ...{ method: "POST", path: `/tasks/${task.body.id}/submit`, body: {} },
        idempotencyKey: `${idempotencyKey}:submit`,
        ...how,
      });
      return submitted.body;
    },

    /**
     * The task once its call is let or refused; as it is after `seconds` (25 at most) where neither is. A server that
     * is away is asked again until then.
     */
    async wait(
      id: string,
      { seconds = WAIT_SECONDS, signal }: { seconds?: number; signal?: AbortSignal } = {},
    ) {
      const wait_seconds = Math.min(WAIT_SECONDS, Math.max(0, Math.round(seconds)));
      const states = ANSWERED.join("&states=");
      const path = `/tasks/${id}/wait?wait_seconds=${wait_seconds}&states=${states}`;
      return (
        await send<TaskEntry>({ method: "GET", path, heldOpenMs: wait_seconds * 1000, patienceMs: 0, signal })
      ).body;
    },

    /**
     * What becomes of a call that was asked: let, or refused with the reason. Waits until the signal ends it; a server
     * that goes away meanwhile is waited for.
     *
     * @throws the reason of the signal; what the API refuses for good
     */
    async decided(task: TaskEntry, signal?: AbortSignal): Promise<CallVerdict> {
      for (let now = task; ; ) {
        const verdict = verdictOf(now);
        if (verdict.kind !== "pending") return verdict;
        signal?.throwIfAborted();
        try {
          now = await calls.wait(task.id, signal ? { signal } : {});
        } catch (error) {
          signal?.throwIfAborted();
          if (!isCoded(error, "NO_ANSWER", "DEPENDENCY_UNAVAILABLE", "RATE_LIMITED")) throw error;
          await pause(RETRY_MS * (1 + Math.random()), signal);
        }
      }
    },

    /** How a call ended that was let. @throws TOOL_CALL_NOT_RUNNING, TOOL_CALL_ENDED */
    async end(id: string, end: CallEndInput, how: Telling = {}): Promise<CallEnd> {
      return (await send<CallEnd>({ method: "POST", path: `/tasks/${id}/end`, body: end, ...how })).body;
    },

    /**
     * Nobody waits for the answer any more. A call that was let in the same moment has not been run: that is told.
     *
     * @throws NO_ANSWER where the server is away; the proposal then expires by itself
     */
    async withdraw(id: string, reason: string, how: Telling = {}): Promise<void> {
      try {
        const idempotencyKey = `${id}:withdraw`;
        await send({ method: "POST", path: `/tasks/${id}/cancel`, body: { reason }, idempotencyKey, ...how });
      } catch (error) {
        if (!isCoded(error, "INVALID_TRANSITION", "CONFLICT")) throw error;
        await calls.end(id, { outcome: "cancelled", message: reason }, how).catch((late: unknown) => {
          // It is over in another way: nothing is left pending.
          if (!isCoded(late, "TOOL_CALL_NOT_RUNNING", "TOOL_CALL_ENDED")) throw late;
        });
      }
    },
  };
  return calls;
}

/** The task that a tool call is, declaring exactly what it touches. Pure. */
export function taskOfCall(given: ToolCall): CreateTask {
  const { timeout_seconds, resources = [], priority, tags, ...call } = fitCall(given);
  return {
    config: {
      type: "agent.tool_call",
      description: call.title,
      resources: [...resourcesOfCall(call), ...resources] as (CallResource & { scope: "namespace" })[],
      parameters: call,
      rollback_strategy: "none",
      ...(timeout_seconds === undefined ? {} : { timeout_seconds }),
      ...(priority === undefined ? {} : { priority }),
    },
    ...(tags === undefined ? {} : { metadata: { tags } }),
  };
}
