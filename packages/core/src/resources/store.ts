import type { Pool } from "pg";
import { z } from "zod";
import type { Prisma } from "../generated/client.ts";
import { decodeCursor, EXACT_TOTAL_LIMIT, encodeCursor } from "../kernel/page.ts";
import type { CanonicalName } from "./name.ts";
import type { ListResourcesQuery, Reach, ResourceEntry, ResourceList, ResourceType } from "./schema.ts";

/** The two tables of the catalogue, through a transaction or not. */
export type CatalogueTables = Pick<Prisma.TransactionClient, "resource" | "resource_dependency">;

type ResourceRow = Prisma.resourceGetPayload<object>;

function toEntry(row: ResourceRow, dependsOn: readonly string[]): ResourceEntry {
  return {
    key: row.key,
    type: row.type as ResourceType,
    id: row.resource_id,
    namespace: row.namespace,
    name: row.name,
    criticality: row.criticality,
    depends_on: [...dependsOn],
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

async function withDependencies(db: CatalogueTables, rows: readonly ResourceRow[]): Promise<ResourceEntry[]> {
  const edges = await db.resource_dependency.findMany({
    where: { key: { in: rows.map((row) => row.key) } },
    orderBy: { depends_on: "asc" },
  });
  const byKey = Map.groupBy(edges, (edge) => edge.key);
  return rows.map((row) =>
    toEntry(
      row,
      (byKey.get(row.key) ?? []).map((edge) => edge.depends_on),
    ),
  );
}

/** The entry, or null. */
export async function findResource(db: CatalogueTables, key: string): Promise<ResourceEntry | null> {
  const row = await db.resource.findUnique({ where: { key } });
  if (!row) return null;
  const [entry] = await withDependencies(db, [row]);
  return entry ?? null;
}

export async function insertResource(
  db: CatalogueTables,
  row: { id: string; key: string; name: CanonicalName; display: string | null; criticality: number | null },
): Promise<void> {
  await db.resource.create({
    data: {
      id: row.id,
      key: row.key,
      type: row.name.type,
      namespace: row.name.namespace,
      resource_id: row.name.id,
      name: row.display,
      criticality: row.criticality,
    },
  });
}

/** Replaces what a resource depends on. */
export async function replaceDependencies(
  db: CatalogueTables,
  key: string,
  dependsOn: readonly string[],
): Promise<void> {
  await db.resource_dependency.deleteMany({ where: { key } });
  await db.resource_dependency.createMany({
    data: dependsOn.map((target) => ({ key, depends_on: target })),
    skipDuplicates: true,
  });
}

/** A page of the catalogue, by key. */
export async function listResources(db: CatalogueTables, query: ListResourcesQuery): Promise<ResourceList> {
  const contains = query.search && literally(query.search);
  const where: Prisma.resourceWhereInput = {
    ...(query.type && { type: query.type }),
    ...(query.namespace && { namespace: query.namespace.toLowerCase() }),
    ...(contains && {
      OR: [{ key: { contains, mode: "insensitive" } }, { name: { contains, mode: "insensitive" } }],
    }),
  };
  const after = decodeCursor(query.cursor, z.tuple([z.string()]))?.[0];
  const [counted, found] = await Promise.all([
    db.resource.count({ where, take: EXACT_TOTAL_LIMIT + 1 }),
    db.resource.findMany({
      where: after === undefined ? where : { AND: [where, { key: { gt: after } }] },
      orderBy: { key: "asc" },
      skip: after === undefined ? (query.page - 1) * query.limit : 0,
      take: query.limit + 1,
    }),
  ]);
  const rows = found.slice(0, query.limit);
  const last = rows.at(-1);
  const hasMore = found.length > query.limit;
  return {
    resources: await withDependencies(db, rows),
    pagination: {
      page: query.page,
      limit: query.limit,
      total: Math.min(counted, EXACT_TOTAL_LIMIT),
      total_is_exact: counted <= EXACT_TOTAL_LIMIT,
      has_more: hasMore,
      ...(hasMore && last && { next_cursor: encodeCursor([last.key]) }),
    },
  };
}

/** Prisma's `contains` is LIKE and leaves the wildcards of LIKE standing. */
function literally(text: string): string {
  return text.replace(/[\\%_]/g, "\\$&");
}

/** How many steps from a resource still count, and how many rows of the walk are read. */
const MAX_DEPTH = 16;
const MAX_ROWS = 20_000;

/**
 * `union` drops a (origin, key, depth) that was seen, so a diamond is walked once a level and a cycle ends at the
 * greatest depth. The walk is breadth first and the limit is read lazily, so what is cut off is the farthest.
 */
const REACHABLE = `
  with recursive walk(origin, key, depth) as (
    select origin, origin, 0 from unnest($1::text[]) as asked(origin)
    union
    select walk.origin, edge.key, walk.depth + 1
    from walk join resource_dependency edge on edge.depends_on = walk.key
    where walk.depth < $2
  ), bounded as (
    select origin, key, depth from walk limit $3
  )
  select origin, key, min(depth)::int as depth, (select count(*)::int from bounded) as walked
  from bounded
  where key <> all ($1::text[])
  group by origin, key
  order by depth, key, origin`;

/** What depends on the keys, directly or through others, in one recursive query. */
export async function findReach(pool: Pool, keys: readonly string[]): Promise<Reach> {
  const { rows } = await pool.query<{ origin: string; key: string; depth: number; walked: number }>({
    name: "resource-reach",
    text: REACHABLE,
    values: [keys, MAX_DEPTH, MAX_ROWS],
  });
  const resources = [...new Set(rows.map((row) => row.key))];
  return {
    resources,
    services: resources.filter(isService),
    via: widestOrigin(rows),
    truncated: (rows[0]?.walked ?? 0) >= MAX_ROWS || rows.some((row) => row.depth >= MAX_DEPTH),
  };
}

function widestOrigin(rows: readonly { origin: string; key: string }[]): string | null {
  const weights = new Map<string, number>();
  for (const { origin, key } of rows)
    weights.set(origin, (weights.get(origin) ?? 0) + (isService(key) ? 2 : 1));
  let widest: string | null = null;
  for (const [origin, weight] of weights) {
    if (widest === null || weight > (weights.get(widest) ?? 0)) widest = origin;
  }
  return widest;
}

/** True for the canonical key of a service. */
export function isService(key: string): boolean {
  return key.startsWith("service:");
}
