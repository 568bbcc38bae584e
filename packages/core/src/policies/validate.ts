import { ROLES } from "../kernel/actor.ts";
import { neverThaws } from "./freeze.ts";
import type { Person } from "./requirements.ts";
import type { PolicyDefinition } from "./schema.ts";
import { isTimeZone } from "./wall-clock.ts";

export type PolicyIssue = { field: string; issue: string };

/** Who and what a policy may name. */
export type Directory = {
  people: readonly Pick<Person, "id" | "active">[];
  groups: readonly { name: string }[];
};

/**
 * What is wrong with a policy beyond its shape: people, groups, roles and time zones that nobody knows, and numbers
 * that nobody can ever meet. Empty where it is sound.
 */
export function policyIssues(policy: PolicyDefinition, directory: Directory): PolicyIssue[] {
  const issues = [...unknownNames(policy, directory), ...impossibleNumbers(policy)];
  return issues.length > 0 ? issues : endlessFreeze(policy);
}

function unknownNames(policy: PolicyDefinition, directory: Directory): PolicyIssue[] {
  const active = new Set(directory.people.filter((person) => person.active).map((person) => person.id));
  const groups = new Set(directory.groups.map((group) => group.name));
  const isRoleOrGroup = (name: string) => (ROLES as readonly string[]).includes(name) || groups.has(name);
  const check = <T>(
    field: string,
    values: readonly T[] | undefined,
    isKnown: (value: T) => boolean,
    issue: string,
  ) =>
    (values ?? []).flatMap((value, index) => (isKnown(value) ? [] : [{ field: `${field}.${index}`, issue }]));
  const noRole = "is no role and no group";
  return [
    ...check("reviewers", policy.reviewers, (id) => active.has(id), "is no active user"),
    ...check("groups", policy.groups, (name) => groups.has(name), "is no group"),
    ...check("required_roles", policy.required_roles, isRoleOrGroup, noRole),
    ...check(
      "auto_approve_if.author_has_role",
      policy.auto_approve_if?.author_has_role,
      isRoleOrGroup,
      noRole,
    ),
    ...(policy.escalate_to !== undefined && !groups.has(policy.escalate_to)
      ? [{ field: "escalate_to", issue: "is no group" }]
      : []),
    ...unknownZones("time_windows", policy.time_windows),
    ...unknownZones("freeze.windows", policy.freeze?.windows),
    ...unknownZones("freeze.dates", policy.freeze?.dates),
    ...unknownZones("freeze.outside", policy.freeze?.outside),
  ];
}

function unknownZones(field: string, entries: readonly { time_zone: string }[] | undefined): PolicyIssue[] {
  return (entries ?? []).flatMap(({ time_zone }, index) =>
    isTimeZone(time_zone)
      ? []
      : [{ field: `${field}.${index}.time_zone`, issue: "is no time zone (write it like Europe/Berlin)" }],
  );
}

/** Asked once the zones are known to be some. */
function endlessFreeze(policy: PolicyDefinition): PolicyIssue[] {
  return policy.freeze && neverThaws(policy.freeze)
    ? [{ field: "freeze.windows", issue: "leave no moment of the week to apply anything" }]
    : [];
}

function impossibleNumbers(policy: PolicyDefinition): PolicyIssue[] {
  const issues: PolicyIssue[] = [];
  const named = new Set(policy.reviewers).size;
  // Groups grow and shrink: their sizes are looked at when a task is submitted.
  if (policy.reviewers && !policy.groups) {
    if (policy.min_approvers > named) {
      issues.push({ field: "min_approvers", issue: `is more than the ${named} named in reviewers` });
    }
    const people = policy.required_roles?.length ? Number.POSITIVE_INFINITY : named;
    if (policy.reject_threshold > people) {
      issues.push({ field: "reject_threshold", issue: `is more than the ${named} named in reviewers` });
    }
  }
  if (policy.min_approvers === 0 && !policy.required_roles?.length && !policy.auto_approve_if) {
    issues.push({
      field: "min_approvers",
      issue: "may be 0 only beside required_roles or auto_approve_if; it would demand nobody's approval",
    });
  }
  return issues;
}
