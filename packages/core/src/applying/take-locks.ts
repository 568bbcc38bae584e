import { isCoded } from "../kernel/errors.ts";
import { keepLease, type Lock } from "../locks/service.ts";
import type { ResourceRef } from "../resources/schema.ts";
import { canonicalKey } from "../resources/service.ts";
import type { TaskRecord } from "../tasks/service.ts";
import type { ApplyingDeps, HeldLocks } from "./deps.ts";

export type Refused = { key: string; holder: string; purpose?: string; retry_after_seconds: number | null };

/**
 * Every lock a task needs, one after the other in one canonical order: the task's own, then its resources' by name.
 * All or none: what is held is released where the next one is not to be had.
 */
export async function takeLocks(
  deps: ApplyingDeps,
  task: TaskRecord,
  workerId: string,
): Promise<{ held: HeldLocks } | { refused: Refused }> {
  const { lock_ttl_seconds, lock_delay_seconds } = deps.settings;
  const locks: Lock[] = [];
  const release = async (): Promise<void> => {
    await Promise.all(
      locks.map((lock) =>
        deps.locks.release({ principal_id: workerId, lock_id: lock.id }).catch((error: unknown) => {
          // Not released is not lost: it ends by itself within its TTL.
          deps.log.warn({ err: error, lock_id: lock.id }, "a lock was not released");
        }),
      ),
    );
  };
  for (const need of neededLocks(task.id, deps.executors.resourcesOf(task.config))) {
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
      });
      locks.push(lock);
    } catch (error) {
      await release();
      if (!isCoded(error, "RESOURCE_LOCKED", "ALREADY_HELD", "DEPENDENCY_UNAVAILABLE")) throw error;
      return { refused: refusal(`${need.resource_type}:${need.resource_id}`, error) };
    }
  }
  const lost = new AbortController();
  const lease = keepLease({
    locks,
    service: deps.locks,
    principal_id: workerId,
    clock: deps.clock,
    onLost: () => lost.abort("lost"),
  });
  return {
    held: {
      token: locks[0]!.fencing_token,
      tokens: Object.fromEntries(locks.map((lock) => [lock.key, lock.fencing_token])),
      ids: locks.map((lock) => lock.id),
      signal: lost.signal,
      async release() {
        lease.stop();
        await release();
      },
    },
  };
}

type Need = { resource_type: "task" | "resource"; resource_id: string; mode: "shared" | "exclusive" };

/**
 * Canonical order over all tasks is what keeps two of them from waiting for each other. Shared where a resource is
 * only read. Pure.
 */
export function neededLocks(taskId: string, resources: readonly ResourceRef[]): Need[] {
  const needs = resources.map((ref): Need => {
    const isOnlyRead = ref.actions.every((action) => action === "read");
    return {
      resource_type: "resource",
      resource_id: canonicalKey(ref),
      mode: isOnlyRead ? "shared" : "exclusive",
    };
  });
  needs.sort((a, b) => (a.resource_id < b.resource_id ? -1 : 1));
  return [{ resource_type: "task", resource_id: taskId, mode: "exclusive" }, ...needs];
}

function refusal(key: string, error: { details: unknown; retryAfterSeconds: number | undefined }): Refused {
  const holder = (error.details as { holder?: { agent_id?: string; purpose?: string } } | undefined)?.holder;
  return {
    key,
    holder: holder?.agent_id ?? "nobody yet",
    ...(holder?.purpose ? { purpose: holder.purpose } : {}),
    retry_after_seconds: error.retryAfterSeconds ?? null,
  };
}
