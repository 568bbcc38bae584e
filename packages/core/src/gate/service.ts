import type { BacklogChange, RespondInput } from "../approvals/schema.ts";
import type { Actor } from "../kernel/actor.ts";
import type { WhatIfInput } from "../policies/schema.ts";
import type { CreateTaskInput, EditTaskInput, SubmitOptions } from "../tasks/schema.ts";
import { loadTask } from "../tasks/service.ts";
import { assess, type PlanJob, planTask } from "./assess.ts";
import { respondToMany } from "./batch.ts";
import { abort, cancel, releaseHeld } from "./cancel.ts";
import { changeArguments } from "./change-arguments.ts";
import type { GateDeps } from "./deps.ts";
import { archive, edit, type Origin, propose, remove, resubmit } from "./draft.ts";
import { cancelExpired } from "./expire.ts";
import { frozenNow, thawLifted } from "./freeze.ts";
import { requestOverride } from "./override.ts";
import { release, respond, withdraw } from "./respond.ts";
import { cancelOfRetired } from "./retired.ts";
import type { BatchInput, ForceApplyInput, OverrideInput, SimulateInput } from "./schema.ts";
import { answerPlanRequest, dryRun, simulate } from "./simulate.ts";
import { snooze } from "./snooze.ts";
import { stillApproved } from "./still-approved.ts";
import { submit } from "./submit.ts";
import { readBacklog, updateBacklog, workBacklog } from "./time/backlog.ts";
import { stepLate } from "./time/escalate.ts";
import { reassignLeft } from "./time/reassign.ts";
import { whatIf } from "./what-if.ts";

export { allowAlwaysRefusal } from "./allow-always.ts";
export type { GateDeps } from "./deps.ts";
export { findDue } from "./due.ts";
export { type Held, heldBy } from "./freeze.ts";
export { approvedChanges } from "./previewed.ts";
export { gateProjections } from "./projections.ts";
export { taskFact } from "./task-facts.ts";
export { createTurns, type Turn } from "./turns.ts";
export { applyWakeUp, QUEUES, type QueueName, type WakeUp, wakeUpsOf } from "./wake-ups.ts";

export type GateService = ReturnType<typeof createGateService>;

/** The one gate: every command that moves a task up to APPROVED, each one transaction over task and approvals. */
export function createGateService(deps: GateDeps) {
  return {
    propose: (actor: Actor, input: Pick<CreateTaskInput, "config" | "metadata">, origin?: Origin) =>
      propose(deps, actor, input, origin),
    dryRun: (actor: Actor, input: SimulateInput) => dryRun(deps, actor, input),
    simulate: (actor: Actor, input: SimulateInput) => simulate(deps, actor, input),
    whatIf: (input: WhatIfInput) => whatIf(deps, input),
    edit: (actor: Actor, id: string, input: EditTaskInput) => edit(deps, actor, id, input),
    remove: (actor: Actor, id: string) => remove(deps, actor, id),
    submit: (actor: Actor, id: string, options: SubmitOptions) => submit(deps, actor, id, options),
    cancel: (actor: Actor, id: string, input: { reason?: string | undefined }) =>
      cancel(deps, actor, id, input),
    abort: (actor: Actor, id: string, input: { reason: string }) => abort(deps, actor, id, input),
    /** Lets a task go on that was held back because it killed its workers. */
    releaseHeld: (actor: Actor, id: string, input: { reason: string }) => releaseHeld(deps, actor, id, input),
    /** A reviewer's other arguments for an agent's tool call; `change` gives the configuration. */
    changeArguments: (
      actor: Actor,
      id: string,
      input: Parameters<typeof changeArguments>[3],
      change: Parameters<typeof changeArguments>[4],
    ) => changeArguments(deps, actor, id, input, change),
    archive: (actor: Actor, id: string) => archive(deps, actor, id),
    resubmit: (actor: Actor, id: string) => resubmit(deps, actor, id),
    respond: (actor: Actor, approvalId: string, input: RespondInput) =>
      respond(deps, actor, approvalId, input),
    /** The same answer to many: all or none, or each alone. */
    respondToMany: (actor: Actor, input: BatchInput) => respondToMany(deps, actor, input),
    withdraw: (actor: Actor, approvalId: string) => withdraw(deps, actor, approvalId),
    /** Asks a second admin to go past what the review still lacks. */
    override: (actor: Actor, id: string, input: OverrideInput) =>
      requestOverride(deps, actor, id, "override", input),
    /** Asks a second admin to go past review as a whole. */
    forceApply: (actor: Actor, id: string, input: ForceApplyInput) =>
      requestOverride(deps, actor, id, "force_apply", input),
    /** Puts one's own open approval aside until then; null takes it back. */
    snooze: (actor: Actor, approvalId: string, until: string | null) =>
      snooze(deps, actor, approvalId, until),
    /** For applying: why the approvals of this task no longer hold, or null. */
    stillApproved: (task: Parameters<typeof stillApproved>[1]) => stillApproved(deps, task),
    /** For applying: the freeze that holds this task back now, or null. */
    frozen: (task: Parameters<typeof frozenNow>[1]) => frozenNow(deps, task),
    /** For the sweep: lets go what a changed policy no longer freezes. */
    thawLifted: () => thawLifted(deps),
    /** What happens where more is open than people get done. */
    backlog: () => readBacklog(deps),
    updateBacklog: (actor: Actor, change: BacklogChange) => updateBacklog(deps, actor, change),
    /** For the sweep: cancels what nobody let through while it was worth something. */
    cancelExpired: () => cancelExpired(deps),
    /** The same for what retired agents have left open; a wake-up too. */
    cancelOfRetired: () => cancelOfRetired(deps),
    /** For the sweep: reminders and escalations that are due, and requests to people who left. */
    stepLate: () => stepLate(deps),
    reassignLeft: () => reassignLeft(deps),
    /** A worker's round: the backlog policy. */
    workBacklog: () => workBacklog(deps),
    /** Jobs: plan a task, answer a dry run, let responses take effect. */
    planTask: (job: PlanJob, signal: AbortSignal) => planTask(deps, job, signal),
    answerPlanRequest: (id: string, signal: AbortSignal) => answerPlanRequest(deps, id, signal),
    release: (taskId: string) => release(deps, taskId),
    async assess(taskId: string): Promise<void> {
      const task = await loadTask(deps.pool, taskId);
      if (task) await assess(deps, task, null);
    },
  };
}
