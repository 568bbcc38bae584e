import type { Logger } from "pino";
import type { Clock } from "../../kernel/clock.ts";
import { isCoded } from "../../kernel/errors.ts";
import type { Ids } from "../../kernel/ids.ts";
import type { EventDraft } from "../../ledger/schema.ts";
import type { Ledger } from "../../ledger/service.ts";
import type { LockConnection } from "../connection.ts";
import { compactId } from "../keys.ts";
import { locksOf } from "../listing.ts";
import { type DeadlockEntry, type DeadlockStrategy, deadlockEntry, type LockGraph } from "../schema.ts";
import { ownerOf } from "../who.ts";
import { type HeldLock, lockEvents, toHeldLock, toIso } from "../wire.ts";
import { ownerOfParty, readContended, readCycle, shownKey } from "./contended.ts";
import { type Cycle, cycleSignature, findCycles } from "./graph.ts";
import { recordDeadlock } from "./history.ts";
import { judgeDeadlock } from "./victim.ts";
import { waitEdges } from "./wait-edges.ts";

type Deps = {
  connection: LockConnection;
  ledger: Pick<Ledger, "commit">;
  clock: Clock;
  ids: Ids;
  log: Logger;
  emit: (event: EventDraft) => void;
  strategy: DeadlockStrategy;
};

/** The depth limit of locks.md. */
const MAX_DEPTH = 100;
/** So far the look goes when a wait begins, in one call to Redis; the scan looks at all. */
const LIMITS = { depth: MAX_DEPTH, owners: 1_000, shown: 16 };
const DRAWN_WAITERS = 2_000;

/**
 * Finds deadlocks: from the owner whose wait just began, in one look at its partition at one moment; and by a scan over
 * everybody who waits, for cycles that no such look sees whole. What the scan reads one after the other may never have
 * been at once, so it looks again before anybody is aborted.
 */
export function createDeadlocks(deps: Deps) {
  const { connection, log } = deps;
  /** What the last scan found; a cycle that the next one finds too is one. */
  let suspected = new Set<string>();

  async function resolve(cycle: Cycle, found_by: DeadlockEntry["found_by"]): Promise<boolean> {
    const owners = [...new Set(cycle.map(({ owner }) => owner))];
    const all = await locksOf(connection, owners);
    const heldBy = (owner: string) =>
      all.filter(({ principal_id, owner_id }) => ownerOf(principal_id, owner_id) === owner);
    const { entry, victim } = judgeDeadlock({
      id: deps.ids.uuid(),
      detected_at: deps.clock.now().toISOString(),
      found_by,
      cycle,
      strategy: deps.strategy,
      locksOf: heldBy,
    });
    const { request } = cycle.find(({ owner }) => owner === victim)!;
    const released = await abort(victim, entry, request.request_id, heldBy(victim));
    // Somebody else ended it, or it ended by itself.
    if (!released) return false;
    const resolution = { ...entry.resolution, released_locks: released.map(({ id }) => id).sort() };
    await record({ ...entry, resolution }, connection.partitionOf(compactId(request.request_id)!));
    return true;
  }

  /** Its partition keeps the entry until then: should this process end here, the sweep hands it to another. */
  async function record(entry: DeadlockEntry, partition: number): Promise<void> {
    await recordDeadlock(deps.ledger, entry);
    await connection.run("recorded", partition, [entry.id]);
  }

  /** Ends the victim where its request still waits; only one of several that try does it. Answers what it lost. */
  async function abort(
    owner: string,
    entry: DeadlockEntry,
    requestId: string,
    held: readonly HeldLock[],
  ): Promise<HeldLock[] | null> {
    const first = compactId(requestId)!;
    const home = connection.partitionOf(first);
    const ids = held.map(({ id }) => compactId(id)!);
    const idsIn = (partition: number) => ids.filter((id) => connection.partitionOf(id) === partition);
    const reply = await connection.run("abort", home, [
      ...([owner, entry.id, first, JSON.stringify(entry)] as const),
      ...idsIn(home),
    ]);
    if (reply[0] === "STALE") return null;
    const others = connection.partitions.filter((partition) => partition !== home);
    const replies = await Promise.all(
      others.map((partition) =>
        connection.run("abort", partition, [owner, entry.id, "", "", ...idsIn(partition)]),
      ),
    );
    return [reply, ...replies].flatMap(([, at, ...released]) =>
      released.map((described) => {
        const lock = toHeldLock(described);
        deps.emit(lockEvents.released(lock, toIso(at), "deadlock"));
        return lock;
      }),
    );
  }

  return {
    /** Looks for a cycle that an owner closed as it began to wait by this request. Answers whether one was ended. */
    async check(owner: string, requestId: string): Promise<boolean> {
      try {
        const keys = await readCycle(connection, compactId(requestId)!, owner, LIMITS);
        if (keys.length === 0) return false;
        const [cycle] = findCycles(keys, ownerOfParty, { through: owner, max_length: MAX_DEPTH });
        return cycle !== undefined && (await resolve(cycle, "enqueue"));
      } catch (error) {
        // The scan finds it a moment later.
        if (!isCoded(error)) log.warn({ err: error }, "the look for a deadlock failed");
        return false;
      }
    },

    /**
     * Looks at everybody who waits and ends the deadlocks that the last scan saw too; to be called every second.
     * Answers how many it ended.
     */
    async scan(): Promise<number> {
      const { keys } = await readContended(connection);
      const cycles = findCycles(keys, ownerOfParty, { max_length: MAX_DEPTH });
      const known = suspected;
      suspected = new Set(cycles.map(cycleSignature));
      let ended = 0;
      for (const cycle of cycles) {
        if (known.has(cycleSignature(cycle)) && (await resolve(cycle, "scan"))) ended += 1;
      }
      return ended;
    },

    /** Records what the sweep found ended and not in the history yet; where that fails, it finds it again. */
    async recordLeft(entries: readonly string[], partition: number): Promise<void> {
      for (const entry of entries) {
        await record(deadlockEntry.parse(JSON.parse(entry)), partition).catch((error: unknown) =>
          log.warn({ err: error }, "a deadlock that was ended is not in the history yet"),
        );
      }
    },

    /** The wait-for graph as it is now. */
    async graph(): Promise<LockGraph> {
      const { keys, is_cut } = await readContended(connection, DRAWN_WAITERS);
      const cycles = findCycles(keys, ownerOfParty);
      return {
        at: deps.clock.now().toISOString(),
        keys: keys.map(shownKey),
        edges: waitEdges(keys, ownerOfParty, cycles),
        cycles: cycles.map((cycle) =>
          cycle.map(({ request: { agent_id, owner_id } }) => ({ agent_id, owner_id })),
        ),
        is_cut,
      };
    },
  };
}
