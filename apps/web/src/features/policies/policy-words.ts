import type { Rules, TimeWindow } from "./policy-draft.ts";

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
export function matchWords(policy: Rules): Sentence[] {
  const sentences: Sentence[] = [];
  if (policy.task_types) sentences.push(["The type is ", ...oneOf(policy.task_types)]);
  if (policy.resource_patterns) sentences.push(["It touches ", ...oneOf(policy.resource_patterns)]);
  if (policy.risk_threshold !== undefined) sentences.push([`Its risk is ${policy.risk_threshold} or more`]);
  if (policy.time_windows) {
    sentences.push([`It is ${names(policy.time_windows.map(windowWords), "or")}`]);
  }
  return sentences.length > 0 ? sentences : [["Every task"]];
}

/** What it asks for, what it waives, and by when. `nameOf` tells people's names. */
export function demandWords(policy: Rules, nameOf: (id: string) => string): Sentence[] {
  const people = [...(policy.groups ?? []), ...(policy.reviewers ?? []).map(nameOf)];
  const from = people.length > 0 ? `from ${names(people, "or")}` : "from any reviewer";
  const needed = policy.min_approvers ?? 1;
  const sentences: Sentence[] = [
    [needed === 0 ? "No approval of its own" : `${count(needed, "approval")} ${from}`],
  ];
  if (policy.required_roles?.length)
    sentences.push([`At least one each from ${names(policy.required_roles, "and")}`]);
  if (policy.auto_approve_if) sentences.push(["Approves itself if ", ...waiverWords(policy.auto_approve_if)]);
  if ((policy.reject_threshold ?? 1) > 1)
    sentences.push([`Ends with ${count(policy.reject_threshold ?? 1, "rejection")}`]);
  if (policy.due_in_hours !== undefined) sentences.push([`Due in ${count(policy.due_in_hours, "hour")}`]);
  if (policy.escalate_to) sentences.push([`Then it goes to ${policy.escalate_to}`]);
  if (policy.owner_may_answer) sentences.push(["An agent's owner may answer its calls below high risk"]);
  if (policy.editor_may_approve) sentences.push(["Who changed a call's arguments may approve it"]);
  if (policy.freeze) sentences.push([freezeWords(policy.freeze)]);
  return sentences;
}

/** "Fri 18:00–08:00 Europe/Berlin"; every day is not named one by one. */
function windowWords({ days, from, to, time_zone }: TimeWindow): string {
  const named =
    days.length === 7
      ? "daily"
      : [...days]
          .sort()
          .map((day) => DAYS[day])
          .join(" ");
  return `${named} ${from}–${to} ${time_zone}`;
}

function freezeWords({ name, windows = [], dates = [], outside = [] }: NonNullable<Rules["freeze"]>): string {
  const ranges = dates.map(
    ({ from, to, time_zone }) => `${from.replace("T", " ")} to ${to.replace("T", " ")} ${time_zone}`,
  );
  const held = [...windows.map(windowWords), ...ranges];
  const during = held.length > 0 ? `Not applied during “${name}”: ${names(held, "and")}` : "";
  const only = outside.length > 0 ? `Applied only ${names(outside.map(windowWords), "or")} (“${name}”)` : "";
  return [during, only].filter(Boolean).join(". ");
}

function waiverWords(conditions: NonNullable<Rules["auto_approve_if"]>): Piece[] {
  const parts: Piece[][] = [];
  if (conditions.risk_below !== undefined) parts.push([`its risk is below ${conditions.risk_below}`]);
  if (conditions.author_has_role) parts.push([`its author is ${names(conditions.author_has_role, "or")}`]);
  if (conditions.resources_in_scope)
    parts.push(["it stays within ", ...oneOf(conditions.resources_in_scope)]);
  return parts.flatMap((part, place) => (place === 0 ? part : [" and ", ...part]));
}
