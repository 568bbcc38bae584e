import type { RespondInput } from "../approvals/schema.ts";
import {
  approvalErrors,
  assertMayRespond,
  countApprovals,
  isReleased,
  type Outcome,
  outcomeOf,
  STATUS_OF,
} from "../approvals/service.ts";
import { type Actor, systemActor } from "../kernel/actor.ts";
import { errors } from "../kernel/errors.ts";
import type { TaskState } from "../tasks/schema.ts";
import {
  assertAllowed,
  loadTask,
  loadTaskOfApproval,
  type ReviewRecord,
  taskErrors,
  transitionFrom,
} from "../tasks/service.ts";
import { decideAndCommit } from "./commit.ts";
import type { GateDeps } from "./deps.ts";
import { heldBy, heldDetail } from "./freeze.ts";
import {
  type Move,
  release as releaseWrite,
  respond as respondWrite,
  withdraw as withdrawWrite,
} from "./review-store.ts";
import { approvalFact, taskFact } from "./task-facts.ts";

export type Responded = { success: true; approval_id: string; task_id: string; task_state: TaskState };

/** A reviewer's answer, with whatever transition it causes, in one transaction. */
export async function respond(
  deps: GateDeps,
  actor: Actor,
  approvalId: string,
  input: RespondInput,
): Promise<Responded> {
  return decideAndCommit(deps.ledger, actor, async () => {
    const { task, asked } = await findAsked(deps, approvalId);
    const voice = assertMayRespond(actor, task, asked, input);
    if (asked.revision !== task.revision)
      throw taskErrors.STALE_REVISION({ details: { revision: task.revision } });
    assertAllowed(task, "respond", ["reviewer"]);
    if (input.content_hash !== undefined && input.content_hash !== task.content_hash)
      throw taskErrors.STALE_REVISION();

    // An admin who answers somebody else's approval answers in a row of their own.
    const own = task.approvals.find((approval) => approval.reviewer_id === voice.reviewer_id);
    const { undo_seconds, apply_immediately } = input.options;
    const status = STATUS_OF[input.action];
    const releaseAt = undo_seconds > 0 ? new Date(task.now.getTime() + undo_seconds * 1000) : null;
    const answer = {
      reviewer_id: voice.reviewer_id,
      status,
      apply_immediately,
      release_at: releaseAt?.toISOString() ?? null,
    };
    const responses = [...task.approvals.filter((approval) => approval !== own), answer];
    const outcome = outcomeOf(task.requirements ?? [], responses, task.now);
    const move = moveOf(task, outcome, responses, input.reason);
    const id = own?.id ?? deps.ids.uuid();
    const after = { ...task, approvals: responses };
    return {
      write: respondWrite(
        task,
        {
          id,
          reviewer_id: voice.reviewer_id,
          reviewer_name: actor.name,
          status,
          action: input.action,
          reason: input.reason?.trim() || null,
          content_hash: task.content_hash,
          apply_immediately,
          // The same moment as the job's: one that came before the row's would find nothing to release.
          release_at: releaseAt,
          by_admin: own?.by_admin ?? voice.by_admin,
          why: [],
          requirement_ids: own?.requirement_ids ?? [],
        },
        move,
      ),
      facts: [
        approvalFact(
          "approval.responded",
          after,
          { id, reviewer_id: voice.reviewer_id },
          {
            from_state: own?.status ?? "PENDING",
            to_state: status,
            ...(input.reason ? { reason: input.reason } : {}),
            detail: {
              response: input.action,
              content_hash: task.content_hash,
              ...(releaseAt ? { release_at: releaseAt.toISOString() } : {}),
            },
          },
        ),
        ...moveFacts(after, outcome, move, input.reason),
      ],
      result: { success: true, approval_id: id, task_id: task.id, task_state: move.state },
    };
  });
}

/** Takes one's own response back within its undo time. */
export async function withdraw(deps: GateDeps, actor: Actor, approvalId: string): Promise<Responded> {
  return decideAndCommit(deps.ledger, actor, async () => {
    const { task, asked } = await findAsked(deps, approvalId);
    if (asked.reviewer_id !== actor.id) throw approvalErrors.NOT_ASKED();
    const own = task.approvals.find((approval) => approval.id === approvalId);
    if (!own) throw taskErrors.STALE_REVISION({ details: { revision: task.revision } });
    if (own.responded_at === null || isReleased(own, task.now)) throw approvalErrors.UNDO_TIME_OVER();
    assertAllowed(task, "respond", ["reviewer"]);
    const others = task.approvals.filter((approval) => approval !== own);
    return {
      write: withdrawWrite(task, own, countApprovals(others)),
      facts: [approvalFact("approval.withdrawn", task, own, { from_state: own.status, to_state: "PENDING" })],
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
    const facts = moveFacts(task, outcome, move, reason);
    const rows = await deps.ledger.commit(systemActor("gate"), facts, releaseWrite(task, move));
    if (rows.length > 0) return;
  }
}

async function findAsked(deps: GateDeps, approvalId: string) {
  const found = await loadTaskOfApproval(deps.pool, approvalId);
  if (!found) throw errors.NOT_FOUND({ message: "There is no such approval." });
  return { task: found.task, asked: found.approval };
}

type Answered = {
  reviewer_id: string;
  status: string;
  release_at: string | null;
  apply_immediately: boolean;
};

/** The row after an outcome; unchanged state where the review stays open. */
function moveOf(task: ReviewRecord, outcome: Outcome, responses: readonly Answered[], reason?: string): Move {
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

function moveFacts(
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
