import type { DeadlockEntry, DeadlockMember, DeadlockStrategy, Lock } from "../schema.ts";
import type { Cycle, CycleMember } from "./graph.ts";

/** What is known of a cycle when it is judged. */
export type DeadlockFacts = {
  id: string;
  /** ISO 8601. */
  detected_at: string;
  found_by: DeadlockEntry["found_by"];
  cycle: Cycle;
  strategy: DeadlockStrategy;
  /** Every lock that an owner of the cycle holds, on whatever key. */
  locksOf: (owner: string) => readonly Lock[];
};
type Candidate = { member: CycleMember; described: DeadlockMember; locks: readonly Lock[] };
type Rule = (a: Candidate, b: Candidate) => number;

/** Sentences name so many of a long cycle. */
const NAMED_MEMBERS = 4;

const youngest: Rule = (a, b) => compare(b.described.oldest_lock_at!, a.described.oldest_lock_at!);
const shortest: Rule = (a, b) => a.described.locks_held - b.described.locks_held;
const lowest: Rule = (a, b) => a.described.priority - b.described.priority;
const byName: Rule = (a, b) => compare(b.member.owner, a.member.owner);

/** The strategy first; what it leaves open falls to the others and at last to the name, the same everywhere. */
const RULES: Record<DeadlockStrategy, readonly Rule[]> = {
  abort_youngest: [youngest, shortest, lowest, byName],
  abort_shortest: [shortest, youngest, lowest, byName],
  abort_lowest_priority: [lowest, youngest, shortest, byName],
};

/**
 * Chooses who of a cycle has to give way and says why. Only an owner that blocks by a lock can be chosen: to end the
 * wait of one that merely stands before others would not always help. Answers the entry for the history and the
 * victim's name. Pure.
 */
export function judgeDeadlock(facts: DeadlockFacts): { entry: DeadlockEntry; victim: string } {
  const { id, detected_at, found_by, cycle, strategy, locksOf } = facts;
  const candidates = cycle.map((member) => candidate(member, locksOf(member.owner)));
  const rules = RULES[strategy];
  const [victim] = candidates
    .filter(({ member }) => member.lock !== null)
    .sort((a, b) => rules.reduce((order, rule) => order || rule(a, b), 0));
  if (!victim) throw new Error("a cycle without a lock is none");
  const { described, locks, member } = victim;
  const resolution = {
    victim_agent_id: described.agent_id,
    victim_owner_id: described.owner_id,
    strategy,
    released_locks: locks.map((lock) => lock.id).sort(),
  };
  const members = candidates.map((one) => one.described);
  const explanation = explain(members, described, strategy);
  return {
    entry: { id, detected_at, found_by, cycle: members, resolution, explanation },
    victim: member.owner,
  };
}

/** The lock by which it blocks counts in any case, whatever the caller knew of its other ones. */
function candidate(member: CycleMember, known: readonly Lock[]): Candidate {
  const { lock, request } = member;
  const locks = lock && !known.some(({ id }) => id === lock.id) ? [...known, lock] : known;
  const times = locks.map(({ acquired_at }) => acquired_at).sort();
  const described: DeadlockMember = {
    agent_id: request.agent_id,
    owner_id: request.owner_id,
    holds_lock: lock?.id ?? null,
    holds_key: member.blocked_key,
    waits_for: request.request_id,
    waits_for_key: member.waits_for_key,
    priority: request.priority,
    locks_held: locks.length,
    oldest_lock_at: times[0] ?? null,
  };
  return { member, described, locks };
}

/** Who holds what and waits for what, that it could not end, and why this one gives way. Pure. */
function explain(
  cycle: readonly DeadlockMember[],
  victim: DeadlockMember,
  strategy: DeadlockStrategy,
): string {
  const waits = cycle.slice(0, NAMED_MEMBERS).map((member) => {
    const has = member.holds_lock ? "holds" : "stands in the queue for";
    const goesOn = member.holds_lock ? ` and waits for ${member.waits_for_key}` : "";
    return `${nameOf(member)} ${has} ${member.holds_key}${goesOn}`;
  });
  const more = cycle.length - waits.length;
  if (more > 0) waits.push(`${more} more go on like that, back to ${nameOf(cycle[0]!)}`);
  const locks = victim.locks_held === 1 ? "its lock was" : `its ${victim.locks_held} locks were`;
  return [
    `${waits.join("; ")}.`,
    `Each waits for the next and the last for the first, so none of the ${cycle.length} could ever go on.`,
    `${nameOf(victim)} gives way because ${reason(cycle, victim, strategy)}: ${locks} released and its waits ended.`,
  ].join(" ");
}

function reason(
  cycle: readonly DeadlockMember[],
  victim: DeadlockMember,
  strategy: DeadlockStrategy,
): string {
  const rivals = cycle.filter((member) => member !== victim && member.holds_lock !== null);
  const inTie = (value: (member: DeadlockMember) => unknown): string =>
    rivals.some((rival) => value(rival) === value(victim))
      ? ", in a tie that was decided by fixed rules"
      : "";
  switch (strategy) {
    case "abort_youngest":
      return `its oldest lock, of ${victim.oldest_lock_at}, is the newest${inTie((one) => one.oldest_lock_at)}`;
    case "abort_shortest":
      return `it holds the fewest locks (${victim.locks_held})${inTie((one) => one.locks_held)}`;
    case "abort_lowest_priority":
      return `its request has the lowest priority (${victim.priority})${inTie((one) => one.priority)}`;
  }
}

/** The owner, and who answers for it where that is somebody else. */
function nameOf({ agent_id, owner_id }: DeadlockMember): string {
  return owner_id === agent_id ? agent_id : `${owner_id} (of ${agent_id})`;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
