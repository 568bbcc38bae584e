import { z } from "zod";
import { decodeCursor, encodeCursor } from "../kernel/page.ts";
import type { LockConnection } from "./connection.ts";
import { lockName } from "./keys.ts";
import { type ListLocksQuery, type Lock, type LockList, type QueuedLock, SHOWN_WAITERS } from "./schema.ts";
import { type HeldLock, toHeldLock, toLock, toWaiter } from "./wire.ts";

/** So many locks one step through a partition looks at. */
const STEP = 200;
const LARGE_STEP = 1_000;
/** Of a partition's fields these two are no keys: the sentinel and the last token. */
const OWN_FIELDS = 2;

/** Where a walk through all locks stands: in a partition, at a scan cursor, behind so many of its step. */
type Place = { partition: number; cursor: string; skip: number };
type Filter = (lock: Lock) => boolean;

/**
 * A page of the held locks with their queues, sorted by time of acquisition within the page. The walk goes by
 * partition, so no page costs more than its own steps; a lock that is held during the whole walk is seen. The total
 * counts, without a filter, the locked keys; with one, what the walk has found so far.
 */
export async function listLocks(connection: LockConnection, query: ListLocksQuery): Promise<LockList> {
  const filter = filterOf(query);
  const { limit } = query;
  const start = placeOf(query.cursor);
  const offset = start ? 0 : (query.page - 1) * limit;
  // One more than the page tells whether there is a next one.
  const { found, next } = await walk(connection, start, offset + limit, filter);
  const locks = found.slice(offset).sort((a, b) => (a.acquired_at < b.acquired_at ? -1 : 1));
  const hasMore = next !== null && (await walk(connection, next, 1, filter)).found.length > 0;
  const isFiltered = [query.resource_type, query.resource_id, query.agent_id].some((by) => by !== undefined);
  const seen = offset + locks.length + (hasMore ? 1 : 0);
  const isWhole = !hasMore && !start;
  return {
    locks,
    pagination: {
      page: query.page,
      limit,
      total: isFiltered || isWhole ? seen : Math.max(seen, await countKeys(connection)),
      total_is_exact: isWhole,
      has_more: hasMore,
      ...(hasMore && next ? { next_cursor: encodeCursor([next.partition, next.cursor, next.skip]) } : {}),
    },
  };
}

/** One lock with the head of its queue; null where it is gone. */
export async function getLock(connection: LockConnection, id32: string): Promise<QueuedLock | null> {
  const [status, described, ...queue] = await connection.run("get", id32, [id32, SHOWN_WAITERS]);
  return status === "OK" ? toQueuedLock([described, ...queue]) : null;
}

/** Every lock that these owners (see who.ts) hold. Costs a walk through all locks. */
export async function locksOf(connection: LockConnection, owners: readonly string[]): Promise<HeldLock[]> {
  const held = await Promise.all(
    connection.partitions.map(async (partition) => {
      const found: HeldLock[] = [];
      let cursor = "0";
      do {
        const [, next, ...locks] = await connection.run("owned", partition, [cursor, LARGE_STEP, ...owners]);
        found.push(...locks.map(toHeldLock));
        cursor = String(next);
      } while (cursor !== "0");
      return found;
    }),
  );
  return held.flat();
}

function toQueuedLock([described, queue_length, ...queue]: unknown[]): QueuedLock {
  return {
    ...toLock(toHeldLock(described)),
    queue_length: Number(queue_length),
    queue: queue.map((waiter) => {
      const { owner, ...shown } = toWaiter(waiter);
      return shown;
    }),
  };
}

function filterOf({ resource_type, resource_id, agent_id }: ListLocksQuery): Filter {
  const id = resource_type && resource_id ? lockName(resource_type, resource_id).resource_id : resource_id;
  return (lock) =>
    (resource_type === undefined || lock.resource_type === resource_type) &&
    (id === undefined || lock.resource_id === id) &&
    (agent_id === undefined || lock.agent_id === agent_id);
}

async function walk(
  connection: LockConnection,
  from: Place | null,
  wanted: number,
  filter: Filter,
): Promise<{ found: QueuedLock[]; next: Place | null }> {
  const found: QueuedLock[] = [];
  let { partition, cursor, skip } = from ?? { partition: 0, cursor: "0", skip: 0 };
  while (partition < connection.partitions.length) {
    const args: [string, number, number] = [cursor, STEP, SHOWN_WAITERS];
    const [, nextCursor, , ...locks] = await connection.run("list", partition, args);
    for (let at = skip; at < locks.length; at++) {
      if (found.length === wanted) return { found, next: { partition, cursor, skip: at } };
      const lock = toQueuedLock(locks[at] as unknown[]);
      if (filter(lock)) found.push(lock);
    }
    skip = 0;
    cursor = String(nextCursor);
    if (cursor === "0") partition++;
  }
  return { found, next: null };
}

/** How many keys are locked, those included that have expired and were not swept yet. */
async function countKeys(connection: LockConnection): Promise<number> {
  const counts = await Promise.all(
    connection.partitions.map((partition) => connection.run("list", partition, ["0", 1, 0])),
  );
  return counts.reduce((sum, [, , total]) => sum + Number(total) - OWN_FIELDS, 0);
}

/** Partition, scan cursor, and how many of its step were shown. */
const placeParts = z.tuple([z.int().min(0), z.string().regex(/^\d{1,20}$/), z.int().min(0)]);

function placeOf(cursor: string | undefined): Place | null {
  const [partition, scan, skip] = decodeCursor(cursor, placeParts) ?? [];
  return partition === undefined ? null : { partition, cursor: scan!, skip: skip! };
}
