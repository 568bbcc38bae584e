import type { Pool } from "pg";
import type { PrismaClient } from "../generated/client.ts";
import type { Actor } from "../kernel/actor.ts";
import type { Clock } from "../kernel/clock.ts";
import { errors } from "../kernel/errors.ts";
import type { Ids } from "../kernel/ids.ts";
import type { Ledger } from "../ledger/service.ts";
import { resourceErrors } from "./errors.ts";
import { canonicalKey, canonicalName, parseKey } from "./name.ts";
import type {
  CatalogueFact,
  ListResourcesQuery,
  Reach,
  ResourceEntry,
  ResourceInput,
  ResourceList,
  ResourcePatch,
} from "./schema.ts";
import {
  findReach,
  findResource,
  insertResource,
  isService,
  listResources,
  replaceDependencies,
} from "./store.ts";

// The slice's pure rules, for slices above: a door is one file.
export { compileGlob, compileNameGlob, firstMatch, type Glob } from "./glob.ts";
export { type CanonicalName, canonicalKey, canonicalName, describeKey, parseKey } from "./name.ts";

export type ResourceDeps = { pool: Pool; prisma: PrismaClient; clock: Clock; ids: Ids; ledger: Ledger };

export type ResourceService = {
  /** Enters a resource. RESOURCE_EXISTS, INVALID_RESOURCE_NAME, VALIDATION_ERROR (depends on itself). */
  create(actor: Actor, input: ResourceInput): Promise<ResourceEntry>;
  list(query: ListResourcesQuery): Promise<ResourceList>;
  /** The entry of a key in any spelling that names it. NOT_FOUND, INVALID_RESOURCE_NAME. */
  get(key: string): Promise<ResourceEntry>;
  /** Changes name, criticality or dependencies. NOT_FOUND, INVALID_RESOURCE_NAME, VALIDATION_ERROR. */
  update(actor: Actor, key: string, patch: ResourcePatch): Promise<ResourceEntry>;
  /** Takes the entry and what it depends on out; what depends on it still says so. NOT_FOUND. */
  remove(actor: Actor, key: string): Promise<void>;
  /** What the catalogue says of each canonical key, in their order; a key without an entry is `known: false`. */
  facts(keys: readonly string[]): Promise<CatalogueFact[]>;
  /** What depends on these canonical keys, directly or through others. */
  reachable(keys: readonly string[]): Promise<Reach>;
  /** Keys of the services among these and of those that depend on them: whom a change of these can be felt by. */
  affectedServices(keys: readonly string[]): Promise<string[]>;
};

/** The catalogue: what exists, how critical it is, and what depends on what. */
export function createResourceService(deps: ResourceDeps): ResourceService {
  const { pool, prisma, clock, ids, ledger } = deps;

  const service: ResourceService = {
    async create(actor, input) {
      const name = canonicalName(input);
      const key = canonicalKey(name);
      const dependsOn = dependencyKeys(key, input.depends_on ?? []);
      return ledger.write(actor, async (tx) => {
        if (await tx.resource.findUnique({ where: { key }, select: { id: true } })) throw exists(key);
        await insertResource(tx, {
          id: ids.uuid(),
          key,
          name,
          display: input.name ?? null,
          criticality: input.criticality ?? null,
        }).catch((error: unknown) => {
          throw isUniqueViolation(error) ? exists(key) : error;
        });
        await replaceDependencies(tx, key, dependsOn);
        const entry = await found(findResource(tx, key), key);
        const detail = { criticality: entry.criticality, depends_on: entry.depends_on };
        return { result: entry, facts: [fact("resource.created", key, detail)] };
      });
    },

    list: (query) => listResources(prisma, query),

    async get(key) {
      const canonical = canonicalKey(parseKey(key));
      return found(findResource(prisma, canonical), canonical);
    },

    async update(actor, key, patch) {
      const canonical = canonicalKey(parseKey(key));
      const dependsOn = patch.depends_on && dependencyKeys(canonical, patch.depends_on);
      return ledger.write(actor, async (tx) => {
        const { count } = await tx.resource.updateMany({
          where: { key: canonical },
          data: {
            updated_at: clock.now(),
            ...(patch.name !== undefined && { name: patch.name }),
            ...(patch.criticality !== undefined && { criticality: patch.criticality }),
          },
        });
        if (count === 0) throw missing(canonical);
        if (dependsOn) await replaceDependencies(tx, canonical, dependsOn);
        const entry = await found(findResource(tx, canonical), canonical);
        const detail = { ...patch, ...(dependsOn && { depends_on: dependsOn }) };
        return { result: entry, facts: [fact("resource.updated", canonical, detail)] };
      });
    },

    async remove(actor, key) {
      const canonical = canonicalKey(parseKey(key));
      await ledger.write(actor, async (tx) => {
        const entry = await found(findResource(tx, canonical), canonical);
        const { count } = await tx.resource.deleteMany({ where: { key: canonical } });
        if (count === 0) throw missing(canonical);
        await tx.resource_dependency.deleteMany({ where: { key: canonical } });
        const detail = { criticality: entry.criticality, depends_on: entry.depends_on };
        return { result: undefined, facts: [fact("resource.deleted", canonical, detail)] };
      });
    },

    async facts(keys) {
      const { rows } = await pool.query<{ key: string; criticality: number | null }>({
        name: "resource-facts",
        text: "SELECT key, criticality FROM resource WHERE key = ANY($1::text[])",
        values: [keys],
      });
      const known = new Map(rows.map((row) => [row.key, row.criticality]));
      return keys.map((key) => {
        const { type, namespace } = parseKey(key);
        return { key, type, namespace, criticality: known.get(key) ?? null, known: known.has(key) };
      });
    },

    async reachable(keys) {
      if (keys.length === 0) return { resources: [], services: [], via: null, truncated: false };
      return findReach(pool, keys);
    },

    async affectedServices(keys) {
      const { services } = await service.reachable(keys);
      return [...new Set([...keys.filter(isService), ...services])].sort();
    },
  };
  return service;
}

function dependencyKeys(key: string, names: NonNullable<ResourceInput["depends_on"]>): string[] {
  const keys = names.map((name, index) => canonicalKey(name, `depends_on.${index}`));
  const itself = keys.indexOf(key);
  if (itself >= 0) {
    throw errors.VALIDATION_ERROR({
      details: [{ field: `depends_on.${itself}`, issue: "a resource cannot depend on itself" }],
    });
  }
  return [...new Set(keys)];
}

function fact(action: string, key: string, detail: Record<string, unknown>) {
  return { action, entity_type: "resource", entity_id: key, detail };
}

async function found(entry: Promise<ResourceEntry | null>, key: string): Promise<ResourceEntry> {
  const value = await entry;
  if (!value) throw missing(key);
  return value;
}

const missing = (key: string) => errors.NOT_FOUND({ message: `The catalogue has no ${key}.` });
const exists = (key: string) =>
  resourceErrors.RESOURCE_EXISTS({ message: `The catalogue already has ${key}.` });

function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "P2002";
}
