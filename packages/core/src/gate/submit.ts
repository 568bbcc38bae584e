import { type Makers, makersOf } from "../approvals/service.ts";
import type { Actor } from "../kernel/actor.ts";
import { errors } from "../kernel/errors.ts";
import type { LedgerEvent } from "../ledger/schema.ts";
import { reviewerIssues } from "../policies/service.ts";
import type { SubmitOptions, TaskEntry } from "../tasks/schema.ts";
import { assertAllowed, loadTask, type TaskRecord, taskErrors } from "../tasks/service.ts";
import { assess } from "./assess.ts";
import { decideAndCommit } from "./commit.ts";
import type { GateDeps } from "./deps.ts";
import { relation } from "./draft.ts";
import { submitTask } from "./draft-store.ts";
import { keysOf } from "./evaluate.ts";
import { taskFact } from "./task-facts.ts";

/**
 * DRAFT to SUBMITTED, then waits for a worker's plan and what follows from it: REVIEWING, APPROVED, or back to DRAFT
 * with the error that says why. Where no plan is there in time the answer is SUBMITTED; it goes on by itself.
 */
export async function submit(
  deps: GateDeps,
  actor: Actor,
  id: string,
  options: SubmitOptions,
): Promise<TaskEntry> {
  if (options.force && !actor.roles.includes("admin")) {
    throw errors.FORBIDDEN({ message: "Only an admin may submit despite errors of the preview." });
  }
  // Listening before the commit: the answer can be there before the commit has returned.
  const moved = nextMove(deps, id);
  try {
    const task = await decideAndCommit(deps.ledger, actor, async () => {
      const found = await deps.tasks.read(actor, id);
      assertAllowed(found, "submit", relation(actor, found));
      // A draft can be older than a pause, or than what its agent is permitted now.
      if (found.author_kind === "agent") {
        await deps.agents.mayPropose(found.author_id, found.type, found.resource_keys, { begun: true });
      }
      await assertReviewersExist(deps, found, options.requested_reviewers ?? []);
      await deps.executors.validate(found.config);
      await deps.secrets.assertUsable(found.config, keysOf(deps, found.config));
      return {
        write: submitTask(found, options, found.approvals.length > 0),
        facts: [
          taskFact("task.submitted", found, {
            from_state: "DRAFT",
            to_state: "SUBMITTED",
            detail: { ...options },
          }),
        ],
        result: found,
      };
    });
    // Nothing to plan: what follows needs no worker.
    const submitted = options.skip_preview && (await loadTask(deps.pool, task.id));
    if (submitted) await assess(deps, submitted, null);
    else await moved.wait();
  } finally {
    moved.stop();
  }
  const after = await deps.tasks.read(actor, id);
  throwIfSentBack(after);
  return deps.tasks.present(actor, after);
}

async function assertReviewersExist(
  deps: GateDeps,
  task: Makers,
  requested: readonly string[],
): Promise<void> {
  if (requested.length === 0) return;
  const people = await deps.identity.directory();
  const details = reviewerIssues({
    people,
    excluded: makersOf(task),
    requested,
    field: (at) => `requested_reviewers.${at}`,
  });
  if (details.length > 0) throw errors.VALIDATION_ERROR({ details });
}

function throwIfSentBack(task: TaskRecord): void {
  if (task.state !== "DRAFT" || !task.problem) return;
  const { code, message, details } = task.problem;
  if (code === "PREVIEW_INVALID") throw taskErrors.PREVIEW_INVALID({ message, details });
  if (code === "REQUIREMENT_UNSATISFIABLE") throw taskErrors.REQUIREMENT_UNSATISFIABLE({ message, details });
}

/** Resolves when the task leaves SUBMITTED, or when the time to wait is over. */
function nextMove(deps: GateDeps, id: string): { wait(): Promise<void>; stop(): void } {
  let arrived = (): void => undefined;
  const move = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const stop = deps.ledger.events.listen([`task:${id}`], (event: LedgerEvent) => {
    if (event.event === "task:state_changed" && event.payload.previous_state === "SUBMITTED") arrived();
  });
  return {
    stop,
    async wait() {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, deps.planWaitMs);
      });
      await Promise.race([move, late]);
      clearTimeout(timer);
    },
  };
}
