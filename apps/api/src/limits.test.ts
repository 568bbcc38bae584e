import { Writable } from "node:stream";
import { afterEach, expect, test } from "vitest";
import { createLogger } from "./logging.ts";
import { addressKey } from "./plugins/limiters.ts";
import { makeServer, type TestServer } from "./test-server.ts";

let server: TestServer;
afterEach(() => server?.close());

test("more than so many requests a second of one principal is 429; others are not held up", async () => {
  server = await makeServer({ requestsPerSecond: 20 });
  const busy = await server.person("busy", ["author"]);
  const calm = await server.person("calm", ["author"]);
  const answers = await Promise.all(Array.from({ length: 60 }, () => server.call(busy, "GET", "/me")));
  const refused = answers.filter(({ statusCode }) => statusCode === 429);
  expect(refused.length).toBeGreaterThanOrEqual(20);
  expect(refused[0]!.json().error.code).toBe("RATE_LIMITED");
  expect(Number(refused[0]!.headers["retry-after"])).toBeGreaterThan(0);
  expect((await server.call(calm, "GET", "/me")).statusCode).toBe(200);
  expect((await server.call(null, "GET", "/api/health/live")).statusCode).toBe(200);
});

test("another IPv6 address of one's own /64 is the same address", () => {
  expect(addressKey("2001:db8:1:2:3:4:5:6")).toBe(addressKey("2001:db8:1:2::9"));
  expect(addressKey("2001:db8:1:2::9")).not.toBe(addressKey("2001:db8:1:3::9"));
  expect(addressKey("::ffff:192.0.2.1")).toBe("192.0.2.1");
  expect(addressKey("::1")).toBe(addressKey("::1"));
});

test("no secret and no query string gets into the log", async () => {
  let text = "";
  const sink = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  server = await makeServer({ log: createLogger("trace", sink) });
  const { authorization } = await server.person("canary", ["author"]);
  const cookie = "ade.session_token=canary-cookie";
  await server.app.inject({
    method: "GET",
    url: "/api/v1/me?token=canary-query",
    headers: { authorization, cookie },
  });
  await server.app.inject({
    method: "POST",
    url: "/api/auth/sign-in/email",
    payload: { email: "canary@example.org", password: "canary-password" },
  });
  await server.app.inject({
    method: "POST",
    url: "/api/v1/links/read",
    payload: { token: "canary-token-canary-token" },
  });
  expect(text).toContain("answered");
  expect(text).toContain('"request_id"');
  expect(text).not.toMatch(/canary-(cookie|query|password|token)/);
  expect(text).not.toContain(authorization.slice("Bearer ".length));
});
