import type { Pool } from "pg";
import { TOOL_CALL_TYPE } from "../agents/service.ts";
import { type GateService, taskFact } from "../gate/service.ts";
import type { Actor } from "../kernel/actor.ts";
import { errors } from "../kernel/errors.ts";
import type { Ledger } from "../ledger/service.ts";
import type { TaskEntry } from "../tasks/schema.ts";
import type { TasksService } from "../tasks/service.ts";
import { withArguments } from "./change-arguments.ts";
import { toolCallErrors } from "./errors.ts";
import type { CallEnd, CallEndInput, ChangeArgumentsInput } from "./schema.ts";
import { readStanding, storeEnd } from "./store.ts";

export { createToolCallExecutor } from "./executor.ts";

export type ToolCallsDeps = {
  pool: Pool;
  ledger: Ledger;
  tasks: Pick<TasksService, "read">;
  gate: Pick<GateService, "changeArguments">;
};

export type ToolCallsService = ReturnType<typeof createToolCallsService>;

/** Calls of agents' tools beyond what every task has: their end, told by the agent, and other arguments. */
export function createToolCallsService(deps: ToolCallsDeps) {
  return {
    /**
     * How a call ended that was let. Told twice the same, it is told once; the first word stands.
     *
     * @throws NOT_FOUND, FORBIDDEN (another's), TOOL_CALL_NOT_RUNNING, TOOL_CALL_ENDED
     */
    async end(actor: Actor, taskId: string, input: CallEndInput): Promise<CallEnd> {
      const task = await deps.tasks.read(actor, taskId);
      if (task.type !== TOOL_CALL_TYPE) throw errors.NOT_FOUND({ message: "There is no such tool call." });
      if (task.author_id !== actor.id) {
        throw errors.FORBIDDEN({ message: "Only the agent itself says how its call ended." });
      }
      const { revision } = task;
      const told = (end: CallEndInput & { reported_at: Date }): CallEnd => ({
        ...end,
        task_id: taskId,
        revision,
        reported_at: end.reported_at.toISOString(),
      });
      const before = (await readStanding(deps.pool, taskId, revision)).end;
      if (before) return sameEnd(before, input) ? told(before) : refuse();
      const isRunning = task.state === "APPLYING" || (task.state === "APPROVED" && task.attempts > 0);
      if (!isRunning) throw toolCallErrors.TOOL_CALL_NOT_RUNNING({ details: { state: task.state } });
      const fact = taskFact("tool_call.ended", task, {
        ...(input.message ? { reason: input.message } : {}),
        detail: { outcome: input.outcome },
      });
      const rows = await deps.ledger.commit<{ reported_at: Date }>(
        actor,
        [fact],
        storeEnd(task, input, actor.id),
      );
      if (rows[0]) return told({ ...input, reported_at: rows[0].reported_at });
      const first = (await readStanding(deps.pool, taskId, revision)).end;
      return first && sameEnd(first, input) ? told(first) : refuse();
    },

    /** A reviewer's other arguments: a new revision, reviewed anew. @throws as gate.changeArguments */
    changeArguments(actor: Actor, taskId: string, input: ChangeArgumentsInput): Promise<TaskEntry> {
      const by = { id: actor.id, name: actor.name };
      return deps.gate.changeArguments(actor, taskId, input, (task) =>
        withArguments(task.config, input.arguments, by, input.reason),
      );
    },
  };
}

const sameEnd = (one: CallEndInput, other: CallEndInput): boolean => one.outcome === other.outcome;

function refuse(): never {
  throw toolCallErrors.TOOL_CALL_ENDED();
}
