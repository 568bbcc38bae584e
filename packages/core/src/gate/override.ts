import { approvalErrors, makersOf } from "../approvals/service.ts";
import type { Person } from "../identity/schema.ts";
import type { Actor } from "../kernel/actor.ts";
import { errors } from "../kernel/errors.ts";
import type { Fact } from "../ledger/schema.ts";
import type { Requirement } from "../policies/schema.ts";
import { unmet } from "../policies/service.ts";
import { assertAllowed, openOverride, presentOverride, type TaskRecord } from "../tasks/service.ts";
import { decideAndCommit } from "./commit.ts";
import type { GateDeps } from "./deps.ts";
import { relation } from "./draft.ts";
import { insertOverride, type NewOverride } from "./override-store.ts";
import type { OverrideAsked, OverrideInput } from "./schema.ts";
import { approvalFact, taskFact } from "./task-facts.ts";

/**
 * Asks the other admins to let this one go past what a review still lacks (`override`) or past review as a whole
 * (`force_apply`). Nothing is changed by it before one of them says yes. SELF_APPROVAL, OVERRIDE_OPEN, NO_SECOND_ADMIN.
 */
export async function requestOverride(
  deps: GateDeps,
  actor: Actor,
  taskId: string,
  kind: NewOverride["kind"],
  input: OverrideInput,
): Promise<OverrideAsked> {
  return decideAndCommit(deps.ledger, actor, async () => {
    const task = await deps.tasks.read(actor, taskId);
    assertAllowed(task, kind, relation(actor, task));
    if (actor.kind !== "user") throw errors.FORBIDDEN({ message: "Only a person can ask for an override." });
    if (makersOf(task).includes(actor.id)) throw approvalErrors.SELF_APPROVAL();
    if (openOverride(task)) throw approvalErrors.OVERRIDE_OPEN();
    if (kind === "override") assertOverridable(task, input.requirement_id);
    const admins = adminsOf(await deps.identity.directory());
    const second = admins.filter(({ id }) => id !== actor.id && !makersOf(task).includes(id));
    if (second.length === 0) throw approvalErrors.NO_SECOND_ADMIN();
    const override: NewOverride = {
      id: deps.ids.uuid(),
      kind,
      requirement_id: input.requirement_id ?? null,
      reason: input.reason,
      ticket_ref: input.ticket_ref,
      requested_by: actor.id,
      requested_by_name: actor.name,
      approvals: second.map((person) => ({
        id: deps.ids.uuid(),
        reviewer_id: person.id,
        reviewer_name: person.name,
      })),
    };
    return {
      write: insertOverride(task, override),
      facts: requestFacts(task, override, admins),
      result: askedAnswer(task, override),
    };
  });
}

function assertOverridable(task: TaskRecord, requirementId: string | undefined): void {
  const open = openRequirements(task);
  const isOpen = requirementId === undefined ? open.length > 0 : open.some(({ id }) => id === requirementId);
  if (isOpen) return;
  const issue =
    requirementId === undefined
      ? "nothing is missing that could be overridden"
      : "is no requirement that is still open";
  throw errors.VALIDATION_ERROR({ details: [{ field: "requirement_id", issue }] });
}

/** What a review still lacks, counting answers within their undo time as given. */
export function openRequirements(task: TaskRecord): Requirement[] {
  const approvers = task.approvals
    .filter(({ status }) => status === "APPROVED")
    .map((each) => each.reviewer_id);
  return unmet(task.requirements ?? [], approvers).map(({ requirement }) => requirement);
}

export const adminsOf = (people: readonly Person[]): Person[] =>
  people.filter((person) => person.active && person.roles.includes("admin"));

/** All admins hear of an override, whether they are asked or not. */
export function told(task: TaskRecord, admins: readonly Person[]): { watchers: string[] } {
  const ids = [
    task.author_id,
    ...task.approvals.map((each) => each.reviewer_id),
    ...admins.map(({ id }) => id),
  ];
  return { watchers: [...new Set(ids)] };
}

/** What facts say of an override. */
export const about = ({ id, kind, requirement_id }: Pick<NewOverride, "id" | "kind" | "requirement_id">) => ({
  override_id: id,
  kind,
  requirement_id,
});

function requestFacts(task: TaskRecord, override: NewOverride, admins: readonly Person[]): Fact[] {
  const { reason, ticket_ref } = override;
  const detail = { ...told(task, admins), ...about(override) };
  return [
    taskFact("task.override_requested", task, { reason, ticket_ref, detail }),
    ...override.approvals.map((approval) =>
      approvalFact("approval.requested", task, approval, {
        to_state: "PENDING",
        reason,
        detail: { ...about(override), priority: "URGENT", risk_score: task.risk_score },
      }),
    ),
  ];
}

function askedAnswer(task: TaskRecord, override: NewOverride): OverrideAsked {
  const { approvals, ...made } = override;
  const record = {
    ...{ ...made, task_id: task.id, revision: task.revision, status: "open" as const },
    ...{ decided_by: null, decided_by_name: null, decided_at: null, created_at: task.now.toISOString() },
  };
  return {
    id: approvals[0]!.id,
    task_id: task.id,
    override: presentOverride(task, record),
    approvals: [...approvals],
  };
}
