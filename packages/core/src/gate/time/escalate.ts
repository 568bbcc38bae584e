import { makersOf } from "../../approvals/service.ts";
import type { Person } from "../../identity/schema.ts";
import { systemActor } from "../../kernel/actor.ts";
import type { Fact } from "../../ledger/schema.ts";
import { type HotWrite, hotWrite, json } from "../../ledger/service.ts";
import { type ApprovalToAsk, loadTaskToAsk, type TaskToAsk } from "../../tasks/service.ts";
import { type AskChange, type AskPlan, askFacts, planAsk } from "../ask.ts";
import { askCtes, demandedColumn } from "../ask-store.ts";
import { casTask } from "../cas-task.ts";
import type { GateDeps } from "../deps.ts";
import { approvalFact } from "../task-facts.ts";
import { LADDER_END, nextStep, type Step } from "./ladder.ts";

const LIMIT = 200;

/**
 * Reminders and escalations that are due, task by task. Columns say what is due and an answer ends it by changing the
 * row, so this may run twice and in any number of workers: the step is taken by compare-and-swap. Answers how many.
 */
export async function stepLate(deps: GateDeps): Promise<number> {
  const now = deps.clock.now();
  const { rows } = await deps.pool.query<{ task_id: string }>({
    name: "timers-due",
    text: `SELECT DISTINCT task_id FROM (SELECT a.task_id FROM approval a JOIN task t ON t.id = a.task_id
      WHERE a.status = 'PENDING' AND a.next_step_at <= $1::timestamptz AND t.state = 'REVIEWING'
        AND t.revision = a.revision ORDER BY a.next_step_at LIMIT ${LIMIT}) due`,
    values: [now],
  });
  if (rows.length === 0) return 0;
  const [people, onCall] = await Promise.all([deps.identity.directory(), deps.onCall.at(now)]);
  let steps = 0;
  for (const { task_id } of rows) steps += await stepTask(deps, task_id, { now, people, onCall });
  return steps;
}

type Facts = { now: Date; people: readonly Person[]; onCall: readonly string[] };
type Taken = { row: ApprovalToAsk; step: Step };

async function stepTask(deps: GateDeps, taskId: string, facts: Facts): Promise<number> {
  const task = await loadTaskToAsk(deps.pool, taskId);
  if (task?.state !== "REVIEWING") return 0;
  const taken = stepsOf(task, facts);
  if (taken.length === 0) return 0;
  const add = taken.flatMap(({ row, step }) => (step.kind === "escalate" ? asked(deps, row, step.to) : []));
  const plan = add.length > 0 ? onNoLadder(planAsk(task, { add })) : null;
  const rows = await deps.ledger.commit(
    systemActor("timers"),
    [
      ...taken.flatMap(({ row, step }) => stepFact(task, row, step, facts)),
      ...(plan ? escalatedFacts(task, plan) : []),
    ],
    stepWrite(task, taken, plan),
  );
  // Somebody was faster: what is still due is found again.
  return rows.length > 0 ? taken.length : 0;
}

/** Each due row's step; somebody who is asked by one of them is not asked by the next. */
function stepsOf(task: TaskToAsk, { now, people, onCall }: Facts): Taken[] {
  const excluded = new Set([...makersOf(task), ...task.approvals.map(({ reviewer_id }) => reviewer_id)]);
  const due = task.approvals.filter(
    (row) => row.status === "PENDING" && row.next_step_at !== null && new Date(row.next_step_at) <= now,
  );
  return due.map((row) => {
    const groups = (task.requirements ?? []).flatMap(({ id, escalate_to }) =>
      row.requirement_ids.includes(id) && escalate_to ? [escalate_to] : [],
    );
    const step = nextStep(row, { now, people, groups, on_call: onCall, excluded });
    if (step.kind === "escalate") for (const { id } of step.to) excluded.add(id);
    return { row, step };
  });
}

function asked(
  deps: GateDeps,
  row: ApprovalToAsk,
  to: readonly Person[],
): NonNullable<AskChange["add"]>[number][] {
  return to.map((person) => ({
    id: deps.ids.uuid(),
    person,
    requirement_ids: row.requirement_ids,
    why: row.why.map((each) => ({
      ...each,
      rule: `${each.rule}; ${row.reviewer_name} did not answer in time`,
      via: [...each.via, person.name],
    })),
    stands_for: [...new Set([...row.stands_for, row.reviewer_id])],
  }));
}

/** Who is asked by a ladder starts none: it goes on from the request that began it. */
function onNoLadder(plan: AskPlan): AskPlan {
  return { ...plan, asked: plan.asked.map((row) => ({ ...row, escalation_step: LADDER_END })) };
}

function escalatedFacts(task: TaskToAsk, plan: AskPlan): Fact[] {
  return askFacts(task, plan).map((fact) => ({ ...fact, detail: { ...fact.detail, how: "escalated" } }));
}

function stepFact(task: TaskToAsk, row: ApprovalToAsk, step: Step, facts: Facts): Fact[] {
  const detail = { reviewer_name: row.reviewer_name, due_at: row.due_at, step: step.step };
  if (step.kind === "remind") return [approvalFact("approval.reminded", task, row, { detail })];
  const isFirst = row.escalation_step <= 1;
  // At the ladder's end, after others were asked, there is no news.
  if (step.kind === "end" && !isFirst) return [];
  const to = step.kind === "escalate" ? step.to.map(({ id, name }) => ({ id, name })) : [];
  const names = to.map(({ name }) => name).join(", ");
  const onCall = facts.people.filter(({ id, active }) => active && facts.onCall.includes(id));
  return [
    approvalFact("approval.escalated", task, row, {
      reason: `${row.reviewer_name} did not answer in time; ${names ? `${names} is asked too` : "nobody else can be asked"}.`,
      detail: {
        ...detail,
        rung: step.kind === "escalate" ? step.rung : null,
        to,
        on_call: isFirst ? onCall.map(({ id, name }) => ({ id, name })) : [],
      },
    }),
  ];
}

/** The steps of a task, with whom they ask, in one statement. */
function stepWrite(task: TaskToAsk, taken: readonly Taken[], plan: AskPlan | null): HotWrite {
  const steps = taken.map(({ row, step }) => ({ id: row.id, step: step.step, next: step.next }));
  return hotWrite(plan ? "task-escalate" : "task-remind", (p) => {
    const ask = plan ? `, ${askCtes(p, task, plan)}` : "";
    return `${casTask(p, task, plan ? [demandedColumn(p, plan)] : [], false)},
    stepped AS (UPDATE approval a SET escalation_step = s.step, next_step_at = s.next
      FROM guard, jsonb_to_recordset(${p(json(steps))}::jsonb) AS s(id uuid, step int, next timestamptz)
      WHERE a.id = s.id)${ask}`;
  });
}
