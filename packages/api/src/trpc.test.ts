import type { Matrix } from "@ade/core/identity/service";
import type { PermissionRow } from "@ade/core/kernel/actor";
import { expect, test } from "vitest";
import { appRouter } from "./root.ts";
import { assertEveryProcedureHasRow, metaOf, openProcedure, procedure, router } from "./trpc.ts";

const everybody = { author: "yes", reviewer: "yes", admin: "yes", agent: "yes", system: "yes" } as const;
const matrix: Matrix = new Map<string, PermissionRow>([
  ["thing.read", everybody],
  ["thing.open", { ...everybody, public: true }],
]);

test("a procedure whose permission has no row fails when the server is built, by name", () => {
  const root = router({ things: router({ burn: procedure("thing.burn").query(() => 1) }) });
  expect(() => assertEveryProcedureHasRow(root, matrix)).toThrow(/things\.burn asks for thing\.burn/);
});

test("a procedure that names no permission fails", () => {
  const root = router({ nameless: procedure("").query(() => 1) });
  expect(() => assertEveryProcedureHasRow(root, matrix)).toThrow(/nameless names no permission/);
});

test("an open procedure on a row that is not public fails, and the other way round", () => {
  const open = router({ it: openProcedure("thing.read").query(() => 1) });
  expect(() => assertEveryProcedureHasRow(open, matrix)).toThrow(/differ in being public/);
  const shut = router({ it: procedure("thing.open").query(() => 1) });
  expect(() => assertEveryProcedureHasRow(shut, matrix)).toThrow(/differ in being public/);
});

test("rows that are there pass", () => {
  const root = router({
    a: procedure("thing.read").query(() => 1),
    b: openProcedure("thing.open").query(() => 1),
  });
  expect(() => assertEveryProcedureHasRow(root, matrix)).not.toThrow();
});

test("no two procedures are reached by the same method and path", () => {
  const places = Object.values(appRouter._def.procedures as Record<string, unknown>)
    .map((made) => metaOf(made)?.rest)
    .filter((rest) => rest !== undefined)
    .map(({ method, path }) => `${method} ${path.replace(/:\w+/g, ":")}`);
  expect(new Set(places).size).toBe(places.length);
});
