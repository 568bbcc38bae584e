import { operationsOf } from "@ade/api/rest";
import { appRouter } from "@ade/api/root";
import { Validator } from "@seriousme/openapi-schema-validator";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeServer, type TestServer } from "./test-server.ts";

type Spec = {
  openapi: string;
  paths: Record<string, Record<string, { operationId: string; responses: object }>>;
};
let server: TestServer;
let spec: Spec;
beforeAll(async () => {
  server = await makeServer();
  spec = (await server.call(null, "GET", "/openapi.json")).json();
});
afterAll(() => server.close());

test("the document is valid OpenAPI 3.1 for a public validator", async () => {
  const result = await new Validator().validate(structuredClone(spec));
  expect(result.errors ?? []).toEqual([]);
  expect(result.valid).toBe(true);
  expect(spec.openapi).toMatch(/^3\.1/);
});

test("every reference in it leads somewhere", async () => {
  const references = [...JSON.stringify(spec).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(
    (m) => m[1]!,
  );
  const { schemas } = (spec as unknown as { components: { schemas: object } }).components;
  expect(references.length).toBeGreaterThan(10);
  expect([...new Set(references)].filter((name) => !(name in schemas))).toEqual([]);
});

test.each(operationsOf(appRouter))("$path is there with all its statuses", ({ path, rest, meta }) => {
  const place = `/api/v1${rest.path.replace(/:(\w+)/g, "{$1}")}`;
  const operation = spec.paths[place]?.[rest.method.toLowerCase()];
  expect(operation?.operationId).toBe(path);
  const statuses = Object.keys(operation!.responses);
  expect(statuses).toEqual(expect.arrayContaining([String(rest.status), "400", "429", "500", "503"]));
  for (const status of Object.keys(rest.also ?? {})) expect(statuses).toContain(status);
  for (const status of rest.errors ?? []) expect(statuses).toContain(String(status));
  if (!meta.open) expect(statuses).toEqual(expect.arrayContaining(["401", "403"]));
});

test("what is not REST is not in it", () => {
  expect(Object.keys(spec.paths).filter((path) => !path.startsWith("/api/v1/"))).toEqual([]);
});

test("/docs answers with a page at once, without a session", async () => {
  const page = await server.app.inject({ method: "GET", url: "/docs" });
  expect(page.statusCode).toBe(200);
  expect(page.headers["content-type"]).toMatch(/text\/html/);
  expect(page.headers["content-security-policy"]).toMatch(/default-src/);
});
