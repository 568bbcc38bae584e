import type { Logger } from "pino";
import { errors } from "../kernel/errors.ts";
import { type AcquireRequest, requestId, tryAcquire, type Waiting } from "./acquire.ts";
import { lockExpired, notHolder } from "./errors.ts";
import { compactId, inCanonicalOrder, type LockName, newLockId } from "./keys.ts";
import { readPoll } from "./pushes.ts";
import { type LockKeyInput, type LockMode, type LockStanding, WAITER_LEASE_SECONDS } from "./schema.ts";
import { releaseAll } from "./several.ts";
import { keepGrant, throwEnded, type WaitingDeps } from "./waiting.ts";
import { type HeldLock, lockEvents, toHeldLock, toIso, toStanding } from "./wire.ts";

/** Where a request stands: its locks (one, or all of `several` keys), or its place. */
export type Answer = { held: HeldLock[]; several: boolean } | { queued: LockStanding };

export type WaitingRequest = AcquireRequest & { wait: Waiting };
type Deps = WaitingDeps & { log: Logger };
type Name = LockName & { mode: LockMode };

/** What any process needs to go on with a request for several keys. */
type Noted = {
  request: AcquireRequest;
  keys: LockKeyInput[];
  priority?: number | undefined;
  until_ms: number;
};

const LEASE_MS = WAITER_LEASE_SECONDS * 1000;

/**
 * Requests whose caller is not connected: they keep their place by asking again (60 s), and any process can answer.
 * A request for several keys goes on whenever it is asked for; what it holds meanwhile lives as long as its place.
 */
export function createRequests(deps: Deps) {
  const { connection, pushes, ids } = deps;

  /** @throws as tryAcquire */
  async function begin(
    input: WaitingRequest & { keys: readonly LockKeyInput[]; several: boolean },
  ): Promise<Answer> {
    const { wait, keys, several, ...request } = input;
    const names = inCanonicalOrder(keys);
    const first = names[0];
    if (!first) throw errors.VALIDATION_ERROR({ details: [{ field: "keys", issue: "is empty" }] });
    if (!several) return enter(request, first, requestId(ids, request, first), wait);
    const id = requestId(ids, request, { ...first, key: `several ${first.key}` });
    const until_ms = deps.clock.now().getTime() + wait.max_wait_seconds * 1000;
    const noted: Noted = { request, keys: [...keys], priority: wait.priority, until_ms };
    const id32 = compactId(id)!;
    await connection.run("note", id32, [
      id32,
      JSON.stringify(noted),
      wait.max_wait_seconds * 1000 + LEASE_MS,
    ]);
    return advance(id, noted, "");
  }

  async function enter(
    request: AcquireRequest,
    name: Name,
    id: string,
    wait: Waiting,
    channel = "",
  ): Promise<Answer> {
    const tried = await tryAcquire(deps, request, name, id, { ...wait, channel });
    if ("held" in tried) return { held: [tried.held], several: false };
    const { standing } = tried.queued;
    deps.emit(lockEvents.queued(standing, request.agent_id));
    deps.onEnqueue(request, standing);
    return { queued: standing };
  }

  /** Takes the keys from the first on, as far as they go. Every step may run twice, and in two processes. */
  async function advance(id: string, noted: Noted, channel: string): Promise<Answer> {
    const { request, keys, priority, until_ms } = noted;
    const held: HeldLock[] = [];
    // What is held while it waits for the next lives as long as the place.
    const patient = { ...request, ttl_seconds: Math.max(request.ttl_seconds, WAITER_LEASE_SECONDS) };
    try {
      for (const name of inCanonicalOrder(keys)) {
        const keyId = newLockId(name, ids, [id, name.key].join("\n"));
        const max_wait_seconds = Math.max(0, (until_ms - deps.clock.now().getTime()) / 1000);
        const answer =
          (await look(keyId, request, channel)) ??
          (await enter(patient, name, keyId, { max_wait_seconds, priority }, channel));
        if ("queued" in answer) return { queued: { ...answer.queued, id, request_id: id } };
        held.push(...answer.held);
      }
    } catch (error) {
      await releaseAll(deps, request.principal_id, held);
      await forget(id);
      throw error;
    }
    await forget(id);
    return { held, several: true };
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
    if (!deps.grants.get(id)) {
      const ttl_seconds = request.ttl_seconds ?? Math.ceil(lease_ms / 1000);
      keepGrant(deps, { ...request, ttl_seconds }, held, id32.slice(12), { sent_at_ms, lease_ms });
    }
    return { held: [held], several: false };
  }

  async function lookAnywhere(id: string, principalId: string, channel: string): Promise<Answer> {
    const found = await look(id, { principal_id: principalId }, channel);
    if (found) return found;
    const noted = await recall(id, principalId);
    if (noted) return advance(id, noted, channel);
    throw lockExpired({
      message: "There is no such request: it was answered, its place was not kept, or it never was.",
    });
  }

  /** The id that is pushed about: of several keys the one whose turn it is. */
  async function waitedFor(id: string, principalId: string, standing: LockStanding): Promise<string> {
    const noted = await recall(id, principalId);
    const name = noted && inCanonicalOrder(noted.keys).find(({ key }) => key === keyOf(standing));
    return name ? newLockId(name, ids, [id, name.key].join("\n")) : id;
  }

  return {
    begin,

    /**
     * Where a request stands, held open up to `wait_seconds` until that changes. Asking keeps its place.
     *
     * @throws NOT_FOUND 404, FORBIDDEN 403, RESOURCE_LOCKED 423 where it waited too long, DEADLOCK_DETECTED 423
     */
    async standing(input: {
      principal_id: string;
      request_id: string;
      wait_seconds: number;
      signal?: AbortSignal | undefined;
    }): Promise<Answer> {
      const { principal_id, request_id } = input;
      if (!compactId(request_id)) throw lockExpired();
      if (input.wait_seconds === 0) return lookAnywhere(request_id, principal_id, "");
      await pushes.ready();
      const untilMs = deps.clock.monotonicMs() + input.wait_seconds * 1000;
      for (;;) {
        // Before it is looked at: a grant may be told at once.
        const own = pushes.watch(request_id, principal_id);
        try {
          const answer = await lookAnywhere(request_id, principal_id, pushes.channel);
          if ("held" in answer) return answer;
          const id = await waitedFor(request_id, principal_id, answer.queued);
          const watch = id === request_id ? own : pushes.watch(id, principal_id);
          const isHeard = await changed(watch.outcome, untilMs, input.signal).finally(() => watch.stop());
          // Nobody listens from here on: what is granted now waits to be collected.
          if (!isHeard) return await lookAnywhere(request_id, principal_id, "");
        } finally {
          own.stop();
        }
      }
    },

    /** Gives up a place, or what was granted meanwhile. @throws NOT_FOUND 404, FORBIDDEN 403 */
    async leave({ principal_id, request_id }: { principal_id: string; request_id: string }): Promise<void> {
      const compact = compactId(request_id);
      if (!compact) throw lockExpired();
      const noted = await recall(request_id, principal_id);
      if (noted) {
        const own = inCanonicalOrder(noted.keys).map((name) =>
          newLockId(name, ids, [request_id, name.key].join("\n")),
        );
        for (const id of own) await leaveOne(id, principal_id);
        return forget(request_id);
      }
      const status = await leaveOne(request_id, principal_id);
      if (status === "FOREIGN") throw notHolder();
      if (status === "GONE") throw lockExpired();
    },
  };

  async function leaveOne(id: string, principalId: string): Promise<string> {
    const id32 = compactId(id)!;
    const [status, now, lock] = await connection.run("leave", id32, [id32, principalId, 0]);
    if (status === "RELEASED") {
      deps.grants.drop(id);
      deps.emit(lockEvents.released(toHeldLock(lock), toIso(now)));
    }
    return status;
  }

  /** Resolves true once something is heard of a wait, false when the time is over or the caller is gone. */
  function changed(
    outcome: Promise<unknown>,
    untilMs: number,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    return new Promise((resolve) => {
      const finish = (isHeard: boolean): void => {
        clearTimeout(timer);
        resolve(isHeard);
      };
      const timer = setTimeout(() => finish(false), Math.max(0, untilMs - deps.clock.monotonicMs()));
      signal?.addEventListener("abort", () => finish(false), { once: true });
      outcome.then(() => finish(true));
    });
  }
}

const keyOf = ({ resource_type, resource_id }: LockStanding): string => `${resource_type}:${resource_id}`;
