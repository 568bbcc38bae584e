import { mayReview } from "../kernel/actor.ts";
import { bySpecificity, type DelegationFacts, type DelegationRule, fitOf } from "./match.ts";
import type { TraceLook } from "./schema.ts";

/** A user as delegations see one. */
export type Delegate = { id: string; name: string; roles: readonly string[]; active: boolean };

/** A chain ends after this many steps at the latest. */
export const MAX_STEPS = 20;

/** Where a request to `owner_id` goes. */
export type Resolution = {
  owner_id: string;
  /** Who is asked: the end of the chain, or the owner where no chain leads to somebody who can answer. */
  end_id: string;
  /** Ids, the owner first, the end last; the owner alone where nobody stands in. */
  path: readonly string[];
  /** The names along `path`. */
  via: readonly string[];
  /** Why it stops at the end. */
  stops: string;
  /** Every delegation that was looked at, depth first. */
  looks: readonly TraceLook[];
  /** What the owner should know: chains that lead nowhere. */
  warnings: readonly string[];
};

/**
 * Follows delegations from each of `owners` (approvals.md, "Delegation"): depth first, the most specific delegation of
 * a person first, the next one where it leads nowhere. A chain ends at the first person without a delegation that
 * applies, or where `cascade` is false. It leads nowhere where it goes in a circle, takes more than MAX_STEPS, reaches a
 * maker of the change or somebody who left (neither answers, nor says who does), or ends at somebody who may not
 * review. Where every chain leads nowhere the owner is asked, and warned. Pure and deterministic; the order of `rules`
 * does not matter. Who may be asked in the first place is the caller's.
 */
export function resolveDelegations(
  rules: readonly DelegationRule[],
  owners: readonly string[],
  facts: DelegationFacts,
  people: readonly Delegate[],
): Map<string, Resolution> {
  const byOwner = new Map<string, DelegationRule[]>();
  for (const rule of rules) byOwner.set(rule.owner_id, [...(byOwner.get(rule.owner_id) ?? []), rule]);
  const context: Context = {
    rulesOf: (id) => byOwner.get(id) ?? [],
    facts,
    makers: new Set(facts.makers),
    people: new Map(people.map((person) => [person.id, person])),
  };
  return new Map(owners.map((id) => [id, new Search(context, id).run()]));
}

type Context = {
  rulesOf: (owner: string) => readonly DelegationRule[];
  facts: DelegationFacts;
  makers: ReadonlySet<string>;
  people: ReadonlyMap<string, Delegate>;
};
type End = { path: readonly string[]; stops: string };

/** The search of one owner. */
class Search {
  private readonly context: Context;
  private readonly owner: string;
  private readonly looks: TraceLook[] = [];
  private readonly deadEnds: string[] = [];
  /** Everybody from whom no way on was found. */
  private readonly exhausted = new Set<string>();

  constructor(context: Context, owner: string) {
    this.context = context;
    this.owner = owner;
  }

  run(): Resolution {
    const end = this.goOn([this.owner]);
    const path = end?.path ?? [this.owner];
    const name = this.nameOf(this.owner);
    const outcome = end && end.path.length > 1 ? "so it was passed over" : `so ${name} is asked`;
    return {
      owner_id: this.owner,
      end_id: path.at(-1)!,
      path,
      via: path.map((id) => this.nameOf(id)),
      stops: end?.stops ?? `no delegation of ${name} leads to somebody who can answer`,
      looks: this.looks,
      warnings: this.deadEnds.map((deadEnd) => `${deadEnd}, ${outcome}.`),
    };
  }

  /** The end of a chain over the last person of `path`, or null where there is none. */
  private goOn(path: readonly string[]): End | null {
    const here = path.at(-1)!;
    const fits = this.context.rulesOf(here).map((rule) => ({ rule, fit: fitOf(rule, this.context.facts) }));
    const applying = fits.filter(({ fit }) => fit.applies).sort(bySpecificity);
    for (const { rule, fit } of fits.filter(({ fit }) => !fit.applies).sort(bySpecificity)) {
      this.look(rule, "does_not_apply", fit.why);
    }
    if (applying.length === 0) return this.stopAt(path, fits.length > 0);
    let end: End | null = null;
    for (const { rule, fit } of applying) {
      const look = this.look(rule, "not_needed", fit.why);
      if (end) continue;
      end = this.follow(rule, path, look);
      if (end) look.verdict = "taken";
    }
    if (!end) this.exhausted.add(here);
    return end;
  }

  private follow(rule: DelegationRule, path: readonly string[], look: TraceLook): End | null {
    const next = [...path, rule.delegate_to];
    const deadEnd = this.deadEndAt(next, rule.cascade);
    if (deadEnd) {
      this.deadEnds.push(`${next.map((id) => this.nameOf(id)).join(" → ")} ${deadEnd}`);
      look.verdict = "dead_end";
      look.why = `it ${deadEnd}`;
      return null;
    }
    if (!rule.cascade) {
      return { path: next, stops: `the delegation of ${this.nameOf(rule.owner_id)} may not be passed on` };
    }
    const end = this.exhausted.has(rule.delegate_to) ? null : this.goOn(next);
    if (!end) {
      look.verdict = "dead_end";
      look.why = `no chain over ${look.to} leads to somebody who can answer`;
    }
    return end;
  }

  /** Why nobody can be asked over the last person of `path`; null where somebody may be. */
  private deadEndAt(path: readonly string[], cascade: boolean): string | null {
    const { makers, people, rulesOf, facts } = this.context;
    const id = path.at(-1)!;
    const person = people.get(id);
    if (path.indexOf(id) < path.length - 1) return "goes in a circle";
    if (makers.has(id)) return "ends at somebody who made this change";
    if (!person?.active) return "ends at somebody who left";
    if (path.length > MAX_STEPS + 1) return `takes more than ${MAX_STEPS} steps`;
    const goesOn = cascade && rulesOf(id).some((rule) => fitOf(rule, facts).applies);
    return goesOn || mayReview(person) ? null : "ends at somebody who may not review";
  }

  private stopAt(path: readonly string[], hasRules: boolean): End {
    const name = this.nameOf(path.at(-1)!);
    return {
      path,
      stops: hasRules ? `no delegation of ${name} applies` : `${name} has delegated nothing`,
    };
  }

  private look(rule: DelegationRule, verdict: TraceLook["verdict"], why: string): TraceLook {
    const look: TraceLook = {
      delegation_id: rule.id,
      from_id: rule.owner_id,
      from: this.nameOf(rule.owner_id),
      to_id: rule.delegate_to,
      to: this.nameOf(rule.delegate_to),
      verdict,
      why,
    };
    this.looks.push(look);
    return look;
  }

  private nameOf(id: string): string {
    return this.context.people.get(id)?.name ?? "somebody unknown";
  }
}
