import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Caller, makeServer, noopTask, type TestServer } from "./test-server.ts";

let server: TestServer;
let admin: Caller;
beforeAll(async () => {
  server = await makeServer();
  admin = await server.person("admin", ["admin"]);
});
afterAll(() => server.close());

const json = { "content-type": "application/json" };
const post = (payload: string, headers: Record<string, string> = json) =>
  server.app.inject({
    method: "POST",
    url: "/api/v1/tasks",
    headers: { authorization: admin.authorization, ...headers },
    payload,
  });

describe("bodies", () => {
  test.each([
    ["bad JSON", '{"config":', /not valid JSON/],
    ["__proto__", '{"__proto__":{"admin":true}}', /could not be read|not valid/],
    ["constructor.prototype", '{"constructor":{"prototype":{"admin":true}}}', /could not be read|not valid/],
    ["a list", "[1]", /not valid/],
    ["a text", '"text"', /not valid/],
    ["depth 200,000", "[".repeat(200_000) + "]".repeat(200_000), /not valid/],
    ["depth 150,000 of objects", `${'{"a":'.repeat(150_000)}1${"}".repeat(150_000)}`, /not valid/],
    ["1e999", '{"dry_run":1e999}', /not valid/],
    ["no body at all", "", /not valid/],
  ])("%s is 400 VALIDATION_ERROR", async (_name, payload, message) => {
    const response = await post(payload);
    expect(response.statusCode).toBe(400);
    expect(response.json().error).toMatchObject({
      code: "VALIDATION_ERROR",
      message: expect.stringMatching(message),
    });
  });

  test("depth is refused where anything may stand, before anything walks it", async () => {
    const nested = (depth: number) => JSON.parse(`${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`);
    const send = (depth: number) => {
      const { config } = noopTask();
      return server.call(admin, "POST", "/tasks", { config: { ...config, parameters: nested(depth) } });
    };
    expect((await send(120)).json().error.details[0].issue).toMatch(/nested deeper than 100/);
    expect((await send(50)).json().error.details[0].field).toMatch(/^config.parameters/);
  });

  test("more than the limit is 413", async () => {
    const response = await post(JSON.stringify({ text: "x".repeat(1_100_000) }));
    expect(response.statusCode).toBe(413);
    expect(response.json().error.code).toBe("PAYLOAD_TOO_LARGE");
  });

  test("another media type is 400", async () => {
    const response = await post("config=1", { "content-type": "application/x-www-form-urlencoded" });
    expect(response.statusCode).toBe(400);
  });

  test("unknown keys are named, at any depth", async () => {
    const task = noopTask();
    const response = await server.call(admin, "POST", "/tasks", {
      ...task,
      state: "APPROVED",
      config: { ...task.config, approved: true },
    });
    expect(response.statusCode).toBe(400);
    expect(
      response
        .json()
        .error.details.map((each: { field: string }) => each.field)
        .sort(),
    ).toEqual(["config.approved", "state"]);
  });

  test("JSON is not coerced", async () => {
    const response = await server.call(admin, "POST", "/tasks", { ...noopTask(), dry_run: "false" });
    expect(response.statusCode).toBe(400);
    expect(response.json().error.details[0]).toMatchObject({ field: "dry_run", value: "false" });
  });

  test("NUL and half surrogates are refused, not a fault", async () => {
    for (const text of ["a\u0000b", "a\ud800b"]) {
      const response = await server.call(admin, "POST", "/tasks", noopTask(text));
      expect(response.statusCode).toBeLessThan(500);
    }
  });

  test("the id of the address cannot be named again in the body", async () => {
    const id = "0192f0c4-0000-7000-8000-000000000001";
    const response = await server.call(admin, "POST", `/tasks/${id}/cancel`, { id });
    expect(response.statusCode).toBe(400);
    expect(response.json().error.details[0].field).toBe("id");
  });
});

describe("addresses and queries", () => {
  test.each([
    ["/tasks/not-a-uuid", "id"],
    ["/tasks?limit=0", "limit"],
    ["/tasks?limit=101", "limit"],
    ["/tasks?needs_my_approval=yes", "needs_my_approval"],
    ["/tasks?state=NOWHERE", "state.0"],
    ["/tasks?nothing=1", "nothing"],
    ["/tasks?created_after=yesterday", "created_after"],
    ["/tasks?limit=1&limit=2", "limit"],
    ["/policies?page=1", "page"],
  ])("GET %s names %s", async (path, field) => {
    const response = await server.call(admin, "GET", path);
    expect(response.statusCode).toBe(400);
    expect(response.json().error.details[0].field).toBe(field);
  });

  test("one value of a list is a list of one, and repeated keys are a list", async () => {
    for (const query of ["state=DRAFT", "state=DRAFT&state=REVIEWING&tags=a"]) {
      expect((await server.call(admin, "GET", `/tasks?${query}`)).statusCode).toBe(200);
    }
  });

  const forged = (parts: unknown) => Buffer.from(JSON.stringify(parts)).toString("base64url");
  test.each([
    "Zm9yZ2Vk",
    forged([]),
    forged([7, "019aa111-0000-7000-8000-000000000000"]),
    forged(["2026-01-01 00:00:00+00", "not-an-id"]),
    forged(["2026-01-01 00:00:00+00", "019aa111-0000-7000-8000-000000000000", 1]),
  ])("the forged cursor %s is refused by every list", async (cursor) => {
    for (const path of ["/tasks", "/approvals", "/audit", "/users", "/agents", "/resources", "/locks"]) {
      const response = await server.call(admin, "GET", `${path}?cursor=${cursor}`);
      expect([path, response.statusCode]).toEqual([path, 400]);
      expect(response.json().error.details[0].field).toBe("cursor");
    }
  });

  test("what is not there is 404 in the envelope", async () => {
    for (const path of ["/nothing", "/api/v2/tasks", "/api/auth"]) {
      const response = await server.call(admin, "GET", path);
      expect(response.statusCode).toBe(404);
      expect(response.json().error.code).toBe("NOT_FOUND");
    }
  });
});

describe("request ids", () => {
  test("a well formed one is taken, on the answer and in the error", async () => {
    const response = await server.call(null, "GET", "/tasks", undefined, {
      "x-request-id": "trace-12345678",
    });
    expect(response.statusCode).toBe(401);
    expect(response.headers["x-request-id"]).toBe("trace-12345678");
    expect(response.json().error.request_id).toBe("trace-12345678");
  });

  test.each(["short", "with space here", "x".repeat(200), "new\tline-tab"])(
    "%j is replaced",
    async (given) => {
      const response = await server.call(null, "GET", "/tasks", undefined, { "x-request-id": given });
      expect(response.headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
    },
  );
});

test("every answer has the security headers, and nothing of the server's make", async () => {
  const { headers } = await server.call(admin, "GET", "/me");
  expect(headers["content-security-policy"]).toMatch(/default-src 'none'/);
  expect(headers).toMatchObject({
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cache-control": "no-store",
  });
  expect(headers["x-powered-by"]).toBeUndefined();
  expect(headers["access-control-allow-origin"]).toBeUndefined();
});

describe("cross-site requests", () => {
  const cookie = "ade.session_token=whatever";
  const cancel = (headers: Record<string, string>) =>
    server.app.inject({
      method: "POST",
      url: "/api/v1/simulate",
      headers: { ...json, ...headers },
      payload: "{}",
    });

  test.each([
    ["a foreign origin", { origin: "https://evil.example" }, 403],
    ["the null origin", { origin: "null" }, 403],
    ["a site that says so itself", { "sec-fetch-site": "cross-site" }, 403],
    ["our name as a prefix", { origin: "http://localhost:3000.evil.example" }, 403],
    ["our origin", { origin: "http://localhost:3000" }, 401],
    ["the request's own host", { origin: "http://127.0.0.1:3000", host: "127.0.0.1:3000" }, 401],
    ["neither header, as curl does", {}, 401],
  ])("%s with a cookie is %s", async (_name, headers, status) => {
    expect((await cancel({ cookie, ...headers })).statusCode).toBe(status);
  });

  test("with a key instead of a cookie no origin matters", async () => {
    const response = await cancel({ authorization: admin.authorization, origin: "https://evil.example" });
    expect(response.statusCode).toBe(400);
  });

  test("tRPC is guarded too, in its own shape", async () => {
    const response = await server.app.inject({
      method: "POST",
      url: "/api/trpc/tasks.create",
      headers: { ...json, cookie, origin: "https://evil.example" },
      payload: "{}",
    });
    expect(response.statusCode).toBe(403);
    expect(response.json().error.data.error.code).toBe("FORBIDDEN");
  });
});

test("health is told without a session, and readiness names what is missing", async () => {
  expect((await server.call(null, "GET", "/api/health/live")).json()).toEqual({ status: "ok" });
  const ready = await server.call(null, "GET", "/api/health/ready");
  expect(ready.statusCode).toBe(503);
  const { parts } = ready.json();
  expect(parts).toMatchObject({
    postgresql: { ok: true },
    redis: { ok: true },
    migrations: { ok: true },
    first_admin: { ok: true },
  });
  expect(parts.worker.ok).toBe(false);
  await server.core.connections.pool.query("INSERT INTO worker (id) VALUES ('worker:1')");
  await expect.poll(async () => (await server.call(null, "GET", "/api/health/ready")).statusCode).toBe(200);
});

test("metrics are for this machine and for admins", async () => {
  const here = await server.call(null, "GET", "/api/metrics");
  expect(here.statusCode).toBe(200);
  expect(here.body).toMatch(/ade_http_request_seconds_bucket/);
  const passedOn = await server.call(null, "GET", "/api/metrics", undefined, {
    "x-forwarded-for": "203.0.113.9",
  });
  expect(passedOn.statusCode).toBe(401);
});
