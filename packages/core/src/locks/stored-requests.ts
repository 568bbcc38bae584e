import type { Logger } from "pino";
import { errors, isCoded } from "../kernel/errors.ts";
import { type AcquireRequest, requestId, tryAcquire, type Waiting } from "./acquire.ts";
import type { RoomRequest } from "./away/waiting-room.ts";
import { lockErrors, notHolder } from "./errors.ts";
import { extendLocks } from "./heartbeat.ts";
import { compactId, inCanonicalOrder, type LockName, newLockId } from "./keys.ts";
import { readPoll } from "./pushes.ts";
import { type LockKeyInput, type LockMode, type LockStanding, WAITER_LEASE_SECONDS } from "./schema.ts";
import { releaseAll } from "./several.ts";
import { keepGrant, throwEnded, type WaitingDeps } from "./waiting.ts";
import { ownerOf } from "./who.ts";
import { type HeldLock, lockEvents, toHeldLock, toIso, toStanding } from "./wire.ts";

/** Where a request stands: its locks (one, or all of `several` keys), or its place. */
export type Answer = { held: HeldLock[]; several: boolean } | { queued: LockStanding };

type Deps = WaitingDeps & { log: Logger };
type Name = LockName & { mode: LockMode };

/** What any process needs to go on with a request for several keys. */
type Noted = {
  request: AcquireRequest;
  keys: LockKeyInput[];
  priority?: number | undefined;
  until_ms: number;
};

/** In place of a channel: nobody has asked for it in Redis yet, so its turn lasts as long as its place. */
const UNASKED = "-";
/** See leave.lua. */
const KEEP_COLLECTED = 2;
const LEASE_MS = WAITER_LEASE_SECONDS * 1000;

/** The id of a request for one key, or (`several`) for a list of them. */
export function wholeRequestId(
  deps: Pick<Deps, "ids">,
  request: AcquireRequest,
  first: LockName,
  several: boolean,
): string {
  return requestId(deps.ids, request, several ? { ...first, key: `several ${first.key}` } : first);
}

/** Requests as Redis keeps them. Everything rejects with DEPENDENCY_UNAVAILABLE (503) while that is away. */
export function createStoredRequests(deps: Deps) {
  const { connection, ids, pushes } = deps;

  /** The id of one key's part of a request for several. */
  const partId = (id: string, name: LockName): string => newLockId(name, ids, [id, name.key].join("\n"));
  /** What is granted while nobody is told of it, or held while it waits for the next, lives as long as the place. */
  const patient = (request: AcquireRequest): AcquireRequest => ({
    ...request,
    ttl_seconds: Math.max(request.ttl_seconds, WAITER_LEASE_SECONDS),
  });

  async function keepWhileWaiting(
    { principal_id }: AcquireRequest,
    held: readonly HeldLock[],
  ): Promise<void> {
    if (held.length === 0) return;
    const lock_ids = held.map(({ id }) => id);
    await extendLocks(deps, { principal_id, lock_ids, ttl_extension_seconds: WAITER_LEASE_SECONDS });
  }

  async function note({ id, request, keys, priority, max_wait_seconds }: RoomRequest): Promise<Noted> {
    const until_ms = deps.clock.now().getTime() + max_wait_seconds * 1000;
    const noted: Noted = { request, keys: [...keys], priority, until_ms };
    const id32 = compactId(id)!;
    const keepMs = Math.ceil(max_wait_seconds * 1000) + LEASE_MS;
    await connection.run("note", id32, [id32, JSON.stringify(noted), keepMs]);
    return noted;
  }

  async function forget(id: string): Promise<void> {
    const id32 = compactId(id)!;
    await connection.run("note", id32, [id32, "", 0]);
  }

  async function recall(id: string, principalId: string): Promise<Noted | null> {
    const id32 = compactId(id)!;
    const [status, text] = await connection.run("recall", id32, [id32]);
    if (status !== "OK") return null;
    const noted = JSON.parse(String(text)) as Noted;
    if (noted.request.principal_id !== principalId) throw notHolder();
    return noted;
  }

  async function enter(
    request: AcquireRequest,
    name: Name,
    id: string,
    wait: Waiting & { channel: string },
    onUnknown?: (attempt: string) => void,
  ): Promise<Answer> {
    const tried = await tryAcquire(deps, request, name, id, wait, onUnknown);
    if ("held" in tried) return { held: [tried.held], several: false };
    const { standing } = tried.queued;
    deps.emit(lockEvents.queued(standing, request.agent_id));
    deps.onEnqueue(request, standing);
    return { queued: standing };
  }

  /** Takes the keys from the first on, as far as they go. Every step may run twice, and in two processes. */
  async function advance(id: string, noted: Noted, channel: string): Promise<Answer> {
    const { request, keys, priority, until_ms } = noted;
    const asked = channel === "" ? patient(request) : request;
    const parts = inCanonicalOrder(keys).map((name) => ({ name, keyId: partId(id, name) }));
    const held = new Set<HeldLock>();
    try {
      // All before any is asked for: of a request that was ended the first ones may have been let go of.
      const looks = await Promise.allSettled(parts.map(({ keyId }) => look(keyId, request, channel)));
      const found = looks.map((each) => (each.status === "fulfilled" ? each.value : null));
      for (const answer of found) {
        if (answer && "held" in answer) for (const lock of answer.held) held.add(lock);
      }
      for (const each of looks) if (each.status === "rejected") throw each.reason;
      const locks: HeldLock[] = [];
      for (const [at, { name, keyId }] of parts.entries()) {
        const max_wait_seconds = Math.max(0, (until_ms - deps.clock.now().getTime()) / 1000);
        const wait = { max_wait_seconds, priority, channel };
        const answer = found[at] ?? (await enter(asked, name, keyId, wait));
        if ("queued" in answer) {
          await keepWhileWaiting(request, [...held]);
          return { queued: { ...answer.queued, id, request_id: id } };
        }
        for (const lock of answer.held) {
          held.add(lock);
          locks.push(lock);
        }
      }
      await forget(id);
      return { held: locks, several: true };
    } catch (error) {
      // Not answered is not refused: it goes on when Redis is back.
      if (isCoded(error, "DEPENDENCY_UNAVAILABLE")) throw error;
      await releaseAll(deps, request.principal_id, [...held]);
      await forget(id);
      throw error;
    }
  }

  /** Where one key's request stands, its place renewed; null where nothing is known of it. @throws what ended it */
  async function look(
    id: string,
    request: Pick<AcquireRequest, "principal_id"> & Partial<AcquireRequest>,
    channel: string,
  ): Promise<Answer | null> {
    const id32 = compactId(id)!;
    const sent_at_ms = deps.clock.monotonicMs();
    const [, now, found] = await connection.run("poll", id32, [
      request.principal_id,
      channel,
      LEASE_MS,
      id32,
    ]);
    const reply = found as unknown[];
    if (reply[0] === "FOREIGN") throw notHolder();
    const outcome = readPoll(reply, Number(now), sent_at_ms);
    if (!outcome) return { queued: toStanding(reply).standing };
    if (outcome.kind === "ended") throwEnded(outcome, String(reply[2]));
    if (outcome.kind !== "found") return null;
    const { held, lease_ms } = outcome;
    const ttl_seconds = request.ttl_seconds ?? Math.ceil(lease_ms / 1000);
    const lease = { sent_at_ms, lease_ms, ttl_seconds };
    if (deps.grants.get(id)) deps.grants.extend(id, lease);
    else keepGrant(deps, { ...request, ttl_seconds }, held, id32.slice(12), lease);
    return { held: [held], several: false };
  }

  async function leaveOne(
    id: string,
    principalId: string,
    keep: 0 | typeof KEEP_COLLECTED = 0,
  ): Promise<string> {
    const id32 = compactId(id)!;
    const [status, now, lock] = await connection.run("leave", id32, [id32, principalId, keep]);
    if (status === "RELEASED") {
      deps.grants.drop(id);
      deps.emit(lockEvents.released(toHeldLock(lock), toIso(now)));
    }
    return status;
  }

  /** Gives up a place, or what was granted meanwhile. False where nothing is known of it. @throws FORBIDDEN 403 */
  async function leave(id: string, principalId: string): Promise<boolean> {
    const noted = await recall(id, principalId);
    if (noted) {
      for (const name of inCanonicalOrder(noted.keys)) await leaveOne(partId(id, name), principalId);
      await forget(id);
      return true;
    }
    const status = await leaveOne(id, principalId);
    if (status === "FOREIGN") throw notHolder();
    return status !== "GONE";
  }

  return {
    /**
     * Gets locks or a place in the queue. Of one key's acquire that went out and was not answered, `onUnknown` is told.
     *
     * @throws as tryAcquire
     */
    async begin(entry: RoomRequest, onUnknown: (attempt: string) => void): Promise<Answer> {
      const { id, request, keys, priority, max_wait_seconds, group } = entry;
      const channel = group === undefined ? "" : pushes.groupChannel(group);
      if (entry.several) return advance(id, await note(entry), channel);
      const wait = { max_wait_seconds, priority, channel };
      return enter(request, inCanonicalOrder(keys)[0]!, id, wait, onUnknown);
    },

    /** Where a request stands, its place renewed; null where nothing is known of it. @throws what ended it */
    async find(id: string, principalId: string, channel: string): Promise<Answer | null> {
      const found = await look(id, { principal_id: principalId }, channel);
      if (found) return found;
      const noted = await recall(id, principalId);
      return noted && advance(id, noted, channel);
    },

    leave,

    /** Where an owner stands in all queues; keeps no place. */
    async places({
      principal_id,
      owner_id,
    }: {
      principal_id: string;
      owner_id: string;
    }): Promise<LockStanding[]> {
      const owner = ownerOf(principal_id, owner_id);
      const found = await Promise.all(
        connection.partitions.map((partition) => connection.run("places", partition, [owner])),
      );
      return found.flatMap(([, ...places]) => places.map((place) => toStanding(place as unknown[]).standing));
    },

    /** The id that is pushed about: of several keys the one whose turn it is. */
    async waitedFor(id: string, principalId: string, standing: LockStanding): Promise<string> {
      const noted = await recall(id, principalId);
      const key = `${standing.resource_type}:${standing.resource_id}`;
      const name = noted && inCanonicalOrder(noted.keys).find((each) => each.key === key);
      return name ? partId(id, name) : id;
    },

    /** Puts a request that waited in PostgreSQL into its queue; the same again is no harm (drain.ts). */
    async admit(entry: RoomRequest): Promise<void> {
      const { request, keys, priority, max_wait_seconds } = entry;
      const name = inCanonicalOrder(keys)[0]!;
      if (entry.several) await note(entry);
      const id = entry.several ? partId(entry.id, name) : entry.id;
      // An attempt of its own: an earlier one that was not answered is no longer what it goes by.
      const own = { ...request, acquire_id: request.acquire_id ?? entry.id };
      const wait = { max_wait_seconds, priority, channel: UNASKED };
      const tried = await tryAcquire(deps, entry.several ? patient(own) : own, name, id, wait);
      if ("held" in tried) {
        if (tried.held.id === id) return;
        throw lockErrors.ALREADY_HELD({
          details: { lock_id: tried.held.id, key: name.key, mode: name.mode },
        });
      }
      const { standing } = tried.queued;
      if (standing.request_id !== id) {
        const message = "This owner waits for this lock already, by another request.";
        throw errors.CONFLICT({ message, details: { request_id: standing.request_id } });
      }
      deps.onEnqueue(request, standing);
    },

    /** Takes back what `admit` did, but for a lock that its caller has by now: that is why its row is gone. */
    async undo({ id, request, several }: RoomRequest): Promise<void> {
      if (several) await leave(id, request.principal_id);
      else await leaveOne(id, request.principal_id, KEEP_COLLECTED);
    },
  };
}
export type StoredRequests = ReturnType<typeof createStoredRequests>;
