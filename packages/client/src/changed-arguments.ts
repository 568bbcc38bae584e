import { MASK } from "@ade/core/kernel/mask";
import { UNREFERENCED } from "@ade/core/tool-calls/secret-text";
import type { ChangedCall } from "./verdict.ts";

/** What stands for text or depth that did not fit into the question; see fit-call.ts. */
const CUT = /^…$| … \(\d+ more characters\)/;

type Members = Record<string, unknown>;
/** Stands for whatever can't be said again without guessing. */
const UNKNOWN = Symbol("unknown");

/**
 * The arguments to run a call with that a reviewer changed: theirs, and where they left something as it was shown to
 * them, the agent's own, which may hold what was masked or shortened for them. Null where that would be a guess: a text
 * that was edited around a mask, list items that look alike, an object of which not all members were shown. Such a call
 * is asked again (`askAgainWith`): what nobody has seen must not run in the place of what somebody decided. Pure.
 */
export function argumentsToRun(own: Members, { before, arguments: changed }: ChangedCall): Members | null {
  // A change that shows no difference was one of something that is masked: nobody can tell to what.
  if (isSame(before, changed)) return null;
  const found = restored(own, before, changed);
  return found === UNKNOWN ? null : (found as Members);
}

/** Said to an agent that can't be given these arguments: no, and which ones to ask with. Pure. */
export function askAgainWith({ by, reason, arguments: given }: ChangedCall): string {
  const text = JSON.stringify(given);
  const hint = text.includes(MASK) ? ` (${MASK} stands for a secret that was not shown)` : "";
  return `${by} approved it with other arguments (${reason}). Ask again with${hint}: ${text}`;
}

function restored(own: unknown, before: unknown, changed: unknown): unknown {
  if (isSame(before, changed)) return own;
  if (isRecord(changed))
    return isRecord(own) && isRecord(before) ? members(own, before, changed) : said(changed);
  if (Array.isArray(changed) && Array.isArray(own) && Array.isArray(before))
    return items(own, before, changed);
  return said(changed);
}

/** Member by member; only where all that the agent asked with was shown, or what is missing would be left out unseen. */
function members(own: Members, before: Members, changed: Members): unknown {
  const names = Object.keys(own);
  if (names.length !== Object.keys(before).length || !names.every((name) => Object.hasOwn(before, name)))
    return UNKNOWN;
  const entries = Object.entries(changed).map(([name, member]): [string, unknown] => [
    name,
    Object.hasOwn(before, name) ? restored(own[name], before[name], member) : said(member),
  ]);
  const isWhole = entries.every(([name, member]) => isPlain(name) && member !== UNKNOWN);
  return isWhole ? Object.fromEntries(entries) : UNKNOWN;
}

/** A list has no names: an item is the agent's own where it looks like one of them, and like no other one. */
function items(own: unknown[], before: unknown[], changed: unknown[]): unknown {
  if (own.length !== before.length) return UNKNOWN;
  const found = changed.map((item) => {
    const [first, ...others] = before.flatMap((shown, index) => (isSame(shown, item) ? [own[index]] : []));
    if (first === undefined) return said(item);
    return others.every((other) => isSame(first, other)) ? first : UNKNOWN;
  });
  return found.includes(UNKNOWN) ? UNKNOWN : found;
}

/** What a reviewer wrote, as they wrote it; unknown where a mask or a cut is left in it. */
function said(value: unknown): unknown {
  if (typeof value === "string")
    return isPlain(value) ? value.replaceAll(UNREFERENCED, "secret://") : UNKNOWN;
  if (Array.isArray(value)) {
    const found = value.map(said);
    return found.includes(UNKNOWN) ? UNKNOWN : found;
  }
  return isRecord(value) ? members({}, {}, value) : value;
}

const isPlain = (text: string): boolean => !text.includes(MASK) && !CUT.test(text);

const isRecord = (value: unknown): value is Members =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Equal as JSON: the order of members says nothing. */
function isSame(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((item, index) => isSame(item, other[index]));
  if (!isRecord(one) || !isRecord(other)) return Object.is(one, other);
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && isSame(one[name], other[name]))
  );
}
