import type { WhyAsked } from "../approvals/schema.ts";
import { countApprovals, dueRule } from "../approvals/service.ts";
import type { Fact } from "../ledger/schema.ts";
import { type HotWrite, hotWrite } from "../ledger/service.ts";
import type { Requirement } from "../policies/schema.ts";
import { requiredApprovals, unsatisfiable } from "../policies/service.ts";
import type { ApprovalToAsk, TaskToAsk } from "../tasks/service.ts";
import { askColumns, askCtes, type ChangedApproval, type NewApproval } from "./ask-store.ts";
import { casTask } from "./cas-task.ts";
import { approvalFact } from "./task-facts.ts";

/** Who is asked; an id and a name are all that an approval keeps of them. */
export type AskedPerson = { readonly id: string; readonly name: string };

/** A change of who is asked on an open review. `id` is that of the row it makes, should it make one. */
export type AskChange = {
  /** A requirement beside those of the policies; replaces the one of the same id. */
  readonly demand?: Requirement;
  /** The id of such a requirement that is taken back; who was asked only for it is asked no more. */
  readonly without?: string;
  /** People who are asked in addition, in the places of those they stand for, or as candidates. */
  readonly add?: readonly {
    id: string;
    person: AskedPerson;
    requirement_ids: readonly string[];
    why: readonly WhyAsked[];
    stands_for: readonly string[];
  }[];
  /** One person in another's place. `delegated`: by the one who was asked; `reassigned`: because they left. */
  readonly replace?: {
    id: string;
    approval_id: string;
    by: AskedPerson;
    how: "delegated" | "reassigned";
    reason?: string | undefined;
  };
  /** The id of an approval whose owner delegated it and wants it back. */
  readonly take_back?: string;
};

export type AskPlan = {
  readonly requirements: readonly Requirement[];
  readonly asked: readonly NewApproval[];
  /** Rows that are there already: asked for more or less, given away, or taken back. */
  readonly changed: readonly ChangedApproval[];
  /** Ids of rows that are asked for nothing any more. */
  readonly dropped: readonly string[];
  readonly required_approvals: number;
  readonly current_approvals: number;
  /** Why it must not be done, in words; the review would be stuck, or nothing would be asked of anybody. */
  readonly problems: readonly string[];
};

type Row = ApprovalToAsk;

/**
 * What a change of who is asked comes to: requirements with their candidates replaced or added to, and the rows that
 * follow. Pure. A person has one row on a revision: who is asked already is asked for more, and who has answered or
 * has given the request to somebody else is not asked again. One human still counts once.
 */
export function planAsk(task: TaskToAsk, change: AskChange): AskPlan {
  const draft = new AskDraft(task);
  if (change.demand) draft.demand(change.demand);
  if (change.without) draft.withdrawDemand(change.without);
  if (change.take_back) draft.takeBack(change.take_back);
  if (change.replace) draft.replace(change.replace);
  for (const added of change.add ?? []) draft.add(added);
  return draft.plan();
}

/** The whole of it as one statement by compare-and-swap; needs a plan without problems. */
export function askMore(task: { id: string; version: number; revision: number }, plan: AskPlan): HotWrite {
  return hotWrite(
    "task-ask",
    (p) => `${casTask(p, task, askColumns(p, plan), false)}, ${askCtes(p, task, plan)}`,
  );
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
    const action = {
      DELEGATED: "approval.delegated",
      CLOSED: "approval.reassigned",
      PENDING: "approval.taken_back",
    }[row.status];
    return approvalFact(action, after, before, {
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

const asPending = ({ reviewer_id }: { reviewer_id: string }) => ({ reviewer_id, status: "PENDING" });

class AskDraft {
  private readonly task: TaskToAsk;
  private requirements: Requirement[];
  private readonly rows: Map<string, Row>;
  private readonly asked: NewApproval[] = [];
  private readonly changed = new Map<string, ChangedApproval>();
  private readonly dropped: string[] = [];
  private readonly problems: string[] = [];

  constructor(task: TaskToAsk) {
    this.task = task;
    this.requirements = [...(task.requirements ?? [])];
    this.rows = new Map(task.approvals.map((row) => [row.reviewer_id, row]));
  }

  demand(demand: Requirement): void {
    this.requirements = [...this.requirements.filter(({ id }) => id !== demand.id), demand];
  }

  withdrawDemand(id: string): void {
    this.requirements = this.requirements.filter((requirement) => requirement.id !== id);
    for (const row of this.task.approvals) {
      if (row.status === "PENDING" && row.requirement_ids.includes(id)) this.askLess(row, [id], []);
    }
  }

  /** As candidate, and in the roles, of those who are stood for; where nobody is, as a candidate. */
  add({ id, person, requirement_ids, why, stands_for }: NonNullable<AskChange["add"]>[number]): void {
    this.requirements = this.requirements.map((requirement) =>
      requirement_ids.includes(requirement.id)
        ? withPerson(requirement, person.id, (ids) =>
            stands_for.length === 0
              ? ids === requirement.candidates
              : ids.some((x) => stands_for.includes(x)),
          )
        : requirement,
    );
    this.ask(id, person, { requirement_ids, why, stands_for });
  }

  replace({ id, approval_id, by, how, reason }: NonNullable<AskChange["replace"]>): void {
    const old = this.row(approval_id);
    const other = this.rows.get(by.id);
    if (other && other.status !== "PENDING") {
      const done =
        other.status === "DELEGATED" ? "has passed this on to somebody else" : "has answered already";
      this.problems.push(`${by.name} ${done}.`);
      return;
    }
    this.requirements = this.requirements.map((requirement) =>
      old.requirement_ids.includes(requirement.id)
        ? withoutPerson(
            withPerson(requirement, by.id, (ids) => ids.includes(old.reviewer_id)),
            old.reviewer_id,
          )
        : requirement,
    );
    this.change(old, {
      status: how === "delegated" ? "DELEGATED" : "CLOSED",
      action: how === "delegated" ? "delegate" : null,
      reason: reason ?? null,
      delegated_to: by.id,
    });
    const wanted = {
      requirement_ids: old.requirement_ids,
      why: old.why.map((each) => ({ ...each, via: [...each.via, by.name] })),
      stands_for: [...new Set([...old.stands_for, old.reviewer_id])],
    };
    this.ask(id, by, wanted, old);
  }

  takeBack(approvalId: string): void {
    const own = this.row(approvalId);
    const other = own.delegated_to === null ? undefined : this.rows.get(own.delegated_to);
    if (own.status !== "DELEGATED" || other?.status !== "PENDING") {
      this.problems.push("Who was asked instead has answered already, or has passed it on.");
      return;
    }
    const ways = own.why.map((each) => ({ ...each, via: [...each.via, other.reviewer_name] }));
    const kept = withoutWays(other.why, ways);
    const given = own.requirement_ids.filter((id) => !kept.some((each) => each.requirement_id === id));
    this.requirements = this.requirements.map((requirement) => {
      if (!own.requirement_ids.includes(requirement.id)) return requirement;
      const both = withPerson(requirement, own.reviewer_id, (ids) => ids.includes(other.reviewer_id));
      return given.includes(requirement.id) ? withoutPerson(both, other.reviewer_id) : both;
    });
    this.askLess(other, given, [own.reviewer_id, ...own.stands_for], kept);
    this.change(own, { status: "PENDING", action: null, reason: null, delegated_to: null });
  }

  plan(): AskPlan {
    const approvals = this.task.approvals
      .filter(({ id }) => !this.dropped.includes(id))
      .map((row) => ({ ...row, ...this.changed.get(row.id) }));
    return {
      requirements: this.requirements,
      asked: this.asked,
      changed: [...this.changed.values()],
      dropped: this.dropped,
      required_approvals: requiredApprovals(this.requirements).count,
      current_approvals: countApprovals(approvals),
      problems: [
        ...this.problems,
        ...unsatisfiable(this.requirements).map(({ policy, issue }) => `${policy} ${issue}.`),
      ],
    };
  }

  private ask(
    id: string,
    person: AskedPerson,
    { requirement_ids, why, stands_for }: Pick<Row, "requirement_ids" | "why" | "stands_for">,
    like?: Row,
  ): void {
    const row = this.rows.get(person.id);
    if (!row) {
      const due = dueRule(
        this.task.priority,
        this.requirements
          .filter((each) => requirement_ids.includes(each.id))
          .map((each) => each.due_in_hours),
      );
      const dueAt = new Date(this.task.now.getTime() + due.hours * 3_600_000).toISOString();
      this.asked.push({
        id,
        reviewer_id: person.id,
        reviewer_name: person.name,
        priority: like?.priority ?? due.priority,
        requirement_ids: [...requirement_ids],
        why: [...why],
        stands_for: [...stands_for],
        // Passing a request on does not win time, but nobody is asked too late.
        due_at: like?.due_at && new Date(like.due_at) > this.task.now ? like.due_at : dueAt,
      });
      return;
    }
    if (row.status !== "PENDING") return;
    this.change(row, {
      requirement_ids: [...new Set([...row.requirement_ids, ...requirement_ids])],
      why: [...row.why, ...why],
      stands_for: [...new Set([...row.stands_for, ...stands_for])],
    });
  }

  private askLess(
    row: Row,
    ids: readonly string[],
    standsFor: readonly string[],
    why?: readonly WhyAsked[],
  ): void {
    const left = row.requirement_ids.filter((id) => !ids.includes(id));
    if (left.length === 0) {
      this.dropped.push(row.id);
      return;
    }
    const still = why ?? row.why.filter((each) => !ids.includes(each.requirement_id));
    this.change(row, {
      requirement_ids: left,
      why: [...still],
      stands_for: row.stands_for.filter((id) => !standsFor.includes(id)),
    });
  }

  private change(row: Row, to: Partial<ChangedApproval>): void {
    const { id, requirement_ids, why, stands_for } = row;
    const before = this.changed.get(id) ?? {
      ...{ id, requirement_ids, why, stands_for },
      status: "PENDING" as const,
      ...{ action: null, reason: null, delegated_to: null },
    };
    this.changed.set(id, { ...before, ...to });
  }

  private row(id: string): Row {
    const row = this.task.approvals.find((each) => each.id === id);
    if (!row) throw new Error(`The task has no approval ${id} on its revision.`);
    return row;
  }
}

/** The requirement with this person too, among the candidates and in each role for which `belongs` says so. */
function withPerson(
  requirement: Requirement,
  id: string,
  belongs: (ids: readonly string[]) => boolean,
): Requirement {
  const joined = (ids: string[]): string[] => (belongs(ids) ? [...new Set([...ids, id])] : ids);
  return {
    ...requirement,
    candidates: joined(requirement.candidates),
    required_roles: requirement.required_roles.map((role) => ({ ...role, members: joined(role.members) })),
  };
}

function withoutPerson(requirement: Requirement, id: string): Requirement {
  const rest = (ids: string[]): string[] => ids.filter((each) => each !== id);
  return {
    ...requirement,
    candidates: rest(requirement.candidates),
    required_roles: requirement.required_roles.map((role) => ({ ...role, members: rest(role.members) })),
  };
}

/** The reasons without these, each taken out once: two ways by people of the same name are two. */
function withoutWays(reasons: readonly WhyAsked[], ways: readonly WhyAsked[]): WhyAsked[] {
  const key = (each: WhyAsked): string => JSON.stringify([each.requirement_id, each.via]);
  const left = ways.map(key);
  return reasons.filter((each) => {
    const at = left.indexOf(key(each));
    if (at < 0) return true;
    left.splice(at, 1);
    return false;
  });
}
