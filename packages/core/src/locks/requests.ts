import type { Logger } from "pino";
import { errors, isCoded } from "../kernel/errors.ts";
import { type AcquireRequest, DEFAULT_PRIORITY, type Waiting } from "./acquire.ts";
import type { RoomRequest, WaitingRoom } from "./away/waiting-room.ts";
import { lockExpired } from "./errors.ts";
import { compactId, inCanonicalOrder } from "./keys.ts";
import type { LockKeyInput } from "./schema.ts";
import { type Answer, type StoredRequests, wholeRequestId } from "./stored-requests.ts";
import type { WaitingDeps } from "./waiting.ts";
import { lockEvents } from "./wire.ts";

export type WaitingRequest = AcquireRequest & { wait: Waiting };
type Deps = WaitingDeps & { log: Logger; stored: StoredRequests; room: WaitingRoom };
/** `isAway`: it waits in PostgreSQL. */
type Place = { answer: Answer; isAway: boolean };

/**
 * Requests whose caller is not connected: they keep their place by asking again (60 s), and any process can answer.
 * A request for several keys goes on whenever it is asked for; what it holds meanwhile lives as long as its place.
 * While Redis is away they wait in PostgreSQL, and get the same answers from there.
 */
export function createRequests(deps: Deps) {
  const { pushes, stored, room, turnstile } = deps;

  /** Queues a request in PostgreSQL; what its acquire may have got in Redis, it has again when Redis is back. */
  async function queueAway(entry: RoomRequest): Promise<Answer> {
    const { id, attempt, request } = entry;
    turnstile.shut();
    const takeBack = (): void => {
      if (attempt !== undefined) deps.forgetter.forget(id, attempt);
    };
    try {
      const queued = await room.enqueue(entry);
      // Again: whoever looked in between saw the room without it, and opened.
      turnstile.shut();
      if (queued.request_id !== id) takeBack();
      else deps.emit(lockEvents.queued(queued, request.agent_id));
      return { queued };
    } catch (error) {
      takeBack();
      throw isCoded(error) ? error : errors.DEPENDENCY_UNAVAILABLE({ retryAfterSeconds: 5, cause: error });
    }
  }

  /** False where they must wait here on: Redis is away again, or another process takes long. */
  async function handOn(): Promise<boolean> {
    try {
      await turnstile.pass();
      return true;
    } catch (error) {
      if (isCoded(error)) return false;
      throw error;
    }
  }

  async function lookAnywhere(id: string, principal_id: string, channel: string): Promise<Place> {
    const asked = { principal_id, request_id: id };
    const inRedis = async (): Promise<Place | null> => {
      const answer = await stored.find(id, principal_id, channel);
      // Should its row still be there after a crash, it must not be admitted a second time.
      if (answer && "held" in answer) await room.leave(asked);
      return answer && { answer, isAway: false };
    };
    try {
      const place = await inRedis();
      if (place) return place;
      // After an absence all ask at once: they are handed on by one look, before each looks into PostgreSQL for itself.
      const handedOn = !turnstile.isOpen() && (await handOn()) ? await inRedis() : null;
      if (handedOn) return handedOn;
    } catch (error) {
      if (!isCoded(error, "DEPENDENCY_UNAVAILABLE")) throw error;
      const queued = await room.standing(asked);
      if (!queued) throw error;
      return { answer: { queued }, isAway: true };
    }
    const queued = await room.standing(asked);
    // Redis is there and it stands here still: who asks hands it on, for nobody else may come by this process.
    if (queued && !(await handOn())) return { answer: { queued }, isAway: true };
    // It may have been handed on between the two looks.
    const place = await inRedis();
    if (place) return place;
    const left = queued && (await room.standing(asked));
    if (left) return { answer: { queued: left }, isAway: true };
    throw lockExpired({
      message: "There is no such request: it was answered, its place was not kept, or it never was.",
    });
  }

  return {
    /** @throws as tryAcquire; while Redis is away QUEUE_FULL 503 and LOCK_QUOTA_EXCEEDED 429 by the same limits */
    async begin(
      input: WaitingRequest & { keys: readonly LockKeyInput[]; several: boolean },
    ): Promise<Answer> {
      const { wait, keys, several, ...request } = input;
      const first = inCanonicalOrder(keys)[0];
      if (!first) throw errors.VALIDATION_ERROR({ details: [{ field: "keys", issue: "is empty" }] });
      const id = wholeRequestId(deps, request, first, several);
      const { max_wait_seconds, priority = DEFAULT_PRIORITY, group } = wait;
      const entry: RoomRequest = { id, request, keys, several, priority, max_wait_seconds, group };
      try {
        return await stored.begin(entry, (attempt) => {
          entry.attempt = attempt;
        });
      } catch (error) {
        if (!isCoded(error, "DEPENDENCY_UNAVAILABLE")) throw error;
        return queueAway(entry);
      }
    },

    /**
     * Where a request stands, held open up to `wait_seconds` until that changes. Asking keeps its place.
     *
     * @throws NOT_FOUND 404, FORBIDDEN 403, RESOURCE_LOCKED 423 where it waited too long, DEADLOCK_DETECTED 423
     */
    async standing(input: {
      principal_id: string;
      request_id: string;
      wait_seconds: number;
      group?: string | undefined;
      signal?: AbortSignal | undefined;
    }): Promise<Answer> {
      const { principal_id, request_id, group, signal } = input;
      if (!compactId(request_id)) throw lockExpired();
      const unheard = group === undefined ? "" : pushes.groupChannel(group);
      const lookOnce = async () => (await lookAnywhere(request_id, principal_id, unheard)).answer;
      if (input.wait_seconds === 0) return lookOnce();
      const untilMs = deps.clock.monotonicMs() + input.wait_seconds * 1000;
      // While Redis is away nothing is pushed, and nothing changes.
      if (!(await changed(pushes.ready(), untilMs, signal))) return lookOnce();
      for (;;) {
        // Before it is looked at: a grant may be told at once.
        const own = pushes.watch(request_id, principal_id);
        try {
          const { answer, isAway } = await lookAnywhere(request_id, principal_id, pushes.channel);
          if ("held" in answer) return answer;
          const id = isAway ? request_id : await stored.waitedFor(request_id, principal_id, answer.queued);
          const watch = id === request_id ? own : pushes.watch(id, principal_id);
          const isHeard = await changed(watch.outcome, untilMs, signal).finally(() => watch.stop());
          // Nobody listens from here on: what is granted now waits to be collected.
          if (!isHeard) return await lookOnce();
        } finally {
          own.stop();
        }
      }
    },

    /** Gives up a place, or what was granted meanwhile. @throws NOT_FOUND 404, FORBIDDEN 403 */
    async leave({ principal_id, request_id }: { principal_id: string; request_id: string }): Promise<void> {
      if (!compactId(request_id)) throw lockExpired();
      // Here first: whoever hands it on at this moment finds that it left, and takes it back.
      const left = await room.leave({ principal_id, request_id });
      if (left?.attempt) deps.forgetter.forget(request_id, left.attempt);
      try {
        if (!(await stored.leave(request_id, principal_id)) && !left) throw lockExpired();
      } catch (error) {
        if (!(left && isCoded(error, "DEPENDENCY_UNAVAILABLE"))) throw error;
      }
    },
  };

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
      // A signal that fired while the request was looked at fires no more.
      if (signal?.aborted) return finish(false);
      signal?.addEventListener("abort", () => finish(false), { once: true });
      outcome.then(
        () => finish(true),
        () => finish(false),
      );
    });
  }
}
