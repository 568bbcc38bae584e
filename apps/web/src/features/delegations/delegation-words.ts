import type { DelegationConditions, DelegationEntry } from "@ade/core/delegations/schema";

/** A piece of a sentence: plain words, or a pattern that is set in the fixed-width face. */
type Piece = string | { code: string };
export type Sentence = readonly Piece[];

/** "a, b or c", each set as code. */
function oneOf(patterns: readonly string[]): Piece[] {
  return patterns.flatMap((code, place) => [
    ...(place === 0 ? [] : [place === patterns.length - 1 ? " or " : ", "]),
    { code },
  ]);
}

/** When a delegation holds, a sentence a condition; all of them have to. */
export function conditionWords(conditions: DelegationConditions): Sentence[] {
  const { task_types, resource_patterns, namespaces, tags, risk_above } = conditions;
  const sentences: Sentence[] = [];
  if (task_types) sentences.push(["The type is ", ...oneOf(task_types)]);
  if (resource_patterns) sentences.push(["It touches ", ...oneOf(resource_patterns)]);
  if (namespaces) sentences.push(["The namespace is ", ...oneOf(namespaces)]);
  if (tags) sentences.push(["It is tagged ", ...oneOf(tags)]);
  if (risk_above !== undefined) sentences.push([`Its risk is above ${risk_above}`]);
  return sentences.length > 0 ? sentences : [["Every request"]];
}

const form = new Intl.DateTimeFormat(undefined, {
  ...{ year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false },
});
const day = (iso: string) => form.format(new Date(iso));

/** Between which dates it holds, in local time; null where nothing limits it. */
export function dateWords({
  starts_at,
  expires_at,
}: Pick<DelegationEntry, "starts_at" | "expires_at">): string | null {
  if (starts_at && expires_at) return `${day(starts_at)} to ${day(expires_at)}`;
  if (starts_at) return `From ${day(starts_at)}`;
  return expires_at ? `Until ${day(expires_at)}` : null;
}

/** What a person's own delegations do to a request that came to them this way. */
export function cascadeWords(cascade: boolean, delegate: string): string {
  return cascade
    ? `${delegate}'s own delegations may pass it on.`
    : `It stops at ${delegate}, whatever they have delegated.`;
}
