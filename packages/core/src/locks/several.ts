import type { Logger } from "pino";
import { type AcquireRequest, acquireNow } from "./acquire.ts";
import { extendLocks } from "./heartbeat.ts";
import { compactId, inCanonicalOrder } from "./keys.ts";
import type { LockKeyInput } from "./schema.ts";
import { acquireWaiting, type WaitingDeps, type WaitOptions } from "./waiting.ts";
import { type HeldLock, lockEvents, toIso } from "./wire.ts";

/**
 * Gets several keys one by one in canonical order, all of them or none; what is held while it waits for the next is
 * kept alive. Codes as for one key.
 */
export async function acquireSeveral(
  deps: WaitingDeps & { log: Logger },
  request: AcquireRequest,
  keys: readonly LockKeyInput[],
  wait?: WaitOptions,
): Promise<HeldLock[]> {
  const held: HeldLock[] = [];
  const beating = wait ? keepAlive(deps, request, held) : null;
  const startedMs = deps.clock.monotonicMs();
  try {
    for (const name of inCanonicalOrder(keys)) {
      if (wait) {
        const goneSeconds = (deps.clock.monotonicMs() - startedMs) / 1000;
        const left = { ...wait, max_wait_seconds: Math.max(0, wait.max_wait_seconds - goneSeconds) };
        held.push(await acquireWaiting(deps, request, name, left));
      } else {
        held.push(await acquireNow(deps, request, name));
      }
    }
    return held;
  } catch (error) {
    await releaseAll(deps, request.principal_id, held);
    throw error;
  } finally {
    clearInterval(beating ?? undefined);
  }
}

function keepAlive(deps: WaitingDeps & { log: Logger }, request: AcquireRequest, held: readonly HeldLock[]) {
  const { principal_id, ttl_seconds } = request;
  return setInterval(
    () => {
      if (held.length === 0) return;
      const lock_ids = held.map(({ id }) => id);
      extendLocks(deps, { principal_id, lock_ids, ttl_extension_seconds: ttl_seconds }).catch(
        (error: unknown) => {
          deps.log.debug({ err: error }, "locks that are held while waiting were not extended");
        },
      );
    },
    (ttl_seconds * 1000) / 3,
  );
}

/** Lets go of locks after a failure; what can't be released ends by its TTL. */
export async function releaseAll(
  deps: Pick<WaitingDeps, "connection" | "grants" | "emit"> & { log: Logger },
  principalId: string,
  held: readonly HeldLock[],
): Promise<void> {
  await Promise.all(
    held.map(async (lock) => {
      const id32 = compactId(lock.id)!;
      deps.grants.drop(lock.id);
      try {
        const { now_ms, result } = await deps.connection.join("release", id32, [id32, principalId, ""]);
        if (result === "RELEASED") deps.emit(lockEvents.released(lock, toIso(now_ms)));
      } catch (error) {
        deps.log.warn({ err: error, lock_id: lock.id }, "a lock was not released");
      }
    }),
  );
}
