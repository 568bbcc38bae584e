import type { Clock } from "../kernel/clock.ts";
import { errors } from "../kernel/errors.ts";
import type { LockConnection, Reply } from "./connection.ts";
import type { Grant, Grants } from "./grants.ts";
import { partitionOfId } from "./keys.ts";
import { MAX_HEARTBEAT_LOCKS, MAX_TTL_SECONDS, MIN_TTL_SECONDS } from "./schema.ts";
import { type HeldLock, toHeldLock } from "./wire.ts";

export type Extension =
  | { id: string; status: "held"; lease_ms: number; lock: HeldLock }
  | { id: string; status: "gone" | "foreign" };

type Deps = { connection: LockConnection; grants: Grants; clock: Clock };
type Request = { principal_id: string; lock_ids: readonly string[]; ttl_extension_seconds: number };

/**
 * Extends locks, one script call for each partition they lie in. Where Redis forgot them and this process granted
 * them, it puts them back within the grace, as long as their holder may still believe in them: never after.
 *
 * @throws VALIDATION_ERROR 400 beyond 200 locks or another TTL than 5-300 s, DEPENDENCY_UNAVAILABLE 503
 */
export async function extendLocks(deps: Deps, request: Request): Promise<Extension[]> {
  const { lock_ids, ttl_extension_seconds: ttl } = request;
  if (lock_ids.length > MAX_HEARTBEAT_LOCKS || !(ttl >= MIN_TTL_SECONDS && ttl <= MAX_TTL_SECONDS)) {
    throw errors.VALIDATION_ERROR();
  }
  const byPartition = new Map<number, string[]>();
  const results = new Map<string, Extension>();
  for (const id of new Set(lock_ids)) {
    const partition = partitionOfId(id);
    if (partition === null) results.set(id, { id, status: "gone" });
    else byPartition.set(partition, [...(byPartition.get(partition) ?? []), id]);
  }
  const extended = await Promise.all(
    [...byPartition].map(([partition, ids]) => extendPartition(deps, request, partition, ids)),
  );
  for (const result of extended.flat()) results.set(result.id, result);
  return lock_ids.map((id) => results.get(id)!);
}

async function extendPartition(
  deps: Deps,
  request: Request,
  partition: number,
  ids: readonly string[],
): Promise<Extension[]> {
  const ttl_seconds = request.ttl_extension_seconds;
  const sent_at_ms = deps.clock.monotonicMs();
  const args = ids.flatMap((id) => [id, request.principal_id, ttl_seconds * 1000]);
  const [, graceLeft, ...replies] = await deps.connection.run("heartbeat", partition, args, { ttl_seconds });
  return Promise.all(
    ids.map(async (id, at) => {
      let result = readExtension(id, replies[at] as Reply);
      const grant = deps.grants.get(id);
      if (grant && Number(graceLeft) > 0 && isForgotten(result, grant)) {
        result = await reassert(deps, grant, request, sent_at_ms);
      }
      if (result.status === "held") {
        deps.grants.extend(id, { sent_at_ms, lease_ms: result.lease_ms, ttl_seconds });
      } else if (result.status === "gone") {
        deps.grants.drop(id);
      }
      return result;
    }),
  );
}

/** Gone, or back from a snapshot in an older state than the one that was granted last. */
function isForgotten(result: Extension, grant: Grant): boolean {
  if (result.status === "held") return result.lock.fencing_token < grant.lock.fencing_token;
  return result.status === "gone";
}

async function reassert(
  { connection, grants }: Deps,
  grant: Grant,
  request: Request,
  nowMs: number,
): Promise<Extension> {
  const { lock } = grant;
  if (lock.principal_id !== request.principal_id) return { id: lock.id, status: "foreign" };
  if (!grants.isTrusted(grant, nowMs)) return { id: lock.id, status: "gone" };
  const reply = await connection.run(
    "reassert",
    partitionOfId(lock.id)!,
    [
      lock.id,
      lock.key,
      lock.mode_letter,
      lock.principal_id,
      lock.owner_id,
      lock.agent_id,
      lock.purpose ?? "",
      grant.acquire_id,
      lock.fencing_token,
      lock.acquired_ms,
      lock.hold_until_ms,
      grant.lock_delay_seconds * 1000,
      request.ttl_extension_seconds * 1000,
    ],
    { ttl_seconds: request.ttl_extension_seconds },
  );
  return readExtension(lock.id, reply);
}

function readExtension(id: string, [status, lease, described]: Reply): Extension {
  if (status === "FOREIGN") return { id, status: "foreign" };
  if (status !== "OK") return { id, status: "gone" };
  return { id, status: "held", lease_ms: Number(lease), lock: toHeldLock(described) };
}
