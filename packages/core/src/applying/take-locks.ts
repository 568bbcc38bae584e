import { systemActor } from "../kernel/actor.ts";
import { isCoded } from "../kernel/errors.ts";
import type { LockStanding } from "../locks/schema.ts";
import { keepLease, type Lock, type LocksService } from "../locks/service.ts";
import type { ResourceRef } from "../resources/schema.ts";
import { canonicalKey } from "../resources/service.ts";
import { lockOwnerOf, TASKS_GROUP, TASKS_PRINCIPAL, type TaskRecord } from "../tasks/service.ts";
import type { ApplyingDeps, HeldLocks } from "./deps.ts";
import { looksOf, type Trouble, troubleOf } from "./trouble.ts";

const SYSTEM = systemActor("applying");

/** Why the locks of a task are not to be had now. */
export type Refused =
  /** It stands in the queue for one of them. */
  | { kind: "queued"; standing: LockStanding }
  /** Another run of the same task is at it, or died a moment ago. */
  | { kind: "running" }
  /** It waited in a circle with others and was chosen to give way. */
  | { kind: "deadlock" }
  /** Nobody can be asked, or nothing may be granted yet. */
  | { kind: "unavailable"; reason: string; retry_after_seconds: number | undefined };

type Need = {
  resource_type: "task" | "resource" | "agent";
  resource_id: string;
  mode: "shared" | "exclusive";
};
type Asked = Parameters<LocksService["acquireAll"]>[0];

/** A task that waits asks again and again, so its wait has practically no end. */
const MAX_WAIT_SECONDS = 86_400;
const TOP_PRIORITY = 100;
const STALE_RETRY_SECONDS = 3;

const UNKNOWN_TYPE_RETRY_SECONDS = 30;

type Needed = { needs: Need[]; capacity: number | undefined; trouble: Trouble | null };

/**
 * What a task needs. A definition that was changed after its approval may name what has no spelling: then its own lock
 * is all that it gets, which is enough for saying so.
 */
async function needsOf(deps: ApplyingDeps, task: TaskRecord): Promise<Needed> {
  const agentId = task.author_kind === "agent" ? task.author_id : null;
  try {
    await deps.executors.refresh(task.config.type);
    const capacity = agentId ? (await deps.agents.get(SYSTEM, agentId)).capacity.max_tasks : undefined;
    const needs = neededLocks(task.id, deps.executors.lockedResources(task.config), agentId);
    return { needs, capacity, trouble: null };
  } catch (error) {
    if (!isCoded(error) || isCoded(error, "UNKNOWN_TASK_TYPE")) throw error;
    const { kind, reason } = troubleOf(error, "Naming its resources");
    const by = deps.executors.find(task.config.type).definedBy?.(task.config) ?? "its configuration";
    const isName = isCoded(error, "INVALID_RESOURCE_NAME");
    const trouble = { kind, reason: isName ? `${by} names what cannot be locked: ${reason}` : reason };
    return { needs: neededLocks(task.id, [], null), capacity: undefined, trouble };
  }
}

/**
 * Every lock a task needs, all or none: its own first, which makes this the only run of it; then the others one after
 * the other in one canonical order, or a place in the queue for the next one. The place is the task's and not the
 * worker's: any other goes on with it. With `trouble` only its own is held, and nothing may be done under it.
 */
export async function takeLocks(
  deps: ApplyingDeps,
  task: TaskRecord,
  workerId: string,
): Promise<{ held: HeldLocks; trouble: Trouble | null } | { refused: Refused }> {
  const { lock_ttl_seconds, lock_delay_seconds } = deps.settings;
  let needed: Needed;
  try {
    needed = await needsOf(deps, task);
  } catch (error) {
    // A worker of another version, or with other settings, may know a type that this one does not.
    if (!isCoded(error, "UNKNOWN_TASK_TYPE")) throw error;
    return { refused: unavailable("no worker here handles its type", UNKNOWN_TYPE_RETRY_SECONDS) };
  }
  const { capacity, trouble } = needed;
  const [ownNeed, ...keys] = needed.needs;
  const request = {
    ...lockOwnerOf(task.id),
    agent_id: workerId,
    purpose: `apply ${task.type}`,
    ttl_seconds: lock_ttl_seconds,
  };
  let own: Lock;
  try {
    own = await deps.locks.acquire({ ...request, ...ownNeed! });
  } catch (error) {
    return { refused: refusedOwn(error) };
  }
  if (keys.length === 0) return { held: keep(deps, [own]), trouble };
  try {
    // After a crash nobody else may write until a late write of the dead worker can no longer arrive.
    const others = { ...request, keys, lock_delay_seconds, capacity };
    const answer = await takeOthers(deps, task, others);
    if ("held" in answer) return { held: keep(deps, [own, ...answer.held]), trouble };
    await release(deps, [own]);
    return { refused: { kind: "queued", standing: answer.queued } };
  } catch (error) {
    await release(deps, [own]);
    return { refused: refusal(error) };
  }
}

/** The other locks, or a place in a queue: the one that the task has, if it still has it. */
async function takeOthers(
  deps: ApplyingDeps,
  task: TaskRecord,
  asked: Asked,
): Promise<{ held: readonly Lock[] } | { queued: LockStanding }> {
  if (task.waiting_for?.kind === "lock") {
    const { request_id } = task.waiting_for;
    const place = { principal_id: TASKS_PRINCIPAL, request_id, wait_seconds: 0, group: TASKS_GROUP };
    const answer = await unless(["NOT_FOUND", "RESOURCE_LOCKED"], deps.locks.standing(place));
    if (answer) return answer;
  }
  const held = await unless(["RESOURCE_LOCKED", "ALREADY_HELD"], deps.locks.acquireAll(asked));
  if (held) return { held };
  return deps.locks.request({
    ...asked,
    // Should this worker die before it is known that the task waits, the next one finds the same place.
    acquire_id: `${task.revision}.${task.attempts}.${deadlocksOf(task)}.${looksOf(task)}`,
    wait: {
      max_wait_seconds: MAX_WAIT_SECONDS,
      priority: task.apply_immediately ? TOP_PRIORITY : task.priority,
      group: TASKS_GROUP,
    },
  });
}

/** How often in a row it gave way to end a deadlock. */
export const deadlocksOf = ({ waiting_for }: Pick<TaskRecord, "waiting_for">): number =>
  waiting_for?.kind === "retry" ? (waiting_for.deadlocks ?? 0) : 0;

/** Null where it fails with one of these codes. */
async function unless<T>(codes: string[], work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (isCoded(error, ...codes)) return null;
    throw error;
  }
}

/**
 * The task's own lock, then its resources' by name, then a slot of the agent that proposed it. One order over all
 * tasks is what keeps two of them from waiting for each other. Shared where a resource is only read. Pure.
 */
export function neededLocks(
  taskId: string,
  resources: readonly ResourceRef[],
  agentId: string | null,
): Need[] {
  const needs = resources.map(
    (ref): Need => ({
      resource_type: "resource",
      resource_id: canonicalKey(ref),
      mode: ref.actions.every((action) => action === "read") ? "shared" : "exclusive",
    }),
  );
  needs.sort((a, b) => (a.resource_id < b.resource_id ? -1 : 1));
  return [
    { resource_type: "task", resource_id: taskId, mode: "exclusive" },
    ...needs,
    ...(agentId ? [{ resource_type: "agent", resource_id: agentId, mode: "exclusive" } as const] : []),
  ];
}

function keep(deps: ApplyingDeps, locks: readonly Lock[]): HeldLocks {
  const lost = new AbortController();
  const lease = keepLease({
    locks,
    service: deps.locks,
    principal_id: TASKS_PRINCIPAL,
    clock: deps.clock,
    onLost: () => lost.abort("lost"),
  });
  let isLeft = false;
  return {
    token: locks[0]!.fencing_token,
    tokens: Object.fromEntries(locks.map((lock) => [lock.key, lock.fencing_token])),
    ids: locks.map((lock) => lock.id),
    signal: lost.signal,
    isHeld() {
      try {
        lease.assertHeld();
        return true;
      } catch {
        return false;
      }
    },
    leave() {
      isLeft = true;
      lease.stop();
    },
    async release() {
      lease.stop();
      if (!isLeft) await release(deps, locks);
    },
  };
}

async function release(deps: ApplyingDeps, locks: readonly Lock[]): Promise<void> {
  await Promise.all(
    locks.map((lock) =>
      deps.locks.release({ principal_id: TASKS_PRINCIPAL, lock_id: lock.id }).catch((error: unknown) => {
        // Not released is not lost: it ends by itself within its TTL. Gone already is as good.
        if (!isCoded(error, "NOT_FOUND"))
          deps.log.warn({ err: error, lock_id: lock.id }, "a lock was not released");
      }),
    ),
  );
}

/** What it means that the task's own lock is not to be had; throws what is no refusal. */
function refusedOwn(error: unknown): Refused {
  // Only another run of the same task asks under the same owner.
  if (isCoded(error, "ALREADY_HELD")) return { kind: "running" };
  if (isCoded(error, "RESOURCE_LOCKED"))
    return unavailable("somebody else holds the lock of the task itself", STALE_RETRY_SECONDS);
  return refusal(error);
}

/** What a failed acquire means for the task; throws what is no refusal. */
function refusal(error: unknown): Refused {
  if (isCoded(error, "DEADLOCK_DETECTED")) return { kind: "deadlock" };
  if (isCoded(error, "ALREADY_HELD"))
    return unavailable("a lock of its last attempt has not expired yet", STALE_RETRY_SECONDS);
  if (isCoded(error, "DEPENDENCY_UNAVAILABLE", "QUEUE_FULL"))
    return unavailable(error.message, error.retryAfterSeconds);
  throw error;
}

function unavailable(reason: string, retry_after_seconds: number | undefined): Refused {
  return { kind: "unavailable", reason, retry_after_seconds };
}
