import { afterAll, beforeAll, expect, test } from "vitest";
import { makeServer, PASSWORD, type TestServer } from "./test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await makeServer({ trustProxy: 1 });
});
afterAll(() => server.close());

function signIn(email: string, password: string, address: string) {
  return server.app.inject({
    method: "POST",
    url: "/api/auth/sign-in/email",
    headers: { "x-forwarded-for": address },
    payload: { email, password },
  });
}

test("a password gives a cookie, and the cookie is somebody until signed out", async () => {
  const { email, id } = await server.person("anna", ["author"]);
  const signedIn = await signIn(email, PASSWORD, "198.51.100.1");
  expect(signedIn.statusCode).toBe(200);
  const set = signedIn.cookies.find(({ name }) => name.endsWith("session_token"))!;
  expect(set).toMatchObject({ httpOnly: true, sameSite: "Lax" });
  const cookie = `${set.name}=${encodeURIComponent(set.value)}`;
  const me = await server.app.inject({ method: "GET", url: "/api/v1/me", headers: { cookie } });
  expect(me.json()).toMatchObject({ id, kind: "user", roles: ["author"] });
  const out = await server.app.inject({ method: "POST", url: "/api/auth/sign-out", headers: { cookie } });
  expect(out.statusCode).toBe(200);
  const after = await server.app.inject({ method: "GET", url: "/api/v1/me", headers: { cookie } });
  expect(after.statusCode).toBe(401);
});

test("ten failed tries of one account, even at once and from anywhere, and the next is 429", async () => {
  const { email } = await server.person("bert", ["author"]);
  const tries = await Promise.all(
    Array.from({ length: 14 }, (_, index) => signIn(email, "wrong password", `198.51.100.${10 + index}`)),
  );
  const statuses = tries.map(({ statusCode }) => statusCode);
  expect(statuses.filter((status) => status === 401)).toHaveLength(10);
  expect(statuses.filter((status) => status === 429)).toHaveLength(4);
  const refused = await signIn(email.toUpperCase(), PASSWORD, "198.51.100.99");
  expect(refused.statusCode).toBe(429);
  expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
  expect(refused.json().error.code).toBe("RATE_LIMITED");
});

test("successful sign-ins do not count", async () => {
  const { email } = await server.person("cleo", ["author"]);
  for (let turn = 0; turn < 12; turn += 1) {
    expect((await signIn(email, PASSWORD, "198.51.100.40")).statusCode).toBe(200);
  }
});

test("a hundred failed tries from one address, and the next is 429 for any account", async () => {
  const { email } = await server.person("dora", ["author"]);
  const limit = server.core.connections.redis;
  // The count as it is after 100 failures; a hundred password hashes would take half a minute.
  await limit.set("ade:limit:sign-in-address:198.51.100.50", "100", "EX", 600);
  expect((await signIn(email, PASSWORD, "198.51.100.50")).statusCode).toBe(429);
  expect((await signIn(email, PASSWORD, "198.51.100.51")).statusCode).toBe(200);
});

test("with Redis away each process counts for itself", async () => {
  const { email } = await server.person("emil", ["author"]);
  const redis = server.core.connections.redis;
  redis.disconnect();
  try {
    const statuses: number[] = [];
    for (let turn = 0; turn < 11; turn += 1) {
      statuses.push((await signIn(email, "wrong password", "198.51.100.60")).statusCode);
    }
    expect(statuses).toEqual([...Array<number>(10).fill(401), 429]);
  } finally {
    await redis.connect();
  }
});
