import { systemActor } from "../kernel/actor.ts";
import { isCoded } from "../kernel/errors.ts";
import { keepLease, type Lock } from "../locks/service.ts";
import type { ResourceRef } from "../resources/schema.ts";
import { canonicalKey } from "../resources/service.ts";
import type { TaskRecord } from "../tasks/service.ts";
import type { ApplyingDeps, HeldLocks } from "./deps.ts";

const SYSTEM = systemActor("applying");

/** Why the locks of a task are not to be had now. */
export type Refused =
  /** Somebody holds one of them; a release is told. */
  | { kind: "held"; key: string; holder: string; purpose?: string }
  /** Another run of the same task is at it, or died a moment ago. */
  | { kind: "running" }
  /** Nobody can be asked, or nothing may be granted yet. */
  | { kind: "unavailable"; reason: string; retry_after_seconds: number | undefined };

type Need = {
  resource_type: "task" | "resource" | "agent";
  resource_id: string;
  mode: "shared" | "exclusive";
};

/**
 * Every lock a task needs, one after the other in one canonical order. All or none: what is held is released where
 * the next one is not to be had.
 */
export async function takeLocks(
  deps: ApplyingDeps,
  task: TaskRecord,
  workerId: string,
): Promise<{ held: HeldLocks } | { refused: Refused }> {
  const { lock_ttl_seconds, lock_delay_seconds } = deps.settings;
  const agentId = task.author_kind === "agent" ? task.author_id : null;
  const capacity = agentId ? (await deps.agents.get(SYSTEM, agentId)).capacity.max_tasks : undefined;
  const locks: Lock[] = [];
  for (const need of neededLocks(task.id, deps.executors.resourcesOf(task.config), agentId)) {
    try {
      const lock = await deps.locks.acquire({
        ...need,
        principal_id: workerId,
        owner_id: task.id,
        agent_id: workerId,
        purpose: `apply ${task.type}`,
        ttl_seconds: lock_ttl_seconds,
        // After a crash nobody else may write until a late write of the dead worker can no longer arrive.
        lock_delay_seconds:
          need.resource_type === "resource" && need.mode === "exclusive" ? lock_delay_seconds : 0,
        capacity,
      });
      locks.push(lock);
    } catch (error) {
      await release(deps, workerId, locks);
      return { refused: refusal(task, need, error) };
    }
  }
  return { held: keep(deps, workerId, locks) };
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

function keep(deps: ApplyingDeps, workerId: string, locks: readonly Lock[]): HeldLocks {
  const lost = new AbortController();
  const lease = keepLease({
    locks,
    service: deps.locks,
    principal_id: workerId,
    clock: deps.clock,
    onLost: () => lost.abort("lost"),
  });
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
    async release() {
      lease.stop();
      await release(deps, workerId, locks);
    },
  };
}

async function release(deps: ApplyingDeps, workerId: string, locks: readonly Lock[]): Promise<void> {
  await Promise.all(
    locks.map((lock) =>
      deps.locks.release({ principal_id: workerId, lock_id: lock.id }).catch((error: unknown) => {
        // Not released is not lost: it ends by itself within its TTL. Gone already is as good.
        if (!isCoded(error, "NOT_FOUND"))
          deps.log.warn({ err: error, lock_id: lock.id }, "a lock was not released");
      }),
    ),
  );
}

type Holder = { agent_id: string; owner_id: string; purpose?: string | null };

/** What a failed acquire means for the task; throws what is no refusal. */
function refusal(task: TaskRecord, need: Need, error: unknown): Refused {
  if (isCoded(error, "DEPENDENCY_UNAVAILABLE")) return unavailable(error);
  // This worker's own: only another run of the same task asks under the same owner.
  if (isCoded(error, "ALREADY_HELD")) return { kind: "running" };
  if (!isCoded(error, "RESOURCE_LOCKED")) throw error;
  const { holder } = (error.details ?? {}) as { holder?: Holder };
  // A delay after a crash: there is nobody who could release it.
  if (!holder || error.retryAfterSeconds !== undefined) return unavailable(error);
  if (need.resource_type === "task" && holder.owner_id === task.id) return { kind: "running" };
  const { agent_id, purpose } = holder;
  return {
    kind: "held",
    key: `${need.resource_type}:${need.resource_id}`,
    holder: agent_id,
    ...(purpose ? { purpose } : {}),
  };
}

function unavailable(error: { message: string; retryAfterSeconds: number | undefined }): Refused {
  return { kind: "unavailable", reason: error.message, retry_after_seconds: error.retryAfterSeconds };
}
