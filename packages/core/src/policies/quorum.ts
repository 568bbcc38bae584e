import { REQUESTED_REQUIREMENT_ID } from "./requirements.ts";
import type { Requirement } from "./schema.ts";
import { sharedEnds } from "./stand-ins.ts";

/** Somebody who is asked, for which requirements, and by which rule. */
export type Candidate = {
  user_id: string;
  requirement_ids: string[];
  /** For whom they answer beside themselves: people whom a policy names, and who are not asked. */
  stands_for: string[];
  /** One for each path by which it came to them; `via` is absent where they are named themselves. */
  why: { requirement_id: string; policy: string; rule: string; via?: string[] }[];
};

/** What a requirement still lacks. */
export type Unmet = {
  requirement: Requirement;
  /** Approvals of its candidates still to come. */
  missing: number;
  /** Required roles that nobody has approved for yet. */
  roles: string[];
  /** "1 of sec", "2 reviewers and 1 of sre". */
  text: string;
};

/**
 * True once a requirement's approvals are there. A person counts once, in every requirement that lists them; an open
 * requirement counts every approver (reviewers and admins alike). One that is auto-approved or overridden is met.
 * Another approval never un-meets it.
 */
export function isMet(requirement: Requirement, approvers: readonly string[]): boolean {
  if (requirement.auto_approved || requirement.overridden_by) return true;
  const { missing, roles } = lacking(requirement, new Set(approvers));
  return missing === 0 && roles.length === 0;
}

/** The requirements that are not met yet, with what each lacks in words. */
export function unmet(requirements: readonly Requirement[], approvers: readonly string[]): Unmet[] {
  const ids = new Set(approvers);
  return requirements.flatMap((requirement) => {
    if (isMet(requirement, approvers)) return [];
    const { missing, roles } = lacking(requirement, ids);
    return [{ requirement, missing, roles, text: describeDemand(requirement, missing, roles) }];
  });
}

/**
 * True once one requirement's `reject_threshold` is reached, counted over the people it lists (everybody where it is
 * open). A threshold above the number of people means all of them: else a task that all refused could never end.
 */
export function isRejected(requirements: readonly Requirement[], rejecters: readonly string[]): boolean {
  const ids = [...new Set(rejecters)];
  return requirements.some((requirement) => {
    if (requirement.auto_approved) return false;
    const people = peopleOf(requirement);
    const counted = ids.filter((id) => requirement.open || people.has(id)).length;
    return counted > 0 && counted >= Math.min(requirement.reject_threshold, people.size);
  });
}

/** Whom to ask, once each, with the requirements that their approval serves and the rule of each in words. */
export function candidatesOf(requirements: readonly Requirement[]): Candidate[] {
  const candidates = new Map<string, Candidate>();
  for (const requirement of requirements) {
    if (requirement.auto_approved) continue;
    const why = {
      requirement_id: requirement.id,
      policy: requirement.policy_name,
      rule: describeRule(requirement),
    };
    for (const user_id of peopleOf(requirement)) {
      const candidate = candidates.get(user_id) ?? { user_id, requirement_ids: [], stands_for: [], why: [] };
      const chains = requirement.stand_ins?.filter(({ to_id }) => to_id === user_id) ?? [];
      const owners = chains.map(({ owner_id }) => owner_id).filter((id) => id !== user_id);
      candidate.requirement_ids.push(requirement.id);
      candidate.stands_for = [...new Set([...candidate.stands_for, ...owners])];
      candidate.why.push(...(chains.length === 0 ? [why] : chains.map(({ via }) => ({ ...why, via }))));
      candidates.set(user_id, candidate);
    }
  }
  return [...candidates.values()];
}

/** A requirement that can never be met, for the error at submit: which policy, and why. */
export type Problem = { requirement_id: string; policy: string; issue: string };

/** The requirements that nobody is left to meet. */
export function unsatisfiable(requirements: readonly Requirement[]): Problem[] {
  return requirements.flatMap((requirement) => {
    if (requirement.auto_approved || requirement.overridden_by) return [];
    const issues: string[] = [];
    const { min_approvers: needed, candidates } = requirement;
    if (candidates.length < needed) {
      const left = candidates.length === 0 ? "nobody" : `only ${candidates.length}`;
      const shared = sharedEnds(requirement).map((sentence) => `; ${sentence}`);
      issues.push(
        `needs ${countOfWho(requirement, needed)}, and ${left} of them is left to ask${shared.join("")}`,
      );
    }
    for (const role of requirement.required_roles) {
      if (role.members.length === 0)
        issues.push(`needs 1 of ${role.name}, and nobody of them is left to ask`);
    }
    if (issues.length === 0) return [];
    const issue = `${issues.join("; ")} (the makers of a change, and those who left or are no reviewers, don't count)`;
    return [{ requirement_id: requirement.id, policy: requirement.policy_name, issue }];
  });
}

/** Everybody whose answer counts in the requirement. */
export function peopleOf(requirement: Requirement): Set<string> {
  return new Set([...requirement.candidates, ...requirement.required_roles.flatMap((role) => role.members)]);
}

function lacking(
  requirement: Requirement,
  approvers: ReadonlySet<string>,
): { missing: number; roles: string[] } {
  const counted = requirement.open
    ? approvers.size
    : new Set(requirement.candidates.filter((id) => approvers.has(id))).size;
  return {
    missing: Math.max(0, requirement.min_approvers - counted),
    roles: requirement.required_roles
      .filter((role) => !role.members.some((id) => approvers.has(id)))
      .map((role) => role.name),
  };
}

function describeRule(requirement: Requirement): string {
  if (requirement.id === REQUESTED_REQUIREMENT_ID) return "asked for by the author";
  const roles = requirement.required_roles.map((role) => role.name);
  return describeDemand(requirement, requirement.min_approvers, roles);
}

function describeDemand(requirement: Requirement, missing: number, roles: readonly string[]): string {
  return [
    ...(missing > 0 ? [countOfWho(requirement, missing)] : []),
    ...roles.map((role) => `1 of ${role}`),
  ].join(" and ");
}

function countOfWho(requirement: Requirement, count: number): string {
  if (requirement.open) return count === 1 ? "1 reviewer" : `${count} reviewers`;
  return `${count} of ${requirement.who}`;
}
