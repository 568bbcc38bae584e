import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Caller, makeServer, noopTask, type TestServer } from "./test-server.ts";

const ACCEPT = { accept: "application/json, text/event-stream" };

let server: TestServer;
let robot: Caller;
beforeAll(async () => {
  server = await makeServer({ bodyLimitBytes: 20_000 });
  robot = await server.agent("robot", await server.person("admin", ["admin"]));
});
afterAll(() => server?.close());

const send = (body: unknown, headers: Record<string, string> = {}, caller: Caller | null = robot) =>
  server.call(caller, "POST", "/api/mcp", body, { ...ACCEPT, ...headers });
const ask = (method: string, params?: object, id: unknown = 1) => ({
  ...{ jsonrpc: "2.0", id, method },
  ...(params && { params }),
});
const list = ask("tools/list");
const initialize = ask("initialize", {
  ...{ protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "tests", version: "1" } },
});

describe("the door", () => {
  test("opens to API keys alone: not to nobody, a made-up key, or a browser's session", async () => {
    for (const headers of [{}, { authorization: "Bearer ade_made_up_by_somebody_else" }] as const) {
      const response = await send(list, headers, null);
      expect(response.statusCode).toBe(401);
      expect(response.headers["www-authenticate"]).toContain("Bearer");
      expect(response.json().error).toMatchObject({ code: "UNAUTHENTICATED", next: expect.any(String) });
    }
    const email = "person@example.org";
    const password = "correct horse battery";
    await server.person("person", ["author"]);
    const signIn = await server.call(null, "POST", "/api/auth/sign-in/email", { email, password });
    const cookie = signIn.cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
    expect((await server.call(null, "GET", "/me", undefined, { cookie })).statusCode).toBe(200);
    expect((await send(list, { cookie }, null)).statusCode).toBe(401);
    expect((await send(list)).statusCode).toBe(200);
  });

  test("refuses pages of others, a rebound name among them, and takes our own", async () => {
    for (const origin of ["https://evil.example", "http://localhost:3000.evil.example", "null"]) {
      expect((await send(list, { origin })).json().error.code).toBe("FORBIDDEN");
      const rebound = { origin, host: new URL(URL.canParse(origin) ? origin : "http://null").host };
      expect((await send(list, rebound)).statusCode).toBe(403);
    }
    expect((await send(list, { "sec-fetch-site": "cross-site" })).statusCode).toBe(403);
    for (const origin of ["http://localhost:3000", "http://127.0.0.1:3000"]) {
      expect((await send(list, { origin })).statusCode).toBe(200);
    }
  });

  test("has no stream to open and no session: another's is not found", async () => {
    for (const method of ["GET", "DELETE"] as const) {
      const response = await server.call(robot, method, "/api/mcp", undefined, ACCEPT);
      expect(response.statusCode).toBe(405);
      expect(response.headers.allow).toBe("POST");
    }
    const response = await send(list, { "mcp-session-id": crypto.randomUUID() });
    expect(response.statusCode).toBe(404);
    expect((await send(initialize)).headers["mcp-session-id"]).toBeUndefined();
  });
});

describe("messages", () => {
  test("may come in any order: nothing is kept that one could be out of step with", async () => {
    expect((await send(ask("tools/call", { name: "simulate", arguments: noopTask() }))).json()).toMatchObject(
      {
        result: { structuredContent: { risk: expect.any(Object) } },
      },
    );
    const initialized = { jsonrpc: "2.0", method: "notifications/initialized" };
    expect((await send(initialized)).statusCode).toBe(202);
    expect((await send(initialize)).json().result).toMatchObject({ serverInfo: { name: "community-ade" } });
    expect((await send(initialize)).json().result).toMatchObject({ protocolVersion: "2025-06-18" });
    // An answer to nothing, and the end of a call that nobody made.
    expect((await send({ jsonrpc: "2.0", id: 9, result: {} })).statusCode).toBe(202);
    const cancelled = { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 9 } };
    expect((await send(cancelled)).statusCode).toBe(202);
  });

  test("that are none are refused, and say why", async () => {
    for (const body of [
      {},
      { jsonrpc: "1.0", id: 1, method: "tools/list" },
      ask("tools/list", undefined, {}),
    ]) {
      const response = await send(body);
      expect(response.statusCode).toBe(400);
      expect(response.json().error).toMatchObject({ code: -32_700 });
    }
    expect((await send([list, list])).json().error.code).toBe("VALIDATION_ERROR");
    expect((await send("{", { "content-type": "application/json" })).statusCode).toBe(400);
    expect((await send("hello", { "content-type": "text/plain" })).statusCode).toBe(400);
    expect((await send(list, { accept: "application/json" })).statusCode).toBe(406);
    expect((await send(list, { "mcp-protocol-version": "1999-01-01" })).statusCode).toBe(400);
    expect((await send(undefined)).statusCode).toBe(415);
    const large = ask("tools/call", { name: "simulate", arguments: { config: "x".repeat(30_000) } });
    expect((await send(large)).json().error.code).toBe("PAYLOAD_TOO_LARGE");
    let deep: unknown = 1;
    for (let depth = 0; depth < 200; depth++) deep = [deep];
    const nested = ask("tools/call", { name: "simulate", arguments: { deep } });
    expect((await send(nested)).json().error.code).toBe("VALIDATION_ERROR");
  });

  test("about what is not there are the protocol's own errors", async () => {
    expect((await send(ask("nobody/knows"))).json().error.code).toBe(-32_601);
    expect((await send(ask("tools/call", { name: "approve", arguments: {} }))).json().error).toMatchObject({
      ...{ code: -32_602, message: expect.stringContaining('There is no tool "approve"') },
    });
    expect((await send(ask("tools/call", { name: 7 }))).json().error.code).toBeLessThan(0);
    const wrong = ask("tools/call", { name: "get_task", arguments: { id: 7, more: true } });
    expect((await send(wrong)).json().result).toMatchObject({
      isError: true,
      structuredContent: { error: { code: "VALIDATION_ERROR", details: expect.any(Array) } },
    });
  });

  test("are counted as requests are", async () => {
    const limited = await makeServer({ requestsPerSecond: 5 });
    try {
      const caller = await limited.agent("eager", await limited.person("admin", ["admin"]));
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => limited.call(caller, "POST", "/api/mcp", list, ACCEPT)),
      );
      const refused = answers.filter(({ statusCode }) => statusCode === 429);
      expect(refused.length).toBeGreaterThan(5);
      expect(refused[0]!.headers["retry-after"]).toBeDefined();
    } finally {
      await limited.close();
    }
  });
});
