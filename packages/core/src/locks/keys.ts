import { crc32 } from "node:zlib";
import { errors } from "../kernel/errors.ts";
import { parseKey } from "../resources/service.ts";
import type { LockKeyInput, LockKind, LockMode } from "./schema.ts";

/** So many partitions share all locks. Another number moves every lock: only with a new epoch and no lock held. */
export const PARTITIONS = 16;

/** What a lock is on: its kind, the one spelling of its resource, and where it lies. */
export type LockName = { resource_type: LockKind; resource_id: string; key: string; partition: number };

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const PLAIN_ID = /^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,199}$/;
const KIND_ORDER: Record<LockKind, number> = { task: 0, resource: 1, agent: 2 };

/**
 * The lock's name in its one spelling. A resource's follows the catalogue's rules (`type:namespace/id`); tasks and
 * agents go by id.
 *
 * @throws INVALID_RESOURCE_NAME or VALIDATION_ERROR (400) for what has no canonical spelling
 */
export function lockName(kind: LockKind, id: string): LockName {
  const resource_id = kind === "resource" ? resourceId(id) : plainId(id);
  const key = `${kind}:${resource_id}`;
  return { resource_type: kind, resource_id, key, partition: crc32(key) % PARTITIONS };
}

function resourceId(id: string): string {
  const { type, namespace, id: name } = parseKey(id, "resource_id");
  return `${type}:${namespace}/${name}`;
}

function plainId(id: string): string {
  if (UUID.test(id)) return id.toLowerCase();
  if (PLAIN_ID.test(id) && !id.includes("..")) return id;
  throw refuse("resource_id", "must be an id: letters, digits, '.', '_', ':', '/', '@' or '-', at most 200");
}

/**
 * The letter that the scripts know a mode by. A task has one worker; an agent's lock is one slot of its capacity
 * whatever mode is asked for.
 *
 * @throws VALIDATION_ERROR (400) for a shared task lock
 */
export function modeLetter(kind: LockKind, mode: LockMode): "x" | "s" | "c" {
  if (kind === "agent") return "c";
  if (kind === "task" && mode === "shared") throw refuse("mode", "must be exclusive for a task");
  return mode === "shared" ? "s" : "x";
}

/** A lock's id tells its partition by its last byte, so that a heartbeat finds the lock by its id alone. */
export function lockIdIn(partition: number, uuid: string): string {
  return uuid.slice(0, -2) + partition.toString(16).padStart(2, "0");
}

/** The partition an id points to; null where it was not made by lockIdIn. */
export function partitionOfId(id: string): number | null {
  if (!UUID.test(id)) return null;
  const partition = Number.parseInt(id.slice(-2), 16);
  return partition < PARTITIONS ? partition : null;
}

/**
 * The keys of one request in the order that everybody takes them in, so that two requests cannot wait for each other.
 *
 * @throws VALIDATION_ERROR (400) where one is named twice
 */
export function inCanonicalOrder(keys: readonly LockKeyInput[]): (LockName & { mode: LockMode })[] {
  const named = keys.map(({ resource_type, resource_id, mode }) => ({
    ...lockName(resource_type, resource_id),
    mode,
  }));
  named.sort((a, b) => KIND_ORDER[a.resource_type] - KIND_ORDER[b.resource_type] || (a.key < b.key ? -1 : 1));
  const twice = named.find((name, at) => name.key === named[at + 1]?.key);
  if (twice) throw refuse("keys", `names ${twice.key} twice`);
  return named;
}

function refuse(field: string, issue: string) {
  return errors.VALIDATION_ERROR({ message: `${field} ${issue}.`, details: [{ field, issue }] });
}
