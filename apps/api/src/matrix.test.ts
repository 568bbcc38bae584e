import { matrixOf } from "@ade/api/permissions";
import { appRouter } from "@ade/api/root";
import { metaOf } from "@ade/api/trpc";
import type { PrincipalColumn } from "@ade/core/kernel/actor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Caller, makeServer, type TestServer } from "./test-server.ts";

const COLUMNS = ["author", "reviewer", "admin", "agent", "nobody"] as const;
type Column = (typeof COLUMNS)[number];
const procedures = Object.entries(
  appRouter._def.procedures as unknown as Record<string, { _def: { type: string } }>,
);

let server: TestServer;
const callers = {} as Record<Column, Caller | null>;
beforeAll(async () => {
  server = await makeServer();
  for (const role of ["author", "reviewer", "admin"] as const)
    callers[role] = await server.person(role, [role]);
  callers.agent = await server.agent("robot", callers.admin!);
  callers.nobody = null;
});
afterAll(() => server.close());

/** Input that no schema takes: whoever is let through is told so, and nothing happens. */
const NONSENSE = { json_that_nobody_expects: true };

async function callTrpc(path: string, type: string, caller: Caller | null) {
  const headers = caller ? { authorization: caller.authorization } : {};
  const url = `/api/trpc/${path}`;
  return type === "mutation"
    ? server.app.inject({ method: "POST", url, headers, payload: NONSENSE })
    : server.app.inject({ method: "GET", url, headers, query: { input: JSON.stringify(NONSENSE) } });
}

/** A stream opens with 200 and tells its refusal as its first event. */
function statusOf(response: { statusCode: number; body: string }): number {
  const inStream = /"httpStatus":(\d{3})/.exec(response.body)?.[1];
  return response.statusCode === 200 && inStream ? Number(inStream) : response.statusCode;
}

function expected(permission: string, column: Column): "in" | 401 | 403 {
  const row = matrixOf(server.core).get(permission)!;
  if (row.public) return "in";
  if (column === "nobody") return 401;
  const cell = row.everyone ? "yes" : row[column satisfies PrincipalColumn];
  return cell === "no" || cell === "scope" ? 403 : "in";
}

describe.each(procedures)("%s", (path, made) => {
  test.each(COLUMNS)("as %s by tRPC answers as its cell says", async (column) => {
    const meta = metaOf(made)!;
    const response = await callTrpc(path, made._def.type, callers[column]);
    const wanted = expected(meta.permission, column);
    if (wanted === "in") expect([200, 400]).toContain(statusOf(response));
    else expect(statusOf(response)).toBe(wanted);
  });

  const rest = metaOf(made)?.rest;
  test.runIf(rest).each(COLUMNS)("as %s by REST answers as its cell says", async (column) => {
    const path = rest!.path.replace(/:\w+/g, "not-an-id");
    const body = rest!.method === "GET" || rest!.method === "DELETE" ? undefined : NONSENSE;
    const response = await server.call(callers[column], rest!.method, path, body);
    const wanted = expected(metaOf(made)!.permission, column);
    if (wanted === "in") expect([200, 204, 400, 404]).toContain(response.statusCode);
    else expect(response.statusCode).toBe(wanted);
    if (response.statusCode >= 400)
      expect(response.json().error.request_id).toBe(response.headers["x-request-id"]);
  });
});

test.each<[Column, string, "in" | 403]>([
  ["author", "task.create", "in"],
  ["reviewer", "task.create", 403],
  ["agent", "task.create", "in"],
  ["author", "approval.respond", 403],
  ["reviewer", "approval.respond", "in"],
  ["agent", "approval.respond", 403],
  ["agent", "approval.withdraw", 403],
  ["author", "lock.list", 403],
  ["reviewer", "lock.list", 403],
  ["author", "lock.acquire", 403],
  ["agent", "lock.acquire", "in"],
  ["author", "task.abort", 403],
  ["admin", "task.abort", "in"],
  ["agent", "policy.list", 403],
  ["author", "policy.create", 403],
  ["reviewer", "user.update", 403],
  ["author", "audit.read", "in"],
])("the matrix says for %s and %s what the specification does", (column, permission, verdict) => {
  expect(expected(permission, column)).toBe(verdict);
});

test("a key narrowed by scopes may do what they name and nothing else", async () => {
  const reader = await server.person("narrow", ["author"], ["tasks:read"]);
  expect((await server.call(reader, "GET", "/tasks")).statusCode).toBe(200);
  expect((await server.call(reader, "POST", "/tasks", NONSENSE)).statusCode).toBe(403);
  const locker = await server.person("locker", ["author"], ["locks:write"]);
  expect((await server.call(locker, "POST", "/locks/acquire", NONSENSE)).statusCode).toBe(400);
});
