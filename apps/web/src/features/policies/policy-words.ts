import type { PolicyEntry } from "@ade/core/policies/schema";

/** A piece of a sentence: plain words, or a pattern that is set in the fixed-width face. */
type Piece = string | { code: string };
export type Sentence = readonly Piece[];

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/** "a, b or c", each set as code. */
function oneOf(patterns: readonly string[]): Piece[] {
  return patterns.flatMap((code, place) => [
    ...(place === 0 ? [] : [place === patterns.length - 1 ? " or " : ", "]),
    { code },
  ]);
}

function names(list: readonly string[], joint: "and" | "or"): string {
  return list.length < 2 ? (list[0] ?? "") : `${list.slice(0, -1).join(", ")} ${joint} ${list.at(-1)}`;
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}

/** When the policy applies, a sentence a condition; all of them have to hold. */
export function matchWords(policy: PolicyEntry): Sentence[] {
  const sentences: Sentence[] = [];
  if (policy.task_types) sentences.push(["The type is ", ...oneOf(policy.task_types)]);
  if (policy.resource_patterns) sentences.push(["It touches ", ...oneOf(policy.resource_patterns)]);
  if (policy.risk_threshold !== undefined) sentences.push([`Its risk is ${policy.risk_threshold} or more`]);
  if (policy.time_windows) {
    const windows = policy.time_windows.map(
      ({ days, from, to, time_zone }) =>
        `${days.map((day) => DAYS[day]).join(" ")} ${from}–${to} ${time_zone}`,
    );
    sentences.push([`It is ${names(windows, "or")}`]);
  }
  return sentences.length > 0 ? sentences : [["Every task"]];
}

/** What it asks for, what it waives, and by when. `nameOf` tells people's names. */
export function demandWords(policy: PolicyEntry, nameOf: (id: string) => string): Sentence[] {
  const people = [...(policy.groups ?? []), ...(policy.reviewers ?? []).map(nameOf)];
  const from = people.length > 0 ? `from ${names(people, "or")}` : "from any reviewer";
  const sentences: Sentence[] = [
    [
      policy.min_approvers === 0
        ? "No approval of its own"
        : `${count(policy.min_approvers, "approval")} ${from}`,
    ],
  ];
  if (policy.required_roles?.length)
    sentences.push([`At least one each from ${names(policy.required_roles, "and")}`]);
  if (policy.auto_approve_if) sentences.push(["Approves itself if ", ...waiverWords(policy.auto_approve_if)]);
  if (policy.reject_threshold > 1)
    sentences.push([`Ends with ${count(policy.reject_threshold, "rejection")}`]);
  if (policy.due_in_hours !== undefined) sentences.push([`Due in ${count(policy.due_in_hours, "hour")}`]);
  if (policy.escalate_to) sentences.push([`Then it goes to ${policy.escalate_to}`]);
  return sentences;
}

function waiverWords(conditions: NonNullable<PolicyEntry["auto_approve_if"]>): Piece[] {
  const parts: Piece[][] = [];
  if (conditions.risk_below !== undefined) parts.push([`its risk is below ${conditions.risk_below}`]);
  if (conditions.author_has_role) parts.push([`its author is ${names(conditions.author_has_role, "or")}`]);
  if (conditions.resources_in_scope)
    parts.push(["it stays within ", ...oneOf(conditions.resources_in_scope)]);
  return parts.flatMap((part, place) => (place === 0 ? part : [" and ", ...part]));
}
