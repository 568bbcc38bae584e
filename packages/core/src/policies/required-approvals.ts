import { peopleOf } from "./quorum.ts";
import type { Requirement } from "./schema.ts";

/** How many people, at the least; `exact: false` where it is only known that no more are needed. */
export type RequiredApprovals = { count: number; exact: boolean };

/** Up to this many people the answer is always exact. */
export const EXACT_CANDIDATES = 20;
/** With more people the search looks at this many (class, demand) pairs and stops: some 100 ms, as people wait for it. */
const MAX_LOOKS = 1_000_000;

/**
 * The smallest number of distinct people who can meet every requirement, where one approval counts in each that lists
 * its giver: a minimum hitting set with multiplicities (`min_approvers` of the candidates, one of each role). People
 * who count in the same demands are one class with a size, so hundreds of interchangeable reviewers cost no more than
 * one. Branch and bound on the scarcest demand; exact for up to 20 people whatever their demands, and beyond while the
 * search ends in time, else the best found so far. A demand beyond the people left counts as that many others.
 */
export function requiredApprovals(requirements: readonly Requirement[]): RequiredApprovals {
  const active = requirements.filter(({ auto_approved, overridden_by }) => !auto_approved && !overridden_by);
  const everybody = new Set(active.flatMap((requirement) => [...peopleOf(requirement)]));
  const demands = demandsOf(active, everybody);
  const absent = demands.reduce((sum, demand) => sum + Math.max(0, demand.needed - demand.people.size), 0);
  const needs = demands.map((demand) => Math.min(demand.needed, demand.people.size));
  const classes = classesOf(everybody, demands);
  const looksPerStep = classes.reduce((sum, one) => sum + one.demands.length, 1);
  const maxSteps = everybody.size <= EXACT_CANDIDATES ? Number.POSITIVE_INFINITY : MAX_LOOKS / looksPerStep;
  const { count, exact } = new Search(needs, classes).run(maxSteps);
  return { count: count + absent, exact: exact && absent === 0 };
}

type Demand = { people: ReadonlySet<string>; needed: number };
/** People who count in exactly the same demands (indices), and how many of them there are. */
type PeopleClass = { demands: readonly number[]; size: number };

function demandsOf(requirements: readonly Requirement[], everybody: ReadonlySet<string>): Demand[] {
  const demands = requirements.flatMap((requirement): Demand[] => [
    {
      people: requirement.open ? everybody : new Set(requirement.candidates),
      needed: requirement.min_approvers,
    },
    ...requirement.required_roles.map((role) => ({ people: new Set(role.members), needed: 1 })),
  ]);
  const bySet = new Map<string, Demand>();
  for (const demand of demands) {
    if (demand.needed <= 0) continue;
    const key = [...demand.people].sort().join(" ");
    const same = bySet.get(key);
    if (!same || same.needed < demand.needed) bySet.set(key, demand);
  }
  return [...bySet.values()];
}

function classesOf(everybody: ReadonlySet<string>, demands: readonly Demand[]): PeopleClass[] {
  const classes = new Map<string, { demands: number[]; size: number }>();
  for (const id of everybody) {
    const served = demands.flatMap((demand, index) => (demand.people.has(id) ? [index] : []));
    if (served.length === 0) continue;
    const key = served.join(" ");
    const known = classes.get(key);
    if (known) known.size++;
    else classes.set(key, { demands: served, size: 1 });
  }
  return [...classes.values()];
}

class Search {
  private readonly needs: number[];
  private readonly classes: readonly PeopleClass[];
  private readonly left: number[];
  private best: number;
  private steps = 0;
  private maxSteps = Number.POSITIVE_INFINITY;

  constructor(needs: readonly number[], classes: readonly PeopleClass[]) {
    this.needs = [...needs];
    this.classes = classes;
    this.left = classes.map((one) => one.size);
    this.best = needs.reduce((sum, need) => sum + need, 0);
  }

  run(maxSteps: number): RequiredApprovals {
    this.maxSteps = maxSteps;
    this.best = Math.min(this.best, this.greedy());
    this.branch(0);
    return { count: this.best, exact: this.steps <= this.maxSteps };
  }

  private branch(used: number): void {
    if (++this.steps > this.maxSteps) return;
    const scarcest = this.scarcestDemand();
    if (scarcest === null) {
      this.best = Math.min(this.best, used);
      return;
    }
    if (scarcest.slack < 0 || used + this.lowerBound() >= this.best) return;
    const options = this.optionsFor(scarcest.index);
    const before = options.map((option) => this.left[option]!);
    for (const option of options) {
      const served = this.take(option);
      this.branch(used + 1);
      this.giveBack(option, served);
      // Every solution with another one of this class was just looked at: the siblings do without.
      this.left[option] = 0;
    }
    options.forEach((option, index) => {
      this.left[option] = before[index]!;
    });
  }

  /** The open demand with the fewest people to spare, or null where all are met. */
  private scarcestDemand(): { index: number; slack: number } | null {
    const available = this.needs.map(() => 0);
    this.classes.forEach((one, index) => {
      for (const demand of one.demands) available[demand]! += this.left[index]!;
    });
    let scarcest: { index: number; slack: number } | null = null;
    this.needs.forEach((need, index) => {
      if (need === 0) return;
      const slack = available[index]! - need;
      if (scarcest === null || slack < scarcest.slack) scarcest = { index, slack };
    });
    return scarcest;
  }

  /** No fewer than the largest need, nor than all needs shared among people as useful as the most useful one. */
  private lowerBound(): number {
    const total = this.needs.reduce((sum, need) => sum + need, 0);
    const most = Math.max(
      1,
      ...this.classes.map((_, index) => (this.left[index]! > 0 ? this.gain(index) : 0)),
    );
    return Math.max(Math.max(...this.needs), Math.ceil(total / most));
  }

  private optionsFor(demand: number): number[] {
    return this.classes
      .flatMap((one, index) => (this.left[index]! > 0 && one.demands.includes(demand) ? [index] : []))
      .sort((a, b) => this.gain(b) - this.gain(a));
  }

  private gain(index: number): number {
    return this.classes[index]!.demands.filter((demand) => this.needs[demand]! > 0).length;
  }

  private take(index: number): number[] {
    const served = this.classes[index]!.demands.filter((demand) => this.needs[demand]! > 0);
    for (const demand of served) this.needs[demand]!--;
    this.left[index]!--;
    return served;
  }

  private giveBack(index: number, served: readonly number[]): void {
    for (const demand of served) this.needs[demand]!++;
    this.left[index]!++;
  }

  /** A first answer: always the most useful person left. */
  private greedy(): number {
    const taken: { index: number; served: number[] }[] = [];
    while (this.needs.some((need) => need > 0)) {
      let best = -1;
      this.classes.forEach((_, index) => {
        if (this.left[index]! > 0 && (best < 0 || this.gain(index) > this.gain(best))) best = index;
      });
      if (best < 0 || this.gain(best) === 0) break;
      taken.push({ index: best, served: this.take(best) });
    }
    const isComplete = this.needs.every((need) => need === 0);
    for (const { index, served } of taken.reverse()) this.giveBack(index, served);
    return isComplete ? taken.length : Number.POSITIVE_INFINITY;
  }
}
