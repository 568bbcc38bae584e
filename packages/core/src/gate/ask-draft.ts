import type { WhyAsked } from "../approvals/schema.ts";
import { countApprovals, dueAt, dueRule } from "../approvals/service.ts";
import type { Requirement } from "../policies/schema.ts";
import { requiredApprovals, unsatisfiable } from "../policies/service.ts";
import type { ApprovalToAsk, TaskToAsk } from "../tasks/service.ts";
import type { ChangedApproval, NewApproval } from "./ask-store.ts";

/** Who is asked; an id and a name are all that an approval keeps of them. */
export type AskedPerson = { readonly id: string; readonly name: string };

/** A change of who is asked on an open review. `id` is that of the row it makes, should it make one. */
export type AskChange = {
  /** A requirement beside those of the policies, in the place of the one of the same id. */
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
    /** Names of those who were meant first and have delegated it themselves. */
    over?: readonly string[];
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
type Asked = Pick<Row, "requirement_ids" | "why" | "stands_for">;
type Added = NonNullable<AskChange["add"]>[number];

/** A review while its requests are being changed; only `plan()` says what comes of it. */
export class AskDraft {
  private readonly task: TaskToAsk;
  private requirements: readonly Requirement[];
  /** The rows as they are to be, by their people. */
  private readonly rows: Map<string, Row>;
  private readonly touched = new Set<string>();
  private readonly problems: string[] = [];

  constructor(task: TaskToAsk) {
    this.task = task;
    this.requirements = task.requirements ?? [];
    this.rows = new Map(task.approvals.map((row) => [row.reviewer_id, row]));
  }

  withdrawDemand(id: string): void {
    this.requirements = this.requirements.filter((requirement) => requirement.id !== id);
    for (const row of this.rows.values()) {
      if (row.status !== "PENDING" || !row.requirement_ids.includes(id)) continue;
      const requirement_ids = row.requirement_ids.filter((each) => each !== id);
      this.set(row, { requirement_ids, why: row.why.filter((each) => each.requirement_id !== id) });
    }
  }

  demand(demand: Requirement): void {
    this.requirements = [...this.requirements, demand];
  }

  /** As candidate, and in the roles, of those who are stood for; where nobody is, as a candidate. */
  add({ id, person, requirement_ids, why, stands_for }: Added): void {
    const belongs = (ids: readonly string[], candidates: readonly string[]): boolean =>
      stands_for.length === 0 ? ids === candidates : ids.some((each) => stands_for.includes(each));
    this.edit(requirement_ids, (requirement) =>
      withPerson(requirement, person.id, (ids) => belongs(ids, requirement.candidates)),
    );
    this.ask(id, person, { requirement_ids, why, stands_for });
  }

  replace({ id, approval_id, by, over = [], how, reason }: NonNullable<AskChange["replace"]>): void {
    const old = this.row(approval_id);
    const other = this.rows.get(by.id);
    if (other && other.status !== "PENDING") {
      const done =
        other.status === "DELEGATED" ? "has passed this on to somebody else" : "has answered already";
      this.problems.push(`${by.name} ${done}.`);
      return;
    }
    this.edit(old.requirement_ids, (requirement) =>
      withoutPerson(
        withPerson(requirement, by.id, (ids) => ids.includes(old.reviewer_id)),
        old.reviewer_id,
      ),
    );
    const isOwn = how === "delegated";
    this.set(old, {
      ...{ status: isOwn ? "DELEGATED" : "CLOSED", action: isOwn ? "delegate" : null },
      ...{ reason: reason ?? null, delegated_to: by.id },
    });
    const asked = {
      requirement_ids: old.requirement_ids,
      why: old.why.map((each) => ({ ...each, via: [...each.via, ...over, by.name] })),
      stands_for: joined(old.stands_for, [old.reviewer_id]),
    };
    this.ask(id, by, asked, old);
  }

  takeBack(approvalId: string): void {
    const own = this.row(approvalId);
    const other = own.delegated_to === null ? undefined : this.rows.get(own.delegated_to);
    if (own.status !== "DELEGATED" || other?.status !== "PENDING") {
      this.problems.push("Who was asked instead has answered already, or has passed it on.");
      return;
    }
    const why = withoutWaysOver(other.why, own.why);
    const isGiven = (id: string): boolean => !why.some((each) => each.requirement_id === id);
    this.edit(own.requirement_ids, (requirement) => {
      const both = withPerson(requirement, own.reviewer_id, (ids) => ids.includes(other.reviewer_id));
      return isGiven(requirement.id) ? withoutPerson(both, other.reviewer_id) : both;
    });
    const ours = [own.reviewer_id, ...own.stands_for];
    this.set(other, {
      why,
      requirement_ids: other.requirement_ids.filter((id) => !isGiven(id)),
      stands_for: other.stands_for.filter((id) => !ours.includes(id)),
    });
    this.set(own, { status: "PENDING", action: null, reason: null, delegated_to: null });
  }

  plan(): AskPlan {
    const before = new Set(this.task.approvals.map(({ id }) => id));
    const touched = [...this.rows.values()].filter(({ id }) => this.touched.has(id));
    const isDropped = (row: Row): boolean => row.status === "PENDING" && row.requirement_ids.length === 0;
    const dropped = touched.filter(isDropped);
    return {
      requirements: this.requirements,
      asked: touched.filter(({ id }) => !before.has(id)).map(asNew),
      changed: touched.filter((row) => before.has(row.id) && !isDropped(row)).map(asChanged),
      dropped: dropped.map(({ id }) => id).filter((id) => before.has(id)),
      required_approvals: requiredApprovals(this.requirements).count,
      current_approvals: countApprovals([...this.rows.values()]),
      problems: [
        ...this.problems,
        ...unsatisfiable(this.requirements).map(({ policy, issue }) => `${policy} ${issue}.`),
      ],
    };
  }

  private ask(id: string, person: AskedPerson, asked: Asked, like?: Row): void {
    const row = this.rows.get(person.id);
    if (!row) this.set(this.newRow(id, person, asked, like), {});
    else if (row.status === "PENDING") {
      this.set(row, {
        requirement_ids: joined(row.requirement_ids, asked.requirement_ids),
        why: [...row.why, ...asked.why],
        stands_for: joined(row.stands_for, asked.stands_for),
      });
    }
  }

  private newRow(id: string, person: AskedPerson, asked: Asked, like: Row | undefined): Row {
    const { now, priority } = this.task;
    const served = this.requirements.filter((each) => asked.requirement_ids.includes(each.id));
    const due = dueRule(
      priority,
      served.map((each) => each.due_in_hours),
    );
    // Passing a request on does not win time, but nobody is asked too late.
    const isOpen = like?.due_at && new Date(like.due_at) > now;
    return {
      ...asked,
      ...{ id, reviewer_id: person.id, reviewer_name: person.name, status: "PENDING" },
      ...{
        action: null,
        reason: null,
        delegated_to: null,
        by_admin: false,
        apply_immediately: false,
        allow_always: null,
      },
      ...{ next_step_at: null, escalation_step: 0 },
      ...{ release_at: null, responded_at: null, created_at: now.toISOString() },
      priority: like?.priority ?? due.priority,
      due_at: isOpen ? like.due_at : dueAt(this.task, due.hours).toISOString(),
    };
  }

  private set(row: Row, to: Partial<Row>): void {
    this.rows.set(row.reviewer_id, { ...row, ...to });
    this.touched.add(row.id);
  }

  private edit(ids: readonly string[], change: (requirement: Requirement) => Requirement): void {
    this.requirements = this.requirements.map((each) => (ids.includes(each.id) ? change(each) : each));
  }

  private row(id: string): Row {
    const row = this.task.approvals.find((each) => each.id === id);
    if (!row) throw new Error(`The task has no approval ${id} on its revision.`);
    return row;
  }
}

const joined = (some: readonly string[], more: readonly string[]): string[] => [
  ...new Set([...some, ...more]),
];

function asNew(row: Row): NewApproval {
  const { id, reviewer_id, reviewer_name, priority, requirement_ids, why, stands_for, due_at } = row;
  return { id, reviewer_id, reviewer_name, priority, requirement_ids, why, stands_for, due_at: due_at! };
}

function asChanged(row: Row): ChangedApproval {
  const { id, status, requirement_ids, why, stands_for, action, reason, delegated_to } = row;
  return { id, status, requirement_ids, why, stands_for, action, reason, delegated_to };
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

/** The reasons without those that came over these, one each: two ways by people of the same name are two. */
function withoutWaysOver(reasons: readonly WhyAsked[], over: readonly WhyAsked[]): WhyAsked[] {
  const left = [...over];
  return reasons.filter((each) => {
    const at = left.findIndex(
      (way) => way.requirement_id === each.requirement_id && goesOn(way.via, each.via),
    );
    if (at < 0) return true;
    left.splice(at, 1);
    return false;
  });
}

const goesOn = (way: readonly string[], further: readonly string[]): boolean =>
  further.length > way.length && way.every((name, place) => further[place] === name);
