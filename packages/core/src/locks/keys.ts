import { hash } from "node:crypto";
import { errors } from "../kernel/errors.ts";
import type { Ids } from "../kernel/ids.ts";
import { parseKey } from "../resources/service.ts";
import type { LockKeyInput, LockKind, LockMode } from "./schema.ts";

/**
 * What a lock is on: its kind, the one spelling of its resource, and where it lies. `field` is the first 48 bits of
 * the key's SHA-256: should two keys ever share them, they share one lock, which is safe.
 */
export type LockName = {
  resource_type: LockKind;
  resource_id: string;
  key: string;
  field: string;
};

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
  const field = hash("sha256", key, "hex").slice(0, FIELD_LENGTH);
  return { resource_type: kind, resource_id, key, field };
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

const FIELD_LENGTH = 12;
/** What of an id is its own, next to the field and the six bits that every UUIDv8 has. */
const TAIL_BYTES = 9;

/** In which of so many partitions a field, or an id that begins with it, lies. */
export const partitionOf = (field: string, partitions: number): number =>
  partitions === 1 ? 0 : Number.parseInt(field.slice(0, 2), 16) % partitions;

/**
 * A request's id, which becomes the lock's: a UUIDv8 of the key's field and a tail of its own, so that every script
 * finds the lock by its id alone. The same `seed` gives the same id for a key; without one it is a new one.
 */
export function newLockId(name: LockName, ids: Ids, seed?: string): string {
  const tail =
    seed === undefined ? ids.random(TAIL_BYTES) : hash("sha256", seed, "hex").slice(0, 2 * TAIL_BYTES);
  const { field } = name;
  return `${field.slice(0, 8)}-${field.slice(8)}-8${tail.slice(0, 3)}-8${tail.slice(3, 6)}-${tail.slice(6)}`;
}

/** A lock's id as the scripts know it (32 hex digits, the field in front); null for what is no id of ours. */
export function compactId(id: string): string | null {
  if (!UUID.test(id) || id[14] !== "8") return null;
  return withoutDashes(id).toLowerCase();
}

const withoutDashes = (id: string): string =>
  id.slice(0, 8) + id.slice(9, 13) + id.slice(14, 18) + id.slice(19, 23) + id.slice(24);

/** The reverse of compactId. */
export function expandId(id32: string): string {
  const part = (from: number, to: number) => id32.slice(from, to);
  return `${part(0, 8)}-${part(8, 12)}-${part(12, 16)}-${part(16, 20)}-${part(20, 32)}`;
}

/** The field of a compact id. */
export const fieldOf = (id32: string): string => id32.slice(0, FIELD_LENGTH);

/** What of an id that newLockId made follows the field. */
export const ownTail = (id: string): string => id.slice(14, 18) + id.slice(19, 23) + id.slice(24);

/** Under which name an exclusive lock's expiry stands (lua/lib/packing.lua): what is its own behind the field. */
export const dueName = (id32: string): string => fieldOf(id32) + id32.slice(-18);

/** What of a compact id follows the field. */
export const tailOf = (id32: string): string => id32.slice(FIELD_LENGTH);

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
