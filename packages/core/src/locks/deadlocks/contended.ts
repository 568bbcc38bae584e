import type { LockConnection } from "../connection.ts";
import type { ContendedKey, Lock, LockWaiter } from "../schema.ts";
import { ownerOf } from "../who.ts";
import { modeOf, splitKey, toHeldLock, toIso, toLock, toWaiter } from "../wire.ts";

/** A contended key of which every party says, as the scripts compare owners, whose it is. */
export type OwnedKey = Omit<ContendedKey, "holders" | "queue"> & {
  holders: Owned<Lock>[];
  queue: Owned<LockWaiter>[];
};
type Owned<T> = T & { owner: string };

/** For findCycles: an owner by any of its locks and requests. */
export const ownerOfParty = (party: Lock | LockWaiter): string => (party as Owned<Lock | LockWaiter>).owner;

const STEP = 500;

/** Everybody who waits, with those who are waited for; at most so many waiters. Answers whether that was all. */
export async function readContended(
  connection: LockConnection,
  limit = Number.POSITIVE_INFINITY,
): Promise<{ keys: OwnedKey[]; is_cut: boolean }> {
  const parts = await Promise.all(
    connection.partitions.map((partition) => readPartition(connection, partition, limit)),
  );
  const keys = parts.flatMap((part) => part.keys);
  return { keys, is_cut: parts.some((part) => part.is_cut) };
}

async function readPartition(connection: LockConnection, partition: number, limit: number) {
  const keys = new Map<string, OwnedKey>();
  let after = "";
  let count = 0;
  do {
    const [, last, ...entries] = await connection.run("waiting", partition, [after, STEP]);
    for (const entry of entries) {
      const key = toContended(entry);
      count += key.queue.length;
      const known = keys.get(key.key);
      if (known) known.queue.push(...key.queue);
      else keys.set(key.key, key);
    }
    after = String(last);
  } while (after !== "" && count < limit);
  return { keys: [...keys.values()], is_cut: after !== "" };
}

/** Every key on the ways from what an owner waits for where one comes back to it, as it is at one moment; else none. */
export async function readCycle(
  connection: LockConnection,
  place: string,
  owner: string,
  limits: { depth: number; owners: number; shown: number },
): Promise<OwnedKey[]> {
  const { depth, owners, shown } = limits;
  const [, ...entries] = await connection.run("cycle", place, [owner, depth, owners, shown]);
  return entries.map(toContended);
}

/** Reads lua's `describe_contended` (lib/contended.lua). Pure. */
function toContended(described: unknown): OwnedKey {
  const [key, mode, delayed, queue_length, holders, queue] = described as [
    string,
    string,
    number,
    number,
    unknown[],
    unknown[],
  ];
  return {
    key,
    ...splitKey(key),
    mode: holders.length > 0 ? modeOf(mode) : null,
    delayed_until: delayed > 0 ? toIso(delayed) : null,
    holders: holders.map((lock) => {
      const held = toHeldLock(lock);
      return { ...toLock(held), owner: ownerOf(held.principal_id, held.owner_id) };
    }),
    queue: queue.map(toWaiter),
    queue_length,
  };
}

/** Leaves the owners' inner names out. Pure. */
export function shownKey({ holders, queue, ...key }: OwnedKey): ContendedKey {
  return {
    ...key,
    holders: holders.map(({ owner, ...lock }) => lock),
    queue: queue.map(({ owner, ...waiter }) => waiter),
  };
}
