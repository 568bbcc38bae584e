import { mayReview, ROLES } from "../kernel/actor.ts";
import { firstMatch } from "../resources/service.ts";
import type { PolicyMatch } from "./match.ts";
import type { PolicyEntry, Requirement } from "./schema.ts";
import { replaceOwners, type StandIns } from "./stand-ins.ts";

/** A user as policies see one. */
export type Person = {
  id: string;
  name: string;
  roles: readonly string[];
  groups: readonly string[];
  active: boolean;
};

/** What requirements are made from, beside the policies that matched. */
export type RequirementFacts = {
  matches: readonly PolicyMatch[];
  /** Everybody, active or not. */
  people: readonly Person[];
  /** Roles and groups of the author; none where an agent is. */
  author: Pick<Person, "roles" | "groups">;
  /** Nobody of these may approve: author, last editor, owners of agents among them, makers of their keys. */
  excluded: readonly string[];
  score: number;
  keys: readonly string[];
  /** `requested_reviewers` of the submit. */
  requested?: readonly string[];
  /** Who is asked in whose place; whoever is not in it answers for themselves. */
  standIns?: StandIns;
  /** Makers whom policies can let answer, each with all that every matching policy has to say for it. */
  leniency?: Leniency;
  /** What lets the change through where no policy matches: an agent's own setting for the tool, or a grant. */
  allowed?: { why: string; grant_id: string | null } | undefined;
};

/** By user id. */
export type Leniency = ReadonlyMap<string, readonly LenientRule[]>;
export type LenientRule = "owner_may_answer" | "editor_may_approve";

/** What holds where no policy matches: a person at their own coding agent can answer it. */
const DEFAULT_LENIENCY: readonly LenientRule[] = ["owner_may_answer"];

export const DEFAULT_REQUIREMENT_ID = "default";
export const REQUESTED_REQUIREMENT_ID = "requested";
export const ALLOWED_REQUIREMENT_ID = "allowed";

/**
 * One requirement for each policy that matched, or the default one (any one reviewer), with the people resolved now
 * (approvals.md, "Assignment" 1, 2, 4, 5). Only active reviewers and admins who did not make the change can meet one.
 * Requested reviewers become a requirement of nobody in particular: they are asked, and lower nothing.
 * Whoever has a stand-in is replaced by them, wherever they are listed. What an agent is allowed by itself decides only
 * where no policy matches: a policy that demands people beats it.
 */
export function buildRequirements(facts: RequirementFacts): Requirement[] {
  const let_makers = letMakers(facts);
  const excluded = new Set(facts.excluded.filter((id) => !let_makers.includes(id)));
  const eligible = facts.people.filter(
    (person) => person.active && !excluded.has(person.id) && mayReview(person),
  );
  const standIns: StandIns = facts.standIns ?? new Map();
  const requirements =
    facts.matches.length === 0
      ? [
          facts.allowed
            ? allowedRequirement(facts.allowed)
            : defaultRequirement(openCandidates(eligible, 1, standIns)),
        ]
      : facts.matches.map((match) => requirementOf(match, eligible, facts, standIns));
  const requested = eligible.filter((person) => facts.requested?.includes(person.id));
  const all = requested.length === 0 ? requirements : [...requirements, requestedRequirement(requested)];
  return all
    .map((requirement) => replaceOwners(requirement, standIns))
    .map((requirement) => (let_makers.length === 0 ? requirement : { ...requirement, let_makers }));
}

/** Makers whom every policy that asks for people lets answer; none where one of them does not say so. */
function letMakers(facts: RequirementFacts): string[] {
  const asking = facts.matches.filter((match) => whyWaived(match, facts) === null);
  return [...(facts.leniency ?? [])].flatMap(([id, rules]) => {
    const isLet =
      asking.length === 0
        ? rules.every((rule) => DEFAULT_LENIENCY.includes(rule))
        : asking.every(({ policy }) => rules.every((rule) => policy[rule] === true));
    return isLet ? [id] : [];
  });
}

/** True where this maker of the change may answer it all the same. */
export function isLetAnswer(
  requirements: readonly Requirement[] | null | undefined,
  userId: string,
): boolean {
  return requirements?.some(({ let_makers }) => let_makers?.includes(userId)) ?? false;
}

/** True where every matching policy waives review. Never true by the default policy. */
export function isAutoApproved(requirements: readonly Requirement[]): boolean {
  const demands = requirements.filter((requirement) => requirement.id !== REQUESTED_REQUIREMENT_ID);
  return demands.length > 0 && demands.every((requirement) => requirement.auto_approved);
}

/** What is wrong with people who are to be asked: nobody of that id, gone, no reviewer, or a maker of the change. */
export function reviewerIssues(
  facts: Pick<RequirementFacts, "people" | "excluded"> & {
    requested: readonly string[];
    /** How the input calls the one at this place. */
    field: (index: number) => string;
  },
): { field: string; issue: string }[] {
  const byId = new Map(facts.people.map((person) => [person.id, person]));
  return facts.requested.flatMap((id, index) => {
    const person = byId.get(id);
    const issue = !person?.active
      ? "is no active user"
      : !mayReview(person)
        ? "is neither a reviewer nor an admin"
        : facts.excluded.includes(id)
          ? "made this change, owns the agent that did, or made its key"
          : null;
    return issue === null ? [] : [{ field: facts.field(index), issue }];
  });
}

function requirementOf(
  match: PolicyMatch,
  eligible: readonly Person[],
  facts: RequirementFacts,
  standIns: StandIns,
): Requirement {
  const { policy } = match;
  const roles = [...new Set(policy.required_roles ?? [])];
  // A policy of 0 approvers and no roles can only have been written for its waiver: where that fails, one looks.
  const minApprovers = Math.max(policy.min_approvers, roles.length === 0 ? 1 : 0);
  const open = !policy.reviewers && !policy.groups;
  const waived = whyWaived(match, facts);
  return {
    id: policy.id,
    policy_id: policy.id,
    policy_name: policy.name,
    policy_version: policy.version,
    min_approvers: minApprovers,
    candidates: idsOf(
      open ? openCandidates(eligible, minApprovers, standIns) : namedCandidates(policy, eligible),
    ),
    open,
    who: open ? "reviewers" : describeCandidates(policy, facts.people),
    required_roles: roles.map((name) => ({
      name,
      members: idsOf(eligible.filter((person) => hasRoleOrGroup(person, name))),
    })),
    reject_threshold: policy.reject_threshold,
    auto_approved: waived !== null,
    why: waived === null ? match.why : `${match.why}; needs no review, because ${waived}`,
    due_in_hours: policy.due_in_hours ?? null,
    ...(policy.escalate_to && { escalate_to: policy.escalate_to }),
    ...(policy.freeze && { freeze: policy.freeze }),
  };
}

function defaultRequirement(candidates: readonly Person[]): Requirement {
  return {
    id: DEFAULT_REQUIREMENT_ID,
    policy_id: null,
    policy_name: "Default policy",
    policy_version: 0,
    min_approvers: 1,
    candidates: idsOf(candidates),
    open: true,
    who: "reviewers",
    required_roles: [],
    reject_threshold: 1,
    auto_approved: false,
    why: "no policy matches, so any one reviewer but the author decides",
    due_in_hours: null,
  };
}

/** Nobody is asked: the agent may use the tool by its own settings, or by a grant. */
function allowedRequirement({ why, grant_id }: NonNullable<RequirementFacts["allowed"]>): Requirement {
  return {
    ...defaultRequirement([]),
    id: ALLOWED_REQUIREMENT_ID,
    policy_name: grant_id ? "Grant" : "The agent's settings",
    auto_approved: true,
    why,
    ...(grant_id && { grant_id }),
  };
}

function requestedRequirement(people: readonly Person[]): Requirement {
  return {
    ...defaultRequirement(people),
    id: REQUESTED_REQUIREMENT_ID,
    policy_name: "Requested by the author",
    min_approvers: 0,
    open: false,
    who: people.map((person) => person.name).join(", "),
    why: "the author asked for them; their approval is welcome, not needed",
  };
}

/** All reviewers; admins too where there are not enough, since somebody has to be asked for an admin to answer. */
function openCandidates(eligible: readonly Person[], needed: number, standIns: StandIns): readonly Person[] {
  if (needed === 0) return [];
  const reviewers = eligible.filter((person) => person.roles.includes("reviewer"));
  const asked = new Set(reviewers.map(({ id }) => standIns.get(id)?.to_id ?? id));
  return asked.size >= needed ? reviewers : eligible;
}

function namedCandidates(policy: PolicyEntry, eligible: readonly Person[]): Person[] {
  return eligible.filter(
    (person) =>
      policy.reviewers?.includes(person.id) || policy.groups?.some((group) => person.groups.includes(group)),
  );
}

function describeCandidates(policy: PolicyEntry, people: readonly Person[]): string {
  const names = policy.reviewers?.map(
    (id) => people.find((person) => person.id === id)?.name ?? "somebody who left",
  );
  return [...(policy.groups ?? []), ...(names ?? [])].join(" or ");
}

/** A role where the name is one of the three, else a group: a group cannot pass for a role. */
export function hasRoleOrGroup(person: Pick<Person, "roles" | "groups">, name: string): boolean {
  const isRole = (ROLES as readonly string[]).includes(name);
  return (isRole ? person.roles : person.groups).includes(name);
}

/** Why the policy's waiver holds, or null. All stated conditions must; stating none waives nothing. */
function whyWaived(
  { policy, only_original }: PolicyMatch,
  { author, score, keys }: RequirementFacts,
): string | null {
  const conditions = policy.auto_approve_if;
  if (!conditions || only_original) return null;
  const reasons: string[] = [];
  if (conditions.risk_below !== undefined) {
    if (score >= conditions.risk_below) return null;
    reasons.push(`its risk ${score} is below ${conditions.risk_below}`);
  }
  if (conditions.author_has_role) {
    const role = conditions.author_has_role.find((name) => hasRoleOrGroup(author, name));
    if (role === undefined) return null;
    reasons.push(`its author has ${role}`);
  }
  if (conditions.resources_in_scope) {
    const scope = conditions.resources_in_scope;
    if (keys.length === 0 || !keys.every((key) => firstMatch(scope, key) !== undefined)) return null;
    reasons.push("all its resources are in scope");
  }
  return reasons.length === 0 ? null : reasons.join(" and ");
}

function idsOf(people: readonly Person[]): string[] {
  return people.map((person) => person.id);
}
