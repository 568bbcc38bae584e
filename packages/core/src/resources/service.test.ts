import { makeCore, type TestCore } from "@ade/testkit/make-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemActor } from "../kernel/actor.ts";
import { listResourcesQuery } from "./schema.ts";

let core: TestCore;
let resources: TestCore["resources"];
const actor = systemActor("test");

beforeAll(async () => {
  core = await makeCore();
  resources = core.resources;
});
afterAll(() => core?.dispose());

/** What the ledger says happened to a resource, in order. */
async function actionsOf(key: string): Promise<string[]> {
  const entries = await core.connections.prisma.ledger_entry.findMany({
    where: { entity_id: key },
    orderBy: { id: "asc" },
  });
  return entries.map((entry) => entry.action);
}

/** Enters `service:<namespace>/<id>` entries that depend on others of the same namespace. */
async function enter(namespace: string, edges: Record<string, string[]>): Promise<void> {
  for (const [id, targets] of Object.entries(edges)) {
    const depends_on = targets.map((target) => ({ type: typeOf(target), id: target, namespace }));
    await resources.create(actor, { type: typeOf(id), id, namespace, depends_on });
  }
}
const typeOf = (id: string) => (id.startsWith("db") ? "database" : "service") as "database" | "service";

describe("the catalogue", () => {
  test("keeps an entry under its canonical key, whatever spelling it was written in", async () => {
    const entry = await resources.create(actor, {
      type: "database",
      id: "Main",
      namespace: "CRUD",
      name: "The main one",
      criticality: 70,
      depends_on: [
        { type: "network", id: "VPC" },
        { type: "network", id: "vpc" },
      ],
    });
    expect(entry).toMatchObject({
      key: "database:crud/main",
      id: "main",
      criticality: 70,
      depends_on: ["network:default/vpc"],
    });
    expect(await resources.get("DATABASE:crud/MAIN")).toEqual(entry);

    await expect(
      resources.create(actor, { type: "database", id: "MAIN", namespace: "crud" }),
    ).rejects.toMatchObject({ code: "RESOURCE_EXISTS", status: 409 });

    const updated = await resources.update(actor, entry.key, { criticality: null, depends_on: [] });
    expect(updated).toMatchObject({ criticality: null, depends_on: [], name: "The main one" });

    await resources.remove(actor, entry.key);
    await expect(resources.get(entry.key)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(resources.remove(actor, entry.key)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(resources.update(actor, entry.key, {})).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await actionsOf(entry.key)).toEqual(["resource.created", "resource.updated", "resource.deleted"]);
  });

  test("two creations of one resource at the same moment make one", async () => {
    const create = () => resources.create(actor, { type: "secret", id: "race" });
    const results = await Promise.allSettled(Array.from({ length: 8 }, create));
    const failures = results.filter((result) => result.status === "rejected");
    expect(failures).toHaveLength(7);
    for (const failure of failures) expect(failure.reason).toMatchObject({ code: "RESOURCE_EXISTS" });
    expect(await actionsOf("secret:default/race")).toEqual(["resource.created"]);
  });

  test("refuses aliases and names the field, and writes nothing", async () => {
    await expect(
      resources.create(actor, {
        type: "storage",
        id: "alias",
        depends_on: [
          { type: "storage", id: "x" },
          { type: "storage", id: "a/../b" },
        ],
      }),
    ).rejects.toMatchObject({ code: "INVALID_RESOURCE_NAME", details: [{ field: "depends_on.1.id" }] });
    await expect(
      resources.create(actor, { type: "storage", id: "loop", depends_on: [{ type: "storage", id: "LOOP" }] }),
    ).rejects.toMatchObject({ code: "VALIDATION_ERROR", details: [{ field: "depends_on.0" }] });
    expect(await core.connections.prisma.resource.count({ where: { type: "storage" } })).toBe(0);
    expect(
      await core.connections.prisma.resource_dependency.count({ where: { key: "storage:default/alias" } }),
    ).toBe(0);
  });

  test("lists by key, in pages and by cursor, filtered", async () => {
    await enter("list", { a: [], b: [], c: [], dbx: [] });
    const list = (query: object) => resources.list(listResourcesQuery.parse({ namespace: "list", ...query }));
    const keys = async (query: object) => (await list(query)).resources.map((one) => one.key);
    expect(await keys({ limit: 2 })).toEqual(["database:list/dbx", "service:list/a"]);
    expect(await keys({ limit: 2, page: 2 })).toEqual(["service:list/b", "service:list/c"]);
    const first = await list({ limit: 3 });
    expect(first.pagination).toMatchObject({ total: 4, total_is_exact: true, has_more: true });
    expect(await keys({ limit: 3, cursor: first.pagination.next_cursor })).toEqual(["service:list/c"]);
    expect(await keys({ type: "database" })).toEqual(["database:list/dbx"]);
    expect(await keys({ search: "LIST/A" })).toEqual(["service:list/a"]);
    expect(await keys({ search: "%" })).toEqual([]);
    await expect(list({ cursor: "nonsense" })).rejects.toMatchObject({ code: "VALIDATION_ERROR" });
  });

  test("says of each key what it knows, in their order", async () => {
    await resources.create(actor, { type: "secret", id: "token", criticality: 90 });
    expect(await resources.facts(["network:x/unknown", "secret:default/token"])).toEqual([
      { key: "network:x/unknown", type: "network", namespace: "x", criticality: null, known: false },
      { key: "secret:default/token", type: "secret", namespace: "default", criticality: 90, known: true },
    ]);
  });
});

describe("reachable", () => {
  test("is what depends on the keys, through others too, nearest first, and not what they depend on", async () => {
    await enter("r1", { db1: ["dbdisk"], api: ["db1"], web: ["api"], cron: ["db1"], other: ["dbelse"] });
    expect(await resources.reachable(["database:r1/db1"])).toEqual({
      resources: ["service:r1/api", "service:r1/cron", "service:r1/web"],
      services: ["service:r1/api", "service:r1/cron", "service:r1/web"],
      via: "database:r1/db1",
      truncated: false,
    });
    expect((await resources.reachable(["database:r1/dbdisk"])).resources).toHaveLength(4);
    expect((await resources.reachable(["service:r1/web"])).resources).toEqual([]);
    expect(await resources.affectedServices(["service:r1/web", "database:r1/db1"])).toEqual([
      "service:r1/api",
      "service:r1/cron",
      "service:r1/web",
    ]);
  });

  test("ends in a cycle, counts a diamond once, and leaves out what was asked about", async () => {
    await enter("r2", { a: ["b"], b: ["c"], c: ["a"], d1: ["dbx"], d2: ["dbx"], top: ["d1", "d2"] });
    expect((await resources.reachable(["service:r2/a"])).resources).toEqual(["service:r2/c", "service:r2/b"]);
    expect((await resources.reachable(["service:r2/a", "service:r2/b"])).resources).toEqual(["service:r2/c"]);
    expect((await resources.reachable(["database:r2/dbx"])).resources).toEqual([
      "service:r2/d1",
      "service:r2/d2",
      "service:r2/top",
    ]);
  });

  test("names the resource that most hangs on", async () => {
    await enter("r3", { s1: ["dba"], s2: ["dbb"], s3: ["dbb"] });
    expect((await resources.reachable(["database:r3/dba", "database:r3/dbb"])).via).toBe("database:r3/dbb");
    expect((await resources.reachable([])).via).toBeNull();
  });

  test("is bounded: a dense graph of 100,000 edges is cut off and says so", async () => {
    await core.connections.pool.query(`
      insert into resource_dependency (key, depends_on)
      select 'service:dense/l' || (level + 1) || '-' || one, 'service:dense/l' || level || '-' || other
      from generate_series(0, 9) level, generate_series(1, 100) one, generate_series(1, 100) other`);
    await core.connections.pool.query("analyze resource_dependency");
    const started = performance.now();
    const few = await resources.reachable(["service:dense/l0-1"]);
    expect(few).toMatchObject({ truncated: false });
    expect(few.resources).toHaveLength(1000);
    const all = Array.from({ length: 100 }, (_, index) => `service:dense/l0-${index + 1}`);
    const many = await resources.reachable(all);
    expect(many.truncated).toBe(true);
    expect(many.resources).toContain("service:dense/l1-1");
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
