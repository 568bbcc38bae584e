import type { ContendedKey, Lock, LockWaiter } from "../schema.ts";

/** Names an owner by any lock or request of it: the same text, the same owner. */
export type OwnerOf = (party: Lock | LockWaiter) => string;

/** One owner of a cycle: how it blocks the one before, and by which request it waits for the next. */
export type CycleMember = {
  owner: string;
  /** What the one before waits for; null where this owner stands before it in the queue and holds nothing there. */
  lock: Lock | null;
  blocked_key: string;
  request: LockWaiter;
  waits_for_key: string;
};
/**
 * Every member waits for the next, the last for the first. Begins with the owner whose name is smallest. An owner can
 * come twice, where it stands before others in two queues.
 */
export type Cycle = readonly CycleMember[];

export type FindOptions = {
  /** Only cycles through this owner, for the moment when its wait begins; else all. */
  through?: string;
  /** Longer ones are not looked for. */
  max_length?: number;
};

/** The depth limit of locks.md. */
const MAX_LENGTH = 100;
/** Where very much waits for very much, a search ends after so many steps; the next scan goes on. */
const MAX_STEPS = 1_000_000;

type Wait = { owner: Owner; request: LockWaiter; key: Key; isBehindWriter: boolean };
type Held = { owner: Owner; lock: Lock };
type Owner = { name: string; waits: Wait[]; holds: Key[]; pending: number; seen: number };
type Key = {
  name: string;
  holders: Held[];
  /** One free slot is enough for those who wait for an agent; of all others every holder must go. */
  isCounted: boolean;
  /** Holders that may never go. */
  left: number;
  blocked: Wait[];
  firstWriter: Wait | null;
  seen: number;
  seenInQueue: number;
};
/** `from` waits, by this request, for `to`, which holds the lock or (null) stands before it. */
type Arc = { wait: Wait; lock: Lock | null; to: Owner; before: Arc | null; length: number };

/**
 * Deadlocks among those who hold and wait: cycles that nothing but an abort can end. A request waits for every holder
 * and every earlier request that it is incompatible with; of an agent's slots for any one, so a cycle counts only
 * where all holders are stuck (knots, not cycles: Knapp, "Deadlock detection in distributed databases", 1987).
 *
 * Each cycle once, shortest first and no two with an owner in common, so that one victim a cycle is never one too
 * many; what is left is found when these are gone. The answer doesn't depend on the order of `keys` and holders.
 * Linear in holders and requests where nothing is stuck, and practically where something is. Pure.
 */
export function findCycles(
  keys: readonly ContendedKey[],
  ownerOf: OwnerOf,
  { through, max_length = MAX_LENGTH }: FindOptions = {},
): Cycle[] {
  const owners = indexed(keys, ownerOf);
  letGoWhoCan(owners.values());
  const stuck = [...owners.values()].filter(
    ({ name, pending, holds }) =>
      pending > 0 && holds.some(isStuck) && (through === undefined || name === through),
  );
  stuck.sort((a, b) => compare(a.name, b.name));

  const search = createSearch(max_length);
  const found = stuck.map(search).filter((cycle) => cycle !== null);
  found.sort(byLength);
  const taken = new Set<string>();
  return found.filter((cycle) => {
    if (cycle.some(({ owner }) => taken.has(owner))) return false;
    for (const { owner } of cycle) taken.add(owner);
    return true;
  });
}

/** Owners with what each holds and which of its requests are not free to be granted. */
function indexed(keys: readonly ContendedKey[], ownerOf: OwnerOf): Map<string, Owner> {
  const owners = new Map<string, Owner>();
  function owner(party: Lock | LockWaiter): Owner {
    const name = ownerOf(party);
    let known = owners.get(name);
    if (!known) {
      known = { name, waits: [], holds: [], pending: 0, seen: 0 };
      owners.set(name, known);
    }
    return known;
  }
  for (const { key: name, resource_type, mode, holders, queue } of keys) {
    if (holders.length === 0) continue;
    const isCounted = resource_type === "agent";
    const key: Key = {
      name,
      holders: holders.map((lock) => ({ owner: owner(lock), lock })),
      isCounted,
      left: holders.length,
      blocked: [],
      firstWriter: null,
      seen: 0,
      seenInQueue: 0,
    };
    for (const held of key.holders) held.owner.holds.push(key);
    const isRead = mode === "shared" && !isCounted;
    for (const request of inOrder(queue)) {
      const reads = isRead && request.mode === "shared";
      if (reads && !key.firstWriter) continue;
      const wait: Wait = { owner: owner(request), request, key, isBehindWriter: reads };
      key.firstWriter ??= wait;
      key.blocked.push(wait);
      wait.owner.waits.push(wait);
      wait.owner.pending += 1;
    }
  }
  return owners;
}

/** Lets everybody go who waits for nobody, then those who waited only for them, and so on: who is left is stuck. */
function letGoWhoCan(owners: Iterable<Owner>): void {
  const free = [...owners].filter(({ pending }) => pending === 0);
  for (let owner = free.pop(); owner; owner = free.pop()) {
    for (const key of owner.holds) {
      if (!isStuck(key)) continue;
      key.left = key.isCounted ? 0 : key.left - 1;
      if (key.left > 0) continue;
      for (const wait of key.blocked) {
        wait.owner.pending -= 1;
        if (wait.owner.pending === 0) free.push(wait.owner);
      }
    }
  }
}

const isStuck = (key: Key): boolean => key.left > 0;

/** Answers a shortest cycle through an owner, breadth first; all searches share one budget. */
function createSearch(maxLength: number) {
  let stamp = 0;
  let steps = 0;
  const sorted = new Set<Owner | Key>();

  function waitsOf(owner: Owner): Wait[] {
    if (!sorted.has(owner)) {
      owner.waits = owner.waits.filter(({ key }) => isStuck(key));
      owner.waits.sort((a, b) => compare(a.key.name, b.key.name));
      sorted.add(owner);
    }
    return owner.waits;
  }
  function holdersOf(key: Key): Held[] {
    if (!sorted.has(key)) {
      key.holders.sort((a, b) => compare(a.owner.name, b.owner.name));
      sorted.add(key);
    }
    return key.holders;
  }

  return function search(start: Owner): Cycle | null {
    stamp += 1;
    start.seen = stamp;
    const reached: Arc[] = [];
    let end: Arc | null = null;

    /** Where a request leads: to the holders, or for a reader among readers to the writer that it stands behind. */
    function follow(wait: Wait, before: Arc | null): void {
      const { key } = wait;
      const length = (before?.length ?? 0) + 1;
      if (length > maxLength) return;
      if (wait.isBehindWriter) {
        if (key.seenInQueue === stamp) return;
        key.seenInQueue = stamp;
        reached.push({ wait, lock: null, to: key.firstWriter!.owner, before, length });
        return;
      }
      if (key.seen === stamp) return;
      // Of several who hold it and want more, each waits for the others.
      if (key.holders.every(({ owner }) => owner !== wait.owner)) key.seen = stamp;
      for (const { owner: to, lock } of holdersOf(key)) {
        steps += 1;
        if (to === wait.owner) continue;
        const arc = { wait, lock, to, before, length };
        if (to === start) end ??= arc;
        else if (to.seen !== stamp) {
          to.seen = stamp;
          reached.push(arc);
        }
      }
    }

    for (const wait of waitsOf(start)) follow(wait, null);
    for (let at = 0; at < reached.length && !end && steps < MAX_STEPS; at++) {
      const arc = reached[at]!;
      // Whoever only stands before others goes on by that one request; a holder needs all of its own.
      if (arc.lock === null) follow(arc.wait.key.firstWriter!, arc);
      else for (const wait of waitsOf(arc.to)) follow(wait, arc);
    }
    return end && cycleOf(end);
  };
}

function cycleOf(end: Arc): Cycle {
  const members: CycleMember[] = [];
  for (let arc: Arc | null = end; arc; arc = arc.before) {
    const blocks = arc.before ?? end;
    members.unshift({
      owner: arc.wait.owner.name,
      lock: blocks.lock,
      blocked_key: blocks.wait.key.name,
      request: arc.wait.request,
      waits_for_key: arc.wait.key.name,
    });
  }
  const first = members.reduce((least, { owner }, at) => (owner < members[least]!.owner ? at : least), 0);
  return [...members.slice(first), ...members.slice(0, first)];
}

/** The same text for the same grants and requests: a scan that finds it twice saw no release in between. Pure. */
export function cycleSignature(cycle: Cycle): string {
  return cycle.map(({ lock, request }) => `${lock?.id ?? ""}>${request.request_id}`).join("|");
}

/** In queue order, whatever order they came in. */
export function inOrder(queue: readonly LockWaiter[]): readonly LockWaiter[] {
  const isSorted = queue.every(
    (waiter, at) => at === 0 || queue[at - 1]!.queue_position <= waiter.queue_position,
  );
  return isSorted ? queue : queue.toSorted((a, b) => a.queue_position - b.queue_position);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The shorter first, then by names; two of the same owners by their grants and requests. */
function byLength(a: Cycle, b: Cycle): number {
  let order = a.length - b.length;
  for (let at = 0; order === 0 && at < a.length; at++) order = compare(a[at]!.owner, b[at]!.owner);
  return order || compare(cycleSignature(a), cycleSignature(b));
}
