import { mayReview } from "../kernel/actor.ts";
import { compileGlob, compileNameGlob } from "../resources/service.ts";
import { frozenUntil } from "./freeze.ts";
import { hasRoleOrGroup, type Person } from "./requirements.ts";
import type { PolicyDefinition, PolicyNote } from "./schema.ts";
import { wallText } from "./wall-clock.ts";
import type { PastTask } from "./what-if.ts";

/** What the notes are made from: people of now, and tasks of the past for what patterns have fitted. */
export type NoteFacts = {
  people: readonly Person[];
  tasks: readonly PastTask[];
  types: readonly string[];
  at: Date;
};

/**
 * What a policy does that its author may not have meant, field by field: demands that nobody is left to meet (`bad`),
 * rules without effect or with too much of it (`warn`), and what is good to know (`info`). It may be stored with all
 * of them; what may not is `policyIssues`.
 */
export function policyNotes(policy: PolicyDefinition, facts: NoteFacts): PolicyNote[] {
  const eligible = facts.people.filter((person) => person.active && mayReview(person));
  return [
    ...conditionNotes(policy, facts),
    ...peopleNotes(policy, eligible, facts.people),
    ...quorumNotes(policy, eligible),
    ...waiverNotes(policy),
    ...freezeNotes(policy, facts.at),
  ];
}

const note = (field: string, tone: PolicyNote["tone"], text: string): PolicyNote => ({ field, tone, text });

function conditionNotes(policy: PolicyDefinition, { tasks, types }: NoteFacts): PolicyNote[] {
  const { task_types, resource_patterns, risk_threshold, time_windows } = policy;
  const isEverything = !task_types && !resource_patterns && risk_threshold === undefined && !time_windows;
  const strangers = (task_types ?? []).filter((pattern) => !types.some(compileNameGlob(pattern)));
  const keys = new Set(tasks.flatMap((task) => task.keys));
  const idle = (resource_patterns ?? []).filter((pattern) => !keys.values().some(compileGlob(pattern)));
  return [
    ...(isEverything
      ? [note("task_types", "warn", "Nothing is stated here, so it applies to every task.")]
      : []),
    ...strangers.map((pattern) => note("task_types", "warn", `No type of task fits ${pattern}.`)),
    ...(tasks.length === 0
      ? []
      : idle.map((pattern) =>
          note("resource_patterns", "info", `None of the last ${tasks.length} tasks touched ${pattern}.`),
        )),
  ];
}

function peopleNotes(
  policy: PolicyDefinition,
  eligible: readonly Person[],
  people: readonly Person[],
): PolicyNote[] {
  const among = (name: string) => eligible.filter((person) => hasRoleOrGroup(person, name));
  const empty = (policy.groups ?? []).filter((name) => !eligible.some(({ groups }) => groups.includes(name)));
  const idle = (policy.reviewers ?? []).flatMap((id) => {
    const person = people.find((one) => one.id === id);
    return person?.active && !mayReview(person) ? [person.name] : [];
  });
  const { escalate_to } = policy;
  return [
    ...empty.map((name) => note("groups", "warn", `Nobody in ${name} may review, so it adds nobody.`)),
    ...idle.map((name) => note("reviewers", "warn", `${name} is no reviewer and cannot answer.`)),
    ...(policy.required_roles ?? []).flatMap((name) => {
      const [one, ...others] = among(name);
      if (!one)
        return [note("required_roles", "bad", `Nobody of ${name} may review: no task could be approved.`)];
      return others.length > 0
        ? []
        : [
            note(
              "required_roles",
              "warn",
              `Only ${one.name} is of ${name}: what they make themselves is stuck.`,
            ),
          ];
    }),
    ...(escalate_to !== undefined && !eligible.some(({ groups }) => groups.includes(escalate_to))
      ? [note("escalate_to", "warn", `Nobody in ${escalate_to} may review, so nobody would be asked.`)]
      : []),
  ];
}

function quorumNotes(policy: PolicyDefinition, eligible: readonly Person[]): PolicyNote[] {
  const { min_approvers, reject_threshold, reviewers, groups } = policy;
  const isOpen = !reviewers && !groups;
  const asked = eligible.filter(
    (person) =>
      isOpen || reviewers?.includes(person.id) || groups?.some((name) => person.groups.includes(name)),
  ).length;
  const there = asked === 1 ? "only 1 person is" : `only ${asked} people are`;
  if (asked < min_approvers) {
    const left = asked === 0 ? "nobody is" : there;
    return [note("min_approvers", "bad", `${min_approvers} have to approve and ${left} there to ask.`)];
  }
  return [
    ...(min_approvers > 0 && asked === min_approvers
      ? [
          note(
            "min_approvers",
            "warn",
            `Nobody to spare: what one of the ${asked} makes, or when one is away, nothing passes.`,
          ),
        ]
      : []),
    ...(reject_threshold > asked && asked > 0
      ? [note("reject_threshold", "info", `With ${asked} to ask, all of them rejecting ends a task.`)]
      : []),
  ];
}

function waiverNotes({ auto_approve_if: waiver, risk_threshold }: PolicyDefinition): PolicyNote[] {
  if (!waiver) return [];
  const { risk_below, resources_in_scope } = waiver;
  if (risk_below !== undefined && risk_threshold !== undefined && risk_threshold >= risk_below) {
    const text = `Never holds: the policy applies from risk ${risk_threshold}, and waives below ${risk_below}.`;
    return [note("auto_approve_if.risk_below", "warn", text)];
  }
  if (risk_below === undefined || risk_below > 75) {
    const where = resources_in_scope ? "in that scope" : "by those authors";
    const who = risk_below !== undefined && !resources_in_scope && !waiver.author_has_role ? "" : ` ${where}`;
    return [note("auto_approve_if", "warn", `Even critical changes${who} pass without anybody's look.`)];
  }
  return [];
}

function freezeNotes({ freeze }: PolicyDefinition, at: Date): PolicyNote[] {
  const frozen = freeze && frozenUntil([freeze], at);
  return frozen
    ? [note("freeze", "info", `In force now, until ${wallText(frozen.until, frozen.time_zone)}.`)]
    : [];
}
