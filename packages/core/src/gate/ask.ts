import type { Fact } from "../ledger/schema.ts";
import { type HotWrite, hotWrite } from "../ledger/service.ts";
import type { TaskToAsk } from "../tasks/service.ts";
import { type AskChange, AskDraft, type AskPlan } from "./ask-draft.ts";
import { askCtes, demandedColumn } from "./ask-store.ts";
import { casTask } from "./cas-task.ts";
import { approvalFact } from "./task-facts.ts";

export type { AskChange, AskedPerson, AskPlan } from "./ask-draft.ts";

/**
 * What a change of who is asked comes to: requirements with their candidates replaced or added to, and the rows that
 * follow. Pure. A person has one row on a revision: who is asked already is asked for more, and who has answered or
 * has given the request to somebody else is not asked again. One human still counts once.
 */
export function planAsk(task: TaskToAsk, change: AskChange): AskPlan {
  const draft = new AskDraft(task);
  const replaced = change.without ?? change.demand?.id;
  if (replaced !== undefined) draft.withdrawDemand(replaced);
  if (change.demand) draft.demand(change.demand);
  if (change.take_back) draft.takeBack(change.take_back);
  if (change.replace) draft.replace(change.replace);
  for (const added of change.add ?? []) draft.add(added);
  return draft.plan();
}

/** The whole of it as one statement by compare-and-swap; needs a plan without problems. */
export function askMore(task: { id: string; version: number; revision: number }, plan: AskPlan): HotWrite {
  return hotWrite("task-ask", (p) => {
    const columns = [demandedColumn(p, plan), `current_approvals = ${p(plan.current_approvals)}::int`];
    return `${casTask(p, task, columns, false)}, ${askCtes(p, task, plan)}`;
  });
}

/** One fact for each person who is asked anew, or whose request went elsewhere. */
export function askFacts(task: TaskToAsk, plan: AskPlan): Fact[] {
  const after = { ...task, approvals: [...task.approvals, ...plan.asked.map(asPending)] };
  const requested = plan.asked.map((row) =>
    approvalFact("approval.requested", after, row, {
      to_state: "PENDING",
      detail: {
        priority: row.priority,
        due_at: row.due_at,
        risk_score: task.risk_score,
        stands_for: row.stands_for,
      },
    }),
  );
  const moved = plan.changed.flatMap((row) => {
    const before = task.approvals.find(({ id }) => id === row.id)!;
    if (before.status === row.status) return [];
    return approvalFact(MOVED[row.status]!, after, before, {
      from_state: before.status,
      to_state: row.status,
      ...(row.reason ? { reason: row.reason } : {}),
      detail: {
        response: row.status === "PENDING" ? "withdraw" : "delegate",
        delegated_to: row.delegated_to ?? before.delegated_to,
      },
    });
  });
  const dropped = plan.dropped.map((id) =>
    approvalFact("approval.dropped", task, task.approvals.find((row) => row.id === id)!),
  );
  return [...moved, ...requested, ...dropped];
}

const MOVED: Record<string, string> = {
  DELEGATED: "approval.delegated",
  CLOSED: "approval.reassigned",
  PENDING: "approval.taken_back",
};

const asPending = ({ reviewer_id }: { reviewer_id: string }) => ({ reviewer_id, status: "PENDING" });
