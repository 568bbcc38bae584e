import { TOOL_CALL_TYPE } from "../agents/service.ts";
import type { TaskConfig } from "../executors/schema.ts";
import type { Actor } from "../kernel/actor.ts";
import type { TaskEntry } from "../tasks/schema.ts";
import { assertAllowed, type TaskRecord, taskErrors, transitionFrom } from "../tasks/service.ts";
import { decideAndCommit } from "./commit.ts";
import type { GateDeps } from "./deps.ts";
import { newRevision, relation } from "./draft.ts";
import { gateErrors } from "./errors.ts";
import { validConfig } from "./valid-config.ts";

/**
 * A reviewer's other arguments for an agent's tool call: a new revision that is reviewed anew, of which they are a maker
 * from then on. `change` gives the configuration from the one in review.
 *
 * @throws NOT_A_TOOL_CALL, STALE_REVISION, INVALID_TRANSITION, FORBIDDEN, VALIDATION_ERROR
 */
export async function changeArguments(
  deps: GateDeps,
  actor: Actor,
  id: string,
  input: { reason: string; expected_revision?: number | undefined },
  change: (task: TaskRecord) => TaskConfig,
): Promise<TaskEntry> {
  await decideAndCommit(deps.ledger, actor, async () => {
    const task = await deps.tasks.read(actor, id);
    if (task.type !== TOOL_CALL_TYPE) throw gateErrors.NOT_A_TOOL_CALL();
    assertAllowed(task, "change_arguments", relation(actor, task));
    const { expected_revision, reason } = input;
    if (expected_revision !== undefined && expected_revision !== task.revision) {
      throw taskErrors.STALE_REVISION({ details: { expected_revision, revision: task.revision } });
    }
    const { config, keys } = await validConfig(deps, actor, change(task));
    const state = transitionFrom(task.state, "change_arguments")!.to!;
    const { team, ticket_ref, tags, expires_at } = task;
    return newRevision(
      actor,
      task,
      { state, config, keys, team, ticket_ref, tags, expires_at },
      {
        reason,
        detail: { arguments_changed: true },
      },
    );
  });
  return deps.tasks.get(actor, id);
}
