import { makersOf } from "../../approvals/service.ts";
import { type DelegationRule, resolveDelegations } from "../../delegations/service.ts";
import type { Person } from "../../identity/schema.ts";
import { systemActor } from "../../kernel/actor.ts";
import type { Fact } from "../../ledger/schema.ts";
import { type HotWrite, hotWrite } from "../../ledger/service.ts";
import { unsatisfiable } from "../../policies/service.ts";
import { type ApprovalToAsk, loadTaskToAsk, type TaskToAsk } from "../../tasks/service.ts";
import { type AskPlan, askFacts, askMore, planAsk } from "../ask.ts";
import { casTask } from "../cas-task.ts";
import type { GateDeps } from "../deps.ts";
import { approvalFact } from "../task-facts.ts";
import { canAnswer, managerOf } from "./ladder.ts";

const LIMIT = 200;
const ACTOR = systemActor("timers");

/**
 * Finds open requests to people who left or review no longer, and hands each on: to their delegate, else their manager,
 * else, where the change could not be approved any more without them, to the policy's escalation group or who is on
 * call. Where nobody is left the request is closed, and author and admins are told. A wake-up of the fact runs this at
 * once, the sweep runs it again: what is done already is not found. Answers how many.
 */
export async function reassignLeft(deps: GateDeps): Promise<number> {
  const { rows } = await deps.pool.query<{ task_id: string; approval_id: string }>({
    name: "timers-left",
    text: `SELECT a.task_id, a.id AS approval_id FROM "user" u
      JOIN approval a ON a.reviewer_id = u.id AND a.status = 'PENDING' AND a.kind = 'review'
      JOIN task t ON t.id = a.task_id AND t.revision = a.revision AND t.state = 'REVIEWING'
      WHERE NOT u.active OR NOT u.roles && ARRAY['reviewer', 'admin'] ORDER BY a.id LIMIT ${LIMIT}`,
  });
  if (rows.length === 0) return 0;
  const now = deps.clock.now();
  const [people, rules, onCall] = await Promise.all([
    deps.identity.directory(),
    deps.delegations.active(),
    deps.onCall.at(now),
  ]);
  let handed = 0;
  for (const { task_id, approval_id } of rows) {
    const task = await loadTaskToAsk(deps.pool, task_id);
    const row = task?.approvals.find(({ id, status }) => id === approval_id && status === "PENDING");
    if (task?.state === "REVIEWING" && row)
      handed += await reassign(deps, task, row, { people, rules, onCall, now });
  }
  return handed;
}

type Facts = {
  people: readonly Person[];
  rules: readonly DelegationRule[];
  onCall: readonly string[];
  now: Date;
};

async function reassign(deps: GateDeps, task: TaskToAsk, row: ApprovalToAsk, facts: Facts): Promise<number> {
  for (const by of successorsOf(task, row, facts)) {
    const replace = { id: deps.ids.uuid(), approval_id: row.id, by, how: "reassigned" as const };
    const plan = planAsk(task, { replace });
    if (plan.problems.length > 0) continue;
    return (await deps.ledger.commit(ACTOR, reassignedFacts(task, row, plan), askMore(task, plan))).length;
  }
  const isStuck = unsatisfiable(withoutHim(task, row)).length > 0;
  const reason = `${row.reviewer_name} reviews no longer, and nobody stands in.`;
  const fact = approvalFact(isStuck ? "approval.unanswerable" : "approval.dropped", task, row, {
    from_state: "PENDING",
    to_state: "CLOSED",
    reason: isStuck
      ? `${reason} Nobody else can give this approval: an admin can override it, or the author can change the task.`
      : reason,
  });
  return (await deps.ledger.commit(ACTOR, [fact], closeWrite(task, row.id))).length;
}

/** Who may be asked instead, the best first. Pure. */
export function successorsOf(task: TaskToAsk, row: ApprovalToAsk, facts: Facts): Person[] {
  const makers = makersOf(task);
  const passes = (person: Person): boolean =>
    canAnswer(person) && !makers.includes(person.id) && person.id !== row.reviewer_id;
  const byId = new Map(facts.people.map((person) => [person.id, person]));
  const delegate = byId.get(delegateOf(task, row.reviewer_id, facts) ?? "");
  const manager = managerOf(row.reviewer_id, facts.people, passes);
  const nearest = [delegate, manager].filter((person) => person !== undefined).filter(passes);
  if (unsatisfiable(withoutHim(task, row)).length === 0) return nearest;
  const groups = (task.requirements ?? []).flatMap(({ id, escalate_to }) =>
    row.requirement_ids.includes(id) && escalate_to ? [escalate_to] : [],
  );
  const inGroups = facts.people.filter((person) => groups.some((group) => person.groups.includes(group)));
  const onCall = facts.people.filter(({ id }) => facts.onCall.includes(id));
  return [...new Set([...nearest, ...inGroups, ...onCall])].filter(passes);
}

/** The end of the chain that this person's delegations lead to, or null where they lead nowhere. */
function delegateOf(task: TaskToAsk, id: string, { rules, people, now }: Facts): string | null {
  const change = {
    type: task.type,
    keys: task.resource_keys,
    score: task.risk_score ?? 0,
    tags: task.tags,
    at: now,
    makers: makersOf(task),
  };
  // Chains end before people who left; the one who left here is where this one begins.
  const asIfHere = people.map((person) => (person.id === id ? { ...person, active: true } : person));
  const found = resolveDelegations(rules, [id], change, asIfHere).get(id);
  return found && found.end_id !== id ? found.end_id : null;
}

function withoutHim(task: TaskToAsk, row: ApprovalToAsk) {
  const rest = (ids: readonly string[]): string[] => ids.filter((id) => id !== row.reviewer_id);
  return (task.requirements ?? []).map((requirement) => ({
    ...requirement,
    candidates: rest(requirement.candidates),
    required_roles: requirement.required_roles.map((role) => ({ ...role, members: rest(role.members) })),
  }));
}

function reassignedFacts(task: TaskToAsk, row: ApprovalToAsk, plan: AskPlan): Fact[] {
  return askFacts(task, plan).map((fact) => ({
    ...fact,
    detail: {
      ...fact.detail,
      ...(fact.action === "approval.requested"
        ? { how: "reassigned" }
        : { reviewer_name: row.reviewer_name }),
    },
  }));
}

/** Closes a request that nobody takes over; its requirement stays as it was, for an admin to override. */
function closeWrite(task: TaskToAsk, approvalId: string): HotWrite {
  return hotWrite(
    "task-close-request",
    (p) => `${casTask(p, task, [], false)},
    closed AS (UPDATE approval a SET status = 'CLOSED', next_step_at = NULL FROM guard
      WHERE a.id = ${p(approvalId)}::uuid)`,
  );
}
