import type { RespondInput } from "../approvals/schema.ts";
import { approvalErrors, makersOf } from "../approvals/service.ts";
import { resolveDelegations } from "../delegations/service.ts";
import type { Actor } from "../kernel/actor.ts";
import { errors } from "../kernel/errors.ts";
import type { Requirement } from "../policies/schema.ts";
import { reviewerIssues } from "../policies/service.ts";
import { type Db, type ReviewRecord, type TaskToAsk, withReasons } from "../tasks/service.ts";
import { type AskChange, type AskedPerson, type AskPlan, askFacts, askMore, planAsk } from "./ask.ts";
import type { Decision } from "./commit.ts";
import type { GateDeps } from "./deps.ts";
import type { Responded } from "./schema.ts";

type Deps = Pick<GateDeps, "identity" | "ids" | "delegations" | "clock">;

/**
 * One's own request goes to somebody else, for this approval only; they may pass it on, but never back. Whoever they
 * have delegated such changes to is asked in their place: nobody's request ends with somebody who is away.
 */
export async function decideDelegation(
  deps: Deps,
  db: Db,
  actor: Actor,
  found: { task: ReviewRecord; approval_id: string },
  input: Pick<RespondInput, "reason"> & { delegate_to: string },
): Promise<Decision<Responded>> {
  const [by] = await peopleToAsk(deps, found.task, actor, [input.delegate_to], () => "delegate_to");
  const task = await withReasons(db, found.task);
  const chain = await standInOf(deps, task, actor, by!);
  const plan = planAsk(task, {
    replace: {
      id: deps.ids.uuid(),
      approval_id: found.approval_id,
      ...chain,
      how: "delegated",
      reason: input.reason?.trim(),
    },
  });
  if (plan.problems.length > 0) throw refused(plan.problems);
  return asked(task, plan, found.approval_id);
}

/** Whom the delegations of the chosen one lead to, and the names in between; never back to who asks. */
async function standInOf(deps: Deps, task: TaskToAsk, actor: Actor, chosen: AskedPerson) {
  const [rules, people] = await Promise.all([deps.delegations.active(), deps.identity.directory()]);
  const facts = {
    type: task.type,
    keys: task.resource_keys,
    score: task.risk_score ?? 0,
    tags: task.tags,
    at: deps.clock.now(),
    makers: [...makersOf(task), actor.id],
  };
  const chain = resolveDelegations(rules, [chosen.id], facts, people).get(chosen.id)!;
  const by = people.find(({ id }) => id === chain.end_id) ?? chosen;
  return { by: { id: by.id, name: by.name }, over: chain.via.slice(0, -1) };
}

/** What was passed on comes back, as long as whoever was asked instead has neither answered nor passed it on. */
export async function decideTakeBack(
  db: Db,
  found: { task: ReviewRecord; approval_id: string },
): Promise<Decision<Responded>> {
  const task = await withReasons(db, found.task);
  const plan = planAsk(task, { take_back: found.approval_id });
  if (plan.problems.length > 0) throw approvalErrors.UNDO_TIME_OVER({ message: plan.problems.join(" ") });
  return asked(task, plan, found.approval_id);
}

/** The id of what one person demands in addition: an answer of theirs takes the place of the one before. */
export const demandId = (reviewerId: string): string => `demanded:${reviewerId}`;

/**
 * What an answer changes about who is asked: `require_additional_approvals` makes a requirement that all of these
 * approve, and an answer without it takes back what the same person demanded before. Null where it changes nothing.
 */
export async function planDemand(
  deps: Deps,
  db: Db,
  found: ReviewRecord,
  actor: Actor,
  wanted: readonly string[],
): Promise<{ task: TaskToAsk; plan: AskPlan } | null> {
  const id = demandId(actor.id);
  const stands = found.requirements?.some((requirement) => requirement.id === id) ?? false;
  if (wanted.length === 0 && !stands) return null;
  const task = await withReasons(db, found);
  if (wanted.length === 0) return { task, plan: planAsk(task, { without: id }) };
  const field = (at: number): string => `options.require_additional_approvals.${at}`;
  const people = await peopleToAsk(deps, found, actor, wanted, field);
  const demand = demandOf(id, actor, people);
  const change: AskChange = {
    demand,
    add: people.map((person) => ({
      id: deps.ids.uuid(),
      person,
      requirement_ids: [id],
      why: [
        { requirement_id: id, policy: demand.policy_name, rule: `all of ${demand.who}`, via: [person.name] },
      ],
      stands_for: [],
    })),
  };
  const passedOn = task.approvals.filter(
    (row) => row.status === "DELEGATED" && wanted.includes(row.reviewer_id),
  );
  if (passedOn.length > 0) {
    throw refused(passedOn.map((row) => `${row.reviewer_name} has passed this on to somebody else.`));
  }
  return { task, plan: planAsk(task, change) };
}

function demandOf(id: string, actor: Actor, people: readonly { id: string; name: string }[]): Requirement {
  return {
    id,
    policy_id: null,
    policy_name: `Required by ${actor.name}`,
    policy_version: 0,
    min_approvers: people.length,
    candidates: people.map((person) => person.id),
    open: false,
    who: people.map((person) => person.name).join(", "),
    required_roles: [],
    reject_threshold: 1,
    auto_approved: false,
    why: `${actor.name} approved it only together with them`,
    due_in_hours: null,
  };
}

/** The people of these ids, each once; refused where one could not answer, or is the one who asks. */
async function peopleToAsk(
  deps: Deps,
  task: ReviewRecord,
  actor: Actor,
  ids: readonly string[],
  field: (at: number) => string,
): Promise<{ id: string; name: string }[]> {
  const people = await deps.identity.directory();
  const requested = [...new Set(ids)];
  const details = reviewerIssues({ people, excluded: makersOf(task), requested, field });
  const self = requested.indexOf(actor.id);
  if (self >= 0) details.push({ field: field(self), issue: "is you" });
  if (details.length > 0) throw errors.VALIDATION_ERROR({ details });
  return requested.map((id) => people.find((person) => person.id === id)!);
}

/** Nothing is decided by it: whoever is asked now has not answered yet. */
function asked(task: TaskToAsk, plan: AskPlan, approvalId: string): Decision<Responded> {
  return {
    write: askMore(task, plan),
    facts: askFacts(task, plan),
    result: { success: true, approval_id: approvalId, task_id: task.id, task_state: task.state },
  };
}

function refused(problems: readonly string[]): Error {
  return approvalErrors.DELEGATION_REFUSED({ message: problems.join(" "), details: problems });
}
