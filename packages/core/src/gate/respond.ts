import type { RespondInput } from "../approvals/schema.ts";
import {
  approvalErrors,
  assertMayRespond,
  countApprovals,
  isReleased,
  type Outcome,
  outcomeOf,
  releaseAt,
  STATUS_OF,
} from "../approvals/service.ts";
import { type Actor, systemActor } from "../kernel/actor.ts";
import { errors } from "../kernel/errors.ts";
import type { Ids } from "../kernel/ids.ts";
import type { Fact } from "../ledger/schema.ts";
import {
  type ApprovalRecord,
  assertAllowed,
  type Db,
  loadTask,
  loadTaskOfApproval,
  type ReviewRecord,
  taskErrors,
  transitionFrom,
} from "../tasks/service.ts";
import { type GrantWish, grantFacts, grantsOf, planGrant } from "./allow-always.ts";
import { askFacts } from "./ask.ts";
import { type Decision, decideAndCommit } from "./commit.ts";
import { decideDelegation, decideTakeBack, planDemand } from "./delegate.ts";
import type { GateDeps } from "./deps.ts";
import { heldBy, heldDetail } from "./freeze.ts";
import { decideOnOverride } from "./override-answer.ts";
import {
  type Move,
  release as releaseWrite,
  respond as respondWrite,
  withdraw as withdrawWrite,
} from "./review-store.ts";
import type { Responded } from "./schema.ts";
import { approvalFact, taskFact } from "./task-facts.ts";

/** A reviewer's answer, with whatever transition it causes, in one transaction. */
export async function respond(
  deps: GateDeps,
  actor: Actor,
  approvalId: string,
  input: RespondInput,
): Promise<Responded> {
  return decideAndCommit(deps.ledger, actor, () => decideAnswer(deps, deps.pool, actor, approvalId, input));
}

/** Decides an answer on what `db` reads now; a plain one needs nothing but that one read. */
export async function decideAnswer(
  deps: GateDeps,
  db: Db,
  actor: Actor,
  approvalId: string,
  input: RespondInput,
): Promise<Decision<Responded>> {
  const { task, asked } = await findAsked(db, approvalId);
  if (asked.override_id !== null)
    return decideOnOverride(deps, db, actor, { task_id: task.id, asked }, input);
  const voice = assertMayRespond(actor, task, asked, input);
  if (asked.revision !== task.revision)
    throw taskErrors.STALE_REVISION({ details: { revision: task.revision } });
  assertAllowed(task, "respond", ["reviewer"]);
  if (input.content_hash !== undefined && input.content_hash !== task.content_hash)
    throw taskErrors.STALE_REVISION();

  // An admin who answers somebody else's approval answers in a row of their own.
  const own = task.approvals.find((approval) => approval.reviewer_id === voice.reviewer_id);
  if (own?.status === "DELEGATED") throw approvalErrors.PASSED_ON();
  if (own?.status === "CLOSED") throw approvalErrors.NOT_ASKED();
  const { delegate_to, reason } = input;
  if (delegate_to)
    return decideDelegation(deps, db, actor, { task, approval_id: asked.id }, { delegate_to, reason });
  const wanted = input.options.require_additional_approvals ?? [];
  const demanded = await planDemand(deps, db, task, actor, wanted);
  const always = input.options.allow_always;
  const allow_always = always ? await planGrant(db, actor, task, always) : null;
  const by_admin = own?.by_admin ?? voice.by_admin;
  return answered(task, { actor, input, by_admin, demanded, allow_always }, own, deps.ids);
}

type Voice = {
  actor: Actor;
  input: RespondInput;
  by_admin: boolean;
  demanded: Awaited<ReturnType<typeof planDemand>>;
  allow_always: GrantWish | null;
};

/** The row of an answer that counts, with the transition that it causes. */
function answered(
  task: ReviewRecord,
  { actor, input, by_admin, demanded, allow_always }: Voice,
  own: ApprovalRecord | undefined,
  ids: Ids,
): Decision<Responded> {
  const { undo_seconds, apply_immediately } = input.options;
  const release_at = releaseAt(task, undo_seconds);
  const status = STATUS_OF[input.action];
  const answer = {
    ...{ reviewer_id: actor.id, reviewer_name: actor.name, status, apply_immediately, allow_always },
    release_at: release_at?.toISOString() ?? null,
  };
  const responses = [...task.approvals.filter((approval) => approval !== own), answer];
  const requirements = demanded?.plan.requirements ?? task.requirements ?? [];
  const outcome = outcomeOf(requirements, responses, task.now);
  const move = moveOf(task, outcome, responses, input.reason);
  const grants = move.state === "APPROVED" ? grantsOf(task, responses, ids) : [];
  const id = own?.id ?? ids.uuid();
  const after = { ...task, approvals: responses };
  return {
    write: respondWrite(
      task,
      {
        id,
        reviewer_id: actor.id,
        reviewer_name: actor.name,
        status,
        action: input.action,
        reason: input.reason?.trim() || null,
        content_hash: task.content_hash,
        apply_immediately,
        allow_always,
        // The same moment as the job's: one that came before the row's would find nothing to release.
        release_at,
        by_admin,
        why: [],
        requirement_ids: own?.requirement_ids ?? [],
      },
      move,
      { asking: demanded?.plan, grants },
    ),
    facts: [
      answerFact(after, { id, reviewer_id: actor.id }, own, input, release_at),
      ...(demanded ? askFacts(demanded.task, demanded.plan) : []),
      ...moveFacts(after, outcome, move, input.reason),
      ...grantFacts(grants),
    ],
    result: { success: true, approval_id: id, task_id: task.id, task_state: move.state },
  };
}

/** A first answer, or a change of mind: then it says what it was before, for the others to hear of. */
function answerFact(
  task: Parameters<typeof approvalFact>[1] & { content_hash: string | null },
  approval: { id: string; reviewer_id: string },
  own: ApprovalRecord | undefined,
  input: RespondInput,
  release_at: Date | null,
): Fact {
  const isChange = own !== undefined && own.responded_at !== null;
  return approvalFact(isChange ? "approval.changed" : "approval.responded", task, approval, {
    from_state: own?.status ?? "PENDING",
    to_state: STATUS_OF[input.action],
    ...(input.reason ? { reason: input.reason } : {}),
    detail: {
      response: input.action,
      ...(isChange ? { previous: own.action, previous_reason: own.reason } : {}),
      content_hash: task.content_hash,
      ...(release_at ? { release_at: release_at.toISOString() } : {}),
    },
  });
}

/** Takes one's own response back: within its undo time, or what was passed on while nobody has answered it. */
export async function withdraw(deps: GateDeps, actor: Actor, approvalId: string): Promise<Responded> {
  return decideAndCommit(deps.ledger, actor, async () => {
    const { task, asked } = await findAsked(deps.pool, approvalId);
    if (asked.reviewer_id !== actor.id) throw approvalErrors.NOT_ASKED();
    if (asked.override_id !== null) throw approvalErrors.UNDO_TIME_OVER();
    const own = task.approvals.find((approval) => approval.id === approvalId);
    if (!own) throw taskErrors.STALE_REVISION({ details: { revision: task.revision } });
    const isPassedOn = own.status === "DELEGATED";
    if (!isPassedOn && (own.responded_at === null || isReleased(own, task.now)))
      throw approvalErrors.UNDO_TIME_OVER();
    assertAllowed(task, "respond", ["reviewer"]);
    if (isPassedOn) return decideTakeBack(deps.pool, { task, approval_id: approvalId });
    const others = task.approvals.filter((approval) => approval !== own);
    const demanded = await planDemand(deps, deps.pool, task, actor, []);
    return {
      write: withdrawWrite(task, own, countApprovals(others), demanded?.plan),
      facts: [
        approvalFact("approval.withdrawn", task, own, { from_state: own.status, to_state: "PENDING" }),
        ...(demanded ? askFacts(demanded.task, demanded.plan) : []),
      ],
      result: { success: true, approval_id: approvalId, task_id: task.id, task_state: task.state },
    };
  });
}

/** Lets responses whose undo time is over take effect. A job's work: may run twice, or for nothing. */
export async function release(deps: GateDeps, taskId: string): Promise<void> {
  for (;;) {
    const task = await loadTask(deps.pool, taskId);
    if (task?.state !== "REVIEWING") return;
    const outcome = outcomeOf(task.requirements ?? [], task.approvals, task.now);
    if (outcome === "open") return;
    const reason =
      task.approvals.find((a) => a.status === "CHANGES_REQUESTED" || a.status === "REJECTED")?.reason ??
      undefined;
    const move = moveOf(task, outcome, task.approvals, reason);
    const grants = move.state === "APPROVED" ? grantsOf(task, task.approvals, deps.ids) : [];
    const facts = [...moveFacts(task, outcome, move, reason), ...grantFacts(grants)];
    const rows = await deps.ledger.commit(systemActor("gate"), facts, releaseWrite(task, move, grants));
    if (rows.length > 0) return;
  }
}

async function findAsked(db: Db, approvalId: string) {
  const found = await loadTaskOfApproval(db, approvalId);
  if (!found)
    throw errors.NOT_FOUND({ message: "There is no such approval, or it is asked of nobody any more." });
  return { task: found.task, asked: found.approval };
}

type Answered = {
  reviewer_id: string;
  status: string;
  release_at: string | null;
  apply_immediately: boolean;
};

/** The row after an outcome; unchanged state where the review stays open. */
export function moveOf(
  task: ReviewRecord,
  outcome: Outcome,
  responses: readonly Answered[],
  reason?: string,
): Move {
  const state = outcome === "open" ? task.state : transitionFrom(task.state, outcome)!.to!;
  const message = `Changes were requested${reason ? `: ${reason}` : "."}`;
  return {
    state,
    current_approvals: outcome === "return" ? 0 : countApprovals(responses),
    apply_immediately: responses.some(
      (response) => response.status === "APPROVED" && response.apply_immediately,
    ),
    problem: outcome === "return" ? { code: "CHANGES_REQUESTED", message } : null,
    held: outcome === "approve" ? heldBy(task.requirements ?? [], task.now) : null,
  };
}

export function moveFacts(
  task: Omit<ReviewRecord, "approvals"> & { approvals: readonly { reviewer_id: string; status: string }[] },
  outcome: Outcome,
  move: Move,
  reason?: string,
) {
  if (outcome === "open") return [];
  const transition = transitionFrom(task.state, outcome)!;
  return [
    taskFact(transition.fact, task, {
      from_state: task.state,
      to_state: move.state,
      ...(reason && outcome !== "approve" ? { reason } : {}),
      detail: {
        priority: task.priority,
        apply_immediately: move.apply_immediately,
        content_hash: task.content_hash,
        ...heldDetail(move.held),
      },
    }),
  ];
}
