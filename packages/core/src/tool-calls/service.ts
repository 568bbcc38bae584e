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
import {
  type CallEnd,
  type CallEndInput,
  type ChangeArgumentsInput,
  MAX_END_MESSAGE,
  MAX_END_OUTPUT,
  toolCallParameters,
} from "./schema.ts";
import { redactText } from "./secret-text.ts";
import { secretsGiven } from "./secrets-given.ts";
import { excessOf } from "./sizes.ts";
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
     * How a call ended that was let. Told twice the same, it is told once; the first word stands. Secrets in what the
     * agent says are masked first: the ledger forgets nothing.
     *
     * @throws NOT_FOUND, FORBIDDEN (another's), TOOL_CALL_NOT_RUNNING, TOOL_CALL_ENDED
     */
    async end(actor: Actor, taskId: string, said: CallEndInput): Promise<CallEnd> {
      const input = withoutSecrets(said);
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

    /**
     * A reviewer's other arguments: a new revision, reviewed anew. None of them may be a secret, which is not kept.
     *
     * @throws as gate.changeArguments
     */
    changeArguments(actor: Actor, taskId: string, input: ChangeArgumentsInput): Promise<TaskEntry> {
      const by = { id: actor.id, name: actor.name };
      return deps.gate.changeArguments(actor, taskId, input, ({ config }) => {
        const changed = withArguments(config, input.arguments, by, input.reason);
        // More than is looked at is refused with the rest of the check; nothing reads through it before.
        if (excessOf(toolCallParameters.parse(changed.parameters)).length > 0) return changed;
        const shown = toolCallParameters.parse(config.parameters).arguments;
        const secrets = secretsGiven(shown, input.arguments);
        if (secrets.length > 0) {
          const issue = `${NOT_KEPT} (${secrets.join(", ")})`;
          throw errors.VALIDATION_ERROR({ details: [{ field: "arguments", issue }] });
        }
        return changed;
      });
    },
  };
}

const NOT_KEPT =
  "must hold no secret, for none is kept: leave it as it was shown for the agent's own, or refuse the call and say why";

/** Masks make some text longer than what was said. */
function withoutSecrets({ outcome, message, output }: CallEndInput): CallEndInput {
  const masked = (text: string, most: number): string => redactText(text).slice(0, most).toWellFormed();
  return {
    outcome,
    ...(message !== undefined && { message: masked(message, MAX_END_MESSAGE) }),
    ...(output !== undefined && { output: masked(output, MAX_END_OUTPUT) }),
  };
}

const sameEnd = (one: CallEndInput, other: CallEndInput): boolean => one.outcome === other.outcome;

function refuse(): never {
  throw toolCallErrors.TOOL_CALL_ENDED();
}
