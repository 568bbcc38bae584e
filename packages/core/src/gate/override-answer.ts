import type { RespondInput } from "../approvals/schema.ts";
import { approvalErrors, makersOf, outcomeOf } from "../approvals/service.ts";
import type { Person } from "../identity/schema.ts";
import type { Actor } from "../kernel/actor.ts";
import { errors } from "../kernel/errors.ts";
import type { Fact } from "../ledger/schema.ts";
import { requiredApprovals } from "../policies/service.ts";
import {
  type AskedApproval,
  type Db,
  loadTask,
  type OverrideRecord,
  openOverride,
  type TaskRecord,
  taskErrors,
  transitionFrom,
} from "../tasks/service.ts";
import type { Decision } from "./commit.ts";
import type { GateDeps } from "./deps.ts";
import { heldBy, heldDetail } from "./freeze.ts";
import { about, adminsOf, openRequirements, told } from "./override.ts";
import { answerOverride, type Overridden, type OverrideAnswer } from "./override-store.ts";
import { approvedChanges } from "./previewed.ts";
import type { Responded } from "./schema.ts";
import { approvalFact, taskFact } from "./task-facts.ts";

/** The second admin's word on an override: one yes confirms it, one no refuses it; it takes effect at once. */
export async function decideOnOverride(
  deps: GateDeps,
  db: Db,
  actor: Actor,
  found: { task_id: string; asked: AskedApproval },
  input: RespondInput,
): Promise<Decision<Responded>> {
  const { asked } = found;
  const task = await loadTask(db, found.task_id);
  if (!task) throw errors.NOT_FOUND({ message: "There is no such approval." });
  if (actor.kind !== "user" || !actor.roles.includes("admin")) throw approvalErrors.NOT_ASKED();
  if (asked.revision !== task.revision)
    throw taskErrors.STALE_REVISION({ details: { revision: task.revision } });
  const override = openOverride(task);
  if (!override || override.id !== asked.override_id) throw approvalErrors.OVERRIDE_OVER();
  assertMayConfirm(actor, task, override, input);
  const admins = adminsOf(await deps.identity.directory());
  if (!admins.some(({ id }) => id === override.requested_by)) {
    throw approvalErrors.OVERRIDE_OVER({ message: "Whoever asked for this override is no admin any more." });
  }
  await deps.executors.refresh(task.config.type);
  const to = input.action === "approve" ? afterOverride(deps, task, override) : null;
  const own = await ownApproval(db, override.id, actor.id);
  const answer: OverrideAnswer = {
    approval_id: own ?? deps.ids.uuid(),
    override_id: override.id,
    by: { id: actor.id, name: actor.name },
    confirmed: to !== null,
    reason: input.reason?.trim() || null,
  };
  const { approval_id } = answer;
  return {
    write: answerOverride(task, answer, to),
    facts: answerFacts(task, override, answer, to, admins),
    result: { success: true, approval_id, task_id: task.id, task_state: to?.state ?? task.state },
  };
}

/** The row that asks this admin; an admin of whom none was made answers in a new one. */
async function ownApproval(db: Db, overrideId: string, adminId: string): Promise<string | null> {
  const { rows } = await db.query<{ id: string }>(
    "SELECT id FROM approval WHERE override_id = $1 AND reviewer_id = $2",
    [overrideId, adminId],
  );
  return rows[0]?.id ?? null;
}

function assertMayConfirm(
  actor: Actor,
  task: TaskRecord,
  override: OverrideRecord,
  input: RespondInput,
): void {
  if (makersOf(task).includes(actor.id)) throw approvalErrors.SELF_APPROVAL();
  if (override.requested_by === actor.id) throw approvalErrors.SECOND_ADMIN_NEEDED();
  if (input.content_hash !== undefined && input.content_hash !== task.content_hash)
    throw taskErrors.STALE_REVISION();
  const details: { field: string; issue: string }[] = [];
  if (input.action !== "approve" && input.action !== "reject")
    details.push({ field: "action", issue: "An override is approved or rejected." });
  if (input.action === "reject" && !input.reason?.trim())
    details.push({ field: "reason", issue: "A reason is needed to refuse an override." });
  if (input.options.undo_seconds > 0)
    details.push({ field: "options.undo_seconds", issue: "An override takes effect at once." });
  if (input.options.require_additional_approvals)
    details.push({ field: "options.require_additional_approvals", issue: "An override takes none." });
  if (details.length > 0) throw errors.VALIDATION_ERROR({ details });
}

/** What a confirmed override makes of the task. What it passes is the review, never the content. */
function afterOverride(
  deps: Pick<GateDeps, "executors">,
  task: TaskRecord,
  override: OverrideRecord,
): Overridden {
  const isForced = override.kind === "force_apply";
  const passed = openRequirements(task).filter(
    ({ id }) => !isForced && (override.requirement_id === null || id === override.requirement_id),
  );
  const requirements = (task.requirements ?? []).map((each) =>
    passed.includes(each) ? { ...each, overridden_by: override.id } : each,
  );
  const isApproved = isForced || outcomeOf(requirements, task.approvals, task.now) === "approve";
  return {
    state: isApproved ? transitionFrom(task.state, "override")!.to! : task.state,
    requirements,
    required_approvals: requiredApprovals(requirements).count,
    apply_immediately:
      isForced || task.approvals.some((each) => each.status === "APPROVED" && each.apply_immediately),
    content_hash:
      task.state === "REVIEWING" && task.content_hash !== null
        ? task.content_hash
        : deps.executors.contentHash(task.config, approvedChanges(task)),
    // Who forces it forces it through a freeze as well.
    held: isApproved && !isForced ? heldBy(requirements, task.now) : null,
    unplanned: task.plan_state === "pending",
  };
}

function answerFacts(
  task: TaskRecord,
  override: OverrideRecord,
  answer: OverrideAnswer,
  to: Overridden | null,
  admins: readonly Person[],
): Fact[] {
  const { ticket_ref } = override;
  const detail = { ...told(task, admins), ...about(override), requested_by: override.requested_by };
  const said = answer.reason ? { reason: answer.reason } : {};
  const action = answer.confirmed ? "task.override_confirmed" : "task.override_refused";
  const facts = [
    approvalFact(
      "approval.responded",
      task,
      { id: answer.approval_id, reviewer_id: answer.by.id },
      {
        from_state: "PENDING",
        to_state: answer.confirmed ? "APPROVED" : "REJECTED",
        ...said,
        detail: { ...about(override), response: answer.confirmed ? "approve" : "reject" },
      },
    ),
    taskFact(action, task, { ...said, ticket_ref, detail }),
  ];
  if (!to || to.state === task.state) return facts;
  const { priority } = task;
  const { apply_immediately, content_hash } = to;
  return [
    ...facts,
    taskFact("task.overridden", task, {
      from_state: task.state,
      to_state: to.state,
      reason: override.reason,
      ticket_ref,
      detail: { ...detail, priority, apply_immediately, content_hash, ...heldDetail(to.held) },
    }),
  ];
}
