import { frozenUntil } from "./freeze.ts";
import { matchPolicies, type PolicyMatch } from "./match.ts";
import { candidatesOf, unsatisfiable } from "./quorum.ts";
import { requiredApprovals } from "./required-approvals.ts";
import { buildRequirements, isAutoApproved, type Person, type RequirementFacts } from "./requirements.ts";
import type { Effect, PolicyEntry, Requirement, Standing } from "./schema.ts";

/** A task as it was submitted: what policies are held against, and nothing that they have decided. */
export type PastTask = Pick<RequirementFacts, "author" | "excluded" | "requested" | "standIns"> & {
  id: string;
  title: string;
  type: string;
  /** Of a rollback: the type of what it brings back. */
  original_type: string | null;
  keys: readonly string[];
  score: number;
  submitted_at: Date;
  /** When it could have been applied: what a freeze is held against. */
  approved_at: Date | null;
  /** False after a drift: nothing is waived then. */
  may_waive: boolean;
};

/** Policies before and after a change of one of them; null where that one is not there. */
export type PolicyChange = {
  others: readonly PolicyEntry[];
  before: PolicyEntry | null;
  after: PolicyEntry | null;
};

/**
 * What a change of one policy would have changed for tasks of the past (approvals.md, "What-if"), by the engine that
 * decides real ones, on the people and policies of now. Tasks that the policy fits neither before nor after are the
 * same either way and are not looked at twice.
 */
export function effectOf(
  change: PolicyChange,
  tasks: readonly PastTask[],
  people: readonly Person[],
): Effect {
  const names = new Map(people.map((person) => [person.id, person.name]));
  const count = countOf();
  const effect: Effect = { ...NOTHING, tasks: tasks.length, changed: [] };
  for (const task of tasks) {
    const fitBefore = matchesOf(change.before ? [change.before] : [], task);
    const fitAfter = matchesOf(change.after ? [change.after] : [], task);
    effect.fits_before += fitBefore.length;
    effect.fits_after += fitAfter.length;
    if (fitBefore.length + fitAfter.length === 0) continue;
    const others = matchesOf(change.others, task);
    const before = standingOf([...others, ...fitBefore], task, people, count);
    const after = standingOf([...others, ...fitAfter], task, people, count);
    const added = [...after.asked].filter((id) => !before.asked.has(id));
    const removed = [...before.asked].filter((id) => !after.asked.has(id));
    effect.asked_more += added.length;
    effect.asked_fewer += removed.length;
    effect.approvals_more += Math.max(0, after.required - before.required);
    effect.approvals_fewer += Math.max(0, before.required - after.required);
    effect.waived_more += Number(after.waived && !before.waived);
    effect.waived_fewer += Number(before.waived && !after.waived);
    effect.impossible_more += Number(after.problem !== null && before.problem === null);
    effect.impossible_fewer += Number(before.problem !== null && after.problem === null);
    effect.held_more += Number(after.held_by !== null && before.held_by === null);
    effect.held_fewer += Number(before.held_by !== null && after.held_by === null);
    if (added.length === 0 && removed.length === 0 && isSame(before, after)) continue;
    const named = (ids: string[]) => ids.map((id) => names.get(id) ?? "somebody who left");
    effect.changed.push({
      id: task.id,
      title: task.title,
      type: task.type,
      risk_score: task.score,
      submitted_at: task.submitted_at.toISOString(),
      added: named(added),
      removed: named(removed),
      before: shown(before),
      after: shown(after),
    });
  }
  return effect;
}

const NOTHING = {
  ...{ fits_before: 0, fits_after: 0, asked_more: 0, asked_fewer: 0, approvals_more: 0, approvals_fewer: 0 },
  ...{
    waived_more: 0,
    waived_fewer: 0,
    impossible_more: 0,
    impossible_fewer: 0,
    held_more: 0,
    held_fewer: 0,
  },
};

type Outcome = Omit<Standing, "asked"> & { asked: ReadonlySet<string> };
type Count = (requirements: readonly Requirement[]) => number;

function standingOf(
  matches: readonly PolicyMatch[],
  task: PastTask,
  people: readonly Person[],
  count: Count,
): Outcome {
  const built = buildRequirements({ ...task, matches, people });
  const requirements = task.may_waive ? built : built.map((each) => ({ ...each, auto_approved: false }));
  const waived = isAutoApproved(requirements);
  const [problem] = unsatisfiable(requirements);
  const held = frozenUntil(
    matches.flatMap(({ policy }) => (policy.freeze ? [policy.freeze] : [])),
    task.approved_at ?? task.submitted_at,
  );
  return {
    asked: new Set(waived ? [] : candidatesOf(requirements).map(({ user_id }) => user_id)),
    required: waived ? 0 : count(requirements),
    waived,
    problem: problem ? `${problem.policy} ${problem.issue}` : null,
    held_by: held?.name ?? null,
  };
}

function matchesOf(
  policies: readonly PolicyEntry[],
  { type, original_type, keys, score, submitted_at }: PastTask,
) {
  return matchPolicies(policies, { type, original_type, keys, score, at: submitted_at });
}

function shown({ asked, ...standing }: Outcome): Standing {
  return { ...standing, asked: asked.size };
}

function isSame(one: Outcome, other: Outcome): boolean {
  return (["required", "waived", "problem", "held_by"] as const).every((name) => one[name] === other[name]);
}

/** Most tasks of a history demand the same of the same people, and the search for the fewest of them can be long. */
function countOf(): Count {
  const known = new Map<string, number>();
  return (requirements) => {
    const demands = requirements.filter(({ auto_approved }) => !auto_approved);
    const key = JSON.stringify(
      demands.map(({ min_approvers, open, candidates, required_roles }) => [
        min_approvers,
        open,
        candidates,
        required_roles.map(({ members }) => members),
      ]),
    );
    let count = known.get(key);
    if (count === undefined) {
      count = requiredApprovals(demands).count;
      known.set(key, count);
    }
    return count;
  };
}
