import { approvalErrors } from "../approvals/service.ts";
import type { Actor } from "../kernel/actor.ts";
import { errors } from "../kernel/errors.ts";
import { type HotWrite, hotWrite } from "../ledger/service.ts";
import { assertAllowed, loadTaskOfApproval, taskErrors } from "../tasks/service.ts";
import { decideAndCommit } from "./commit.ts";
import type { GateDeps } from "./deps.ts";
import { approvalFact } from "./task-facts.ts";

export type Snoozed = { approval_id: string; task_id: string; snoozed_until: string | null };

const MAX_SNOOZE_MS = 30 * 86_400_000;

/**
 * Puts one's own open approval aside until a moment, or takes it back (`null`). Only its place in the reviewer's queue
 * changes: it stays due, and reminders and escalation go on. NOT_ASKED, STALE_REVISION, INVALID_TRANSITION.
 */
export async function snooze(
  deps: GateDeps,
  actor: Actor,
  approvalId: string,
  until: string | null,
): Promise<Snoozed> {
  return decideAndCommit(deps.ledger, actor, async () => {
    const found = await loadTaskOfApproval(deps.pool, approvalId);
    if (!found) throw errors.NOT_FOUND({ message: "There is no such approval." });
    const { task, approval } = found;
    if (approval.reviewer_id !== actor.id) throw approvalErrors.NOT_ASKED();
    if (approval.revision !== task.revision)
      throw taskErrors.STALE_REVISION({ details: { revision: task.revision } });
    assertAllowed(task, "respond", ["reviewer"]);
    const own = task.approvals.find(({ id }) => id === approvalId);
    if (own?.status !== "PENDING") throw approvalErrors.NOT_OPEN();
    assertUntil(until, task.now);
    return {
      write: snoozeWrite(task, approvalId, until),
      facts: [
        approvalFact(until === null ? "approval.unsnoozed" : "approval.snoozed", task, own, {
          detail: { snoozed_until: until },
        }),
      ],
      result: { approval_id: approvalId, task_id: task.id, snoozed_until: until },
    };
  });
}

function assertUntil(until: string | null, now: Date): void {
  if (until === null) return;
  const ms = new Date(until).getTime() - now.getTime();
  const issue = ms <= 0 ? "must lie in the future" : ms > MAX_SNOOZE_MS ? "must lie within 30 days" : null;
  if (issue) throw errors.VALIDATION_ERROR({ details: [{ field: "until", issue }] });
}

/** The approval's own row is what is compared: a task's version would end with every answer of somebody else. */
function snoozeWrite(task: { revision: number }, approvalId: string, until: string | null): HotWrite {
  return hotWrite(
    "approval-snooze",
    (p) => `guard AS (UPDATE approval a SET snoozed_until = ${p(until)}::timestamptz FROM task t
      WHERE a.id = ${p(approvalId)}::uuid AND a.status = 'PENDING' AND t.id = a.task_id AND t.state = 'REVIEWING'
        AND t.revision = ${p(task.revision)}::int RETURNING a.id)`,
  );
}
