import type { Person } from "../../identity/schema.ts";
import { mayReview } from "../../kernel/actor.ts";

/** A reminder comes when this share of the time to answer is over. */
export const REMIND_AT = 0.75;

/** Up the ladder, in this order (approvals.md, "Time"): each is asked once, and then the next. */
export const RUNGS = ["manager", "group", "on_call"] as const;
export type Rung = (typeof RUNGS)[number];

/** `escalation_step` of a row that is on no ladder: it was asked by one, or has come to its end. */
export const LADDER_END = RUNGS.length + 1;

export type Late = {
  readonly reviewer_id: string;
  /** 0 asked, 1 reminded, then one more than the place of the rung that was asked. */
  readonly escalation_step: number;
  readonly created_at: string;
  readonly due_at: string | null;
};

export type LadderFacts = {
  readonly now: Date;
  readonly people: readonly Person[];
  /** Groups that the policies name for this request. */
  readonly groups: readonly string[];
  /** Ids of those on call now. */
  readonly on_call: readonly string[];
  /** Nobody of these is asked: makers of the change, and who has a row on the revision already. */
  readonly excluded: ReadonlySet<string>;
};

/** What becomes of an open request whose next step is due, and when the step after it is. */
export type Step =
  | { readonly kind: "remind"; readonly step: number; readonly next: Date }
  | {
      readonly kind: "escalate";
      readonly rung: Rung;
      readonly to: readonly Person[];
      readonly step: number;
      readonly next: Date | null;
    }
  /** Nobody is left to ask. */
  | { readonly kind: "end"; readonly step: number; readonly next: null };

/**
 * The next step of a request that nobody answered. Pure. A reminder before it is due, once, and none where it is due
 * already; from then on rung by rung, each after half of the time that the reviewer had.
 */
export function nextStep(late: Late, facts: LadderFacts): Step {
  const dueAt = late.due_at === null ? null : new Date(late.due_at);
  if (late.escalation_step === 0 && dueAt !== null && facts.now < dueAt)
    return { kind: "remind", step: 1, next: dueAt };
  const rungs = rungsOf(late, facts);
  const from = Math.max(0, late.escalation_step - 1);
  const place = rungs.findIndex(({ people }, index) => index >= from && people.length > 0);
  const found = rungs[place];
  if (!found) return { kind: "end", step: LADDER_END, next: null };
  const givenMs = dueAt === null ? 0 : dueAt.getTime() - new Date(late.created_at).getTime();
  return {
    kind: "escalate",
    rung: found.rung,
    to: found.people,
    step: place + 2,
    next: place + 1 < rungs.length ? new Date(facts.now.getTime() + Math.max(0, givenMs) / 2) : null,
  };
}

function rungsOf({ reviewer_id }: Late, facts: LadderFacts): { rung: Rung; people: Person[] }[] {
  const mayBeAsked = (person: Person): boolean =>
    canAnswer(person) && !facts.excluded.has(person.id) && person.id !== reviewer_id;
  const manager = managerOf(reviewer_id, facts.people, mayBeAsked);
  return [
    { rung: "manager", people: manager ? [manager] : [] },
    {
      rung: "group",
      people: facts.people.filter(
        (person) => mayBeAsked(person) && facts.groups.some((group) => person.groups.includes(group)),
      ),
    },
    {
      rung: "on_call",
      people: facts.people.filter((person) => mayBeAsked(person) && facts.on_call.includes(person.id)),
    },
  ];
}

/** The nearest person above somebody who passes; undefined at the top. */
export function managerOf(
  id: string,
  people: readonly Person[],
  passes: (person: Person) => boolean,
): Person | undefined {
  const byId = new Map(people.map((person) => [person.id, person]));
  const seen = new Set([id]);
  for (
    let at = byId.get(byId.get(id)?.manager_id ?? "");
    at && !seen.has(at.id);
    at = byId.get(at.manager_id ?? "")
  ) {
    if (passes(at)) return at;
    seen.add(at.id);
  }
  return undefined;
}

/** Here, and allowed to review. */
export function canAnswer(person: Person | undefined): person is Person {
  return person?.active === true && mayReview(person);
}
