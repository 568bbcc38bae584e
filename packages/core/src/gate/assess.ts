import { dueAt } from "../approvals/service.ts";
import { fellBackFact } from "../delegations/service.ts";
import type { Preview } from "../executors/schema.ts";
import { type Actor, systemActor } from "../kernel/actor.ts";
import { isCoded } from "../kernel/errors.ts";
import type { Requirement } from "../policies/schema.ts";
import { loadTask, type TaskRecord } from "../tasks/service.ts";
import type { NewApproval } from "./ask-store.ts";
import { type AuthorRefusal, authorRefusal } from "./author-refusal.ts";
import type { GateDeps } from "./deps.ts";
import { storeDraftPlan } from "./draft-store.ts";
import { type Evaluation, evaluate } from "./evaluate.ts";
import { heldBy, heldDetail } from "./freeze.ts";
import { planRevealed } from "./plan.ts";
import { assessTask, cancelTask, sendBack } from "./review-store.ts";

import { approvalFact, taskFact } from "./task-facts.ts";

const SYSTEM: Actor = systemActor("gate");

/** Whose plan a job asks for. `draft`: only as long as it is one, since what was submitted has a job of its own. */
export type PlanJob = { task_id: string; draft?: boolean };

/**
 * What a plan job does for a task: plans the current revision, then moves a submitted task on. May run twice, and for
 * a task that has moved on meanwhile: everything is decided on the row as it is.
 */
export async function planTask(
  deps: GateDeps,
  { task_id, draft = false }: PlanJob,
  signal: AbortSignal,
): Promise<void> {
  const task = await loadTask(deps.pool, task_id);
  if (!task || !(draft ? ["DRAFT"] : ["DRAFT", "SUBMITTED"]).includes(task.state)) return;
  if (task.plan_state !== "pending") {
    if (task.state === "SUBMITTED") await assess(deps, task, task.preview);
    return;
  }
  const preview = await planRevealed(deps, task.config, signal, task);
  if (task.state === "SUBMITTED") await assess(deps, task, preview, task.revision);
  else await keepDraftPlan(deps, task, preview);
}

async function keepDraftPlan(deps: GateDeps, task: TaskRecord, planned: Preview): Promise<void> {
  const evaluation = await evaluateTask(deps, task, planned);
  const preview = { ...planned, affected_services: evaluation.affected_services };
  const fact = taskFact("task.previewed", task, {
    detail: { valid: preview.valid, risk_score: evaluation.risk.score },
  });
  // A lost race means a newer revision, which has a plan job of its own.
  await deps.ledger.commit(
    SYSTEM,
    [fact],
    storeDraftPlan(task, { preview, risk: evaluation.risk, keys: evaluation.keys }),
  );
}

/**
 * SUBMITTED to REVIEWING, to APPROVED, or back to DRAFT. `revision` names the one that `preview` belongs to; a task
 * that has another by now is left alone. `found` is the task as it was read last: whatever changed since then makes
 * the write miss, and it is read again.
 */
export async function assess(
  deps: GateDeps,
  found: TaskRecord,
  planned: Preview | null,
  revision?: number,
): Promise<void> {
  let task: TaskRecord | null = found;
  while (task?.state === "SUBMITTED" && (revision === undefined || task.revision === revision)) {
    if (await assessOnce(deps, task, planned)) return;
    task = await loadTask(deps.pool, found.id);
  }
}

async function assessOnce(deps: GateDeps, task: TaskRecord, planned: Preview | null): Promise<boolean> {
  const refusal = await authorRefusal(deps, task);
  if (refusal) return endOrReturn(deps, task, refusal, planned);
  if (planned && !planned.valid && !task.submit_options?.force) {
    const message = `The plan found errors: ${planned.errors.join("; ")}`;
    return returnToAuthor(deps, task, { code: "PREVIEW_INVALID", message, details: planned.errors }, planned);
  }
  const evaluation = await evaluateTask(deps, task, planned).catch(refusedNow);
  if ("refused" in evaluation) return returnToAuthor(deps, task, evaluation.refused, planned);
  if (evaluation.problems.length > 0) {
    const message = evaluation.problems.join(" ");
    return returnToAuthor(
      deps,
      task,
      { code: "REQUIREMENT_UNSATISFIABLE", message, details: evaluation.problems },
      planned,
    );
  }
  const preview = planned && { ...planned, affected_services: evaluation.affected_services };
  const to = evaluation.waived ? "APPROVED" : "REVIEWING";
  const approvals = to === "REVIEWING" ? newApprovals(deps, evaluation, task) : [];
  const content_hash = deps.executors.contentHash(task.config, preview?.changes ?? null);
  const held = to === "APPROVED" ? heldBy(evaluation.requirements, task.now) : null;
  const asked = {
    ...task,
    resource_keys: evaluation.keys,
    approvals: approvals.map(({ reviewer_id }) => ({ reviewer_id, status: "PENDING" })),
  };
  const move = taskFact(to === "APPROVED" ? "task.auto_approved" : "task.review_started", asked, {
    from_state: "SUBMITTED",
    to_state: to,
    reason: evaluation.requirements.map((requirement) => requirement.why).join(" "),
    detail: {
      content_hash,
      risk_score: evaluation.risk.score,
      priority: task.priority,
      ...heldDetail(held),
    },
  });
  const requests = approvals.map((approval) =>
    approvalFact("approval.requested", asked, approval, {
      detail: {
        priority: approval.priority,
        due_at: approval.due_at,
        risk_score: evaluation.risk.score,
      },
    }),
  );
  const warned = approvals.length === 0 ? [] : evaluation.fell_back;
  const rows = await deps.ledger.commit(
    SYSTEM,
    [move, ...requests, ...warned.map((chain) => fellBackFact(task.id, chain))],
    assessTask(task, to, {
      preview,
      risk: evaluation.risk,
      keys: evaluation.keys,
      requirements: evaluation.requirements,
      content_hash,
      required_approvals: evaluation.required_approvals.count,
      approvals,
      held,
      grant_id: to === "APPROVED" ? grantOf(evaluation.requirements) : null,
    }),
  );
  return rows.length > 0;
}

/** Asked of people it would never be applied: what its author may not have goes back to them, or ends with them. */
async function endOrReturn(
  deps: GateDeps,
  task: TaskRecord,
  { code, reason, final }: AuthorRefusal,
  planned: Preview | null,
): Promise<boolean> {
  const message = `It does not go on, because ${reason.replace(/\.$/, "")}.`;
  if (!final) return returnToAuthor(deps, task, { code, message, details: [] }, planned);
  const fact = taskFact("task.cancelled", task, {
    from_state: task.state,
    to_state: "CANCELLED",
    reason: message,
  });
  return (await deps.ledger.commit(SYSTEM, [fact], cancelTask(task, { code, message }))).length > 0;
}

/** The grant by which it passes, whose hit is counted with it. */
const grantOf = (requirements: readonly Requirement[]): string | null =>
  requirements.find(({ grant_id }) => grant_id !== undefined)?.grant_id ?? null;

/** After it was proposed the agent's settings came to deny the tool, or a definition to name what has no spelling. */
function refusedNow(error: unknown) {
  if (!isCoded(error, "AGENT_TOOL_DENIED", "INVALID_RESOURCE_NAME")) throw error;
  return { refused: { code: error.code, message: error.message, details: [] } };
}

async function returnToAuthor(
  deps: GateDeps,
  task: TaskRecord,
  problem: { code: string; message: string; details: readonly string[] },
  preview: Preview | null,
): Promise<boolean> {
  const fact = taskFact("task.sent_back", task, {
    from_state: "SUBMITTED",
    to_state: "DRAFT",
    reason: problem.message,
  });
  return (await deps.ledger.commit(SYSTEM, [fact], sendBack(task, problem, preview))).length > 0;
}

function evaluateTask(deps: GateDeps, task: TaskRecord, preview: Preview | null): Promise<Evaluation> {
  return evaluate(deps, {
    config: task.config,
    tags: task.tags,
    preview: preview?.valid === false ? null : preview,
    made_by: task,
    agent_id: task.author_kind === "agent" ? task.author_id : null,
    requested_reviewers: task.submit_options?.requested_reviewers ?? [],
    may_waive: task.drifts === 0,
    at: task.now,
  });
}

function newApprovals(
  deps: GateDeps,
  evaluation: Evaluation,
  task: Pick<TaskRecord, "now" | "expires_at">,
): NewApproval[] {
  const due_at = dueAt(task, evaluation.due.hours).toISOString();
  return evaluation.asked.map(({ person, requirement_ids, stands_for, why }) => ({
    id: deps.ids.uuid(),
    reviewer_id: person.id,
    reviewer_name: person.name,
    priority: evaluation.due.priority,
    requirement_ids,
    stands_for,
    why,
    due_at,
  }));
}
