import type { Clock } from "../kernel/clock.ts";
import { errors } from "../kernel/errors.ts";
import type { LockConnection } from "./connection.ts";
import type { Grant, Grants } from "./grants.ts";
import { compactId, dueName, fieldOf, tailOf } from "./keys.ts";
import { MAX_HEARTBEAT_LOCKS, MAX_TTL_SECONDS, MIN_TTL_SECONDS } from "./schema.ts";
import { formatWho } from "./who.ts";

export type Extension =
  | { id: string; status: "held"; lease_ms: number; fencing_token: number }
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
  const byPartition = new Map<number, { id: string; id32: string }[]>();
  const results = new Map<string, Extension>();
  for (const id of new Set(lock_ids)) {
    const id32 = compactId(id);
    if (!id32) {
      results.set(id, { id, status: "gone" });
      continue;
    }
    const partition = deps.connection.partitionOf(id32);
    const together = byPartition.get(partition);
    if (together) together.push({ id, id32 });
    else byPartition.set(partition, [{ id, id32 }]);
  }
  const extended = await Promise.all(
    [...byPartition].map(([partition, ids]) => extendPartition(deps, request, partition, ids)),
  );
  for (const result of extended.flat()) results.set(result.id, result);
  return lock_ids.map((id) => results.get(id)!);
}

type Asked = { id: string; id32: string };

async function extendPartition(
  deps: Deps,
  request: Request,
  partition: number,
  ids: readonly Asked[],
): Promise<Extension[]> {
  const own = ids.flatMap(({ id }) => {
    const grant = deps.grants.get(id);
    return grant && isOwn(grant, request.principal_id) ? [grant] : [];
  });
  const beaten = own.length > 0 && (await beatTogether(deps, request, partition, own));
  if (!beaten) return extendEach(deps, request, partition, ids);
  const rest = ids.filter(({ id }) => !beaten.has(id));
  const others = rest.length > 0 ? await extendEach(deps, request, partition, rest) : [];
  return [...beaten.values(), ...others];
}

/** Of an exclusive lock that was granted here this process knows whose it is and how long it may be held. */
const isOwn = ({ lock }: Grant, principalId: string): boolean =>
  lock.mode_letter === "x" && lock.principal_id === principalId;

/** All of them by one command; null where Redis has to look at each. */
async function beatTogether(
  { connection, grants, clock }: Deps,
  { ttl_extension_seconds: ttl_seconds }: Request,
  partition: number,
  own: readonly Grant[],
): Promise<Map<string, Extension> | null> {
  const sent_at_ms = clock.monotonicMs();
  const holdUntil = own.reduce(
    (least, { lock }) => Math.min(least, lock.hold_until_ms),
    Number.MAX_SAFE_INTEGER,
  );
  const names = own.map(({ lock }) => dueName(compactId(lock.id)!));
  const [status, lease] = await connection.run("beat", partition, [ttl_seconds * 1000, holdUntil, ...names], {
    ttl_seconds,
  });
  if (status !== "OK") return null;
  const lease_ms = Number(lease);
  const extended = new Map<string, Extension>();
  for (const { lock } of own) {
    grants.extend(lock.id, { sent_at_ms, lease_ms, ttl_seconds });
    extended.set(lock.id, { id: lock.id, status: "held", lease_ms, fencing_token: lock.fencing_token });
  }
  return extended;
}

async function extendEach(
  deps: Deps,
  request: Request,
  partition: number,
  ids: readonly Asked[],
): Promise<Extension[]> {
  const ttl_seconds = request.ttl_extension_seconds;
  const sent_at_ms = deps.clock.monotonicMs();
  const args = ids.map(({ id32 }) => id32);
  const [, graceLeft, ...leases] = await deps.connection.run(
    "heartbeat",
    partition,
    [request.principal_id, ttl_seconds * 1000, ...args],
    { ttl_seconds },
  );
  return Promise.all(
    ids.map(async ({ id }, at) => {
      let result = readExtension(id, Number(leases[at * 2]), Number(leases[at * 2 + 1]));
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
  if (result.status === "held") return result.fencing_token < grant.lock.fencing_token;
  return result.status === "gone";
}

async function reassert(
  { connection, grants }: Deps,
  grant: Grant,
  request: Request,
  nowMs: number,
): Promise<Extension> {
  const { lock } = grant;
  const { id, fencing_token } = lock;
  if (lock.principal_id !== request.principal_id) return { id, status: "foreign" };
  if (!grants.isTrusted(grant, nowMs)) return { id, status: "gone" };
  const id32 = compactId(id)!;
  const [status, lease] = await connection.run(
    "reassert",
    id32,
    [
      fieldOf(id32),
      lock.key,
      lock.mode_letter,
      formatWho(lock),
      tailOf(id32),
      grant.attempt,
      fencing_token,
      lock.acquired_ms,
      request.ttl_extension_seconds * 1000,
      lock.hold_until_ms - lock.acquired_ms,
      grant.lock_delay_seconds * 1000,
    ],
    { ttl_seconds: request.ttl_extension_seconds },
  );
  if (status !== "OK") return { id, status: "gone" };
  return { id, status: "held", lease_ms: Number(lease), fencing_token };
}

function readExtension(id: string, lease_ms: number, fencing_token: number): Extension {
  if (lease_ms < 0) return { id, status: "foreign" };
  if (lease_ms === 0) return { id, status: "gone" };
  return { id, status: "held", lease_ms, fencing_token };
}
