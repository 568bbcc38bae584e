import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ORIGIN, openIdentity, PASSWORD, SYSTEM, type TestIdentity, WHERE } from "./identity-fixture.ts";

let db: TestIdentity;
beforeAll(async () => {
  db = await openIdentity();
});
afterAll(() => db.close());

describe("signing in", () => {
  test("sets an HttpOnly, SameSite=Lax cookie, Secure where people come by https", async () => {
    const ann = await db.person(["author"]);
    const answer = await db.callAuth("/sign-in/email", {
      email: ann.email.toUpperCase(),
      password: PASSWORD,
    });
    expect(answer.status).toBe(200);
    const cookie = answer.headers.get("set-cookie") ?? "";
    expect(cookie).toMatch(/^ade\.session_token=.*HttpOnly.*SameSite=Lax/i);
    expect(cookie).not.toMatch(/Secure/i);

    const https = await openIdentity({ publicUrl: "https://ade.example.com" });
    const bob = await https.person(["author"]);
    const secured = await https.callAuth("/sign-in/email", { email: bob.email, password: PASSWORD });
    const header = secured.headers.get("set-cookie") ?? "";
    expect(header).toMatch(/^__Secure-ade\.session_token=.*HttpOnly; Secure; SameSite=Lax$/i);
    expect(await https.actor({ cookie: header.split(";")[0] ?? "" })).toMatchObject({ id: bob.id });
    await https.close();
  });

  test("is one entry of the ledger, with address and without personal data; a failed one is none", async () => {
    const ann = await db.person(["author"]);
    await db.callAuth("/sign-in/email", { email: ann.email, password: "not the password" });
    await db.signIn(ann.email);
    const facts = await db.factsOf(ann.id);
    expect(facts.map((fact) => fact.action)).toEqual(["user.created", "session.signed_in"]);
    expect(facts[1]).toMatchObject({ actor_id: ann.id, request_id: "req-1", service: "api" });
    expect(facts[1]?.via).toMatch(/^session:/);
    expect(JSON.stringify(facts)).not.toContain(ann.email);
    expect(JSON.stringify(facts)).not.toContain(PASSWORD);
    const personal = await db.prisma.ledger_personal.findUniqueOrThrow({
      where: { entry_id: facts[1]?.id ?? "" },
    });
    expect(personal).toMatchObject({ ip: "192.0.2.7", user_agent: "test" });
  });

  test("fails alike for a wrong password and an unknown address, and is refused to who has left", async () => {
    const ann = await db.person(["author"]);
    const wrong = await db.callAuth("/sign-in/email", { email: ann.email, password: "not the password" });
    const unknown = await db.callAuth("/sign-in/email", { email: "nobody@example.com", password: PASSWORD });
    expect([wrong.status, await wrong.text()]).toEqual([unknown.status, await unknown.text()]);
    expect(wrong.status).toBe(401);

    const cookie = await db.signIn(ann.email);
    await db.identity.users.update(SYSTEM, ann.id, { active: false });
    const left = await db.callAuth("/sign-in/email", { email: ann.email, password: PASSWORD });
    expect(left.status).toBe(403);
    expect(left.headers.get("set-cookie")).toBeNull();
    await expect(db.actor({ cookie })).rejects.toThrow("Nobody");
    expect(await db.prisma.session.count({ where: { user_id: ann.id } })).toBe(0);
  });

  test("takes the caller's address from the front door alone", async () => {
    const claimed = { "x-forwarded-for": "203.0.113.9", "x-ade-client-ip": "203.0.113.9" };
    for (const where of [WHERE, null]) {
      const ann = await db.person(["author"]);
      await db.callAuth("/sign-in/email", { email: ann.email, password: PASSWORD }, claimed, where);
      const session = await db.prisma.session.findFirstOrThrow({ where: { user_id: ann.id } });
      expect(session.ip_address).not.toBe("203.0.113.9");
      const signedIn = (await db.factsOf(ann.id)).at(-1);
      const entry_id = signedIn?.id ?? "";
      const personal = await db.prisma.ledger_personal.findUniqueOrThrow({ where: { entry_id } });
      expect(personal.ip).toBe(where?.ip ?? null);
    }
  });
});

describe("the routes of sign-in", () => {
  test("offer no sign-up and no change of a person: those go through the ledger", async () => {
    const ann = await db.person(["author"]);
    const cookie = await db.signIn(ann.email);
    const headers = { cookie, origin: ORIGIN };
    for (const path of [
      "/sign-up/email",
      "/update-user",
      "/change-email",
      "/delete-user",
      "/request-password-reset",
    ]) {
      const body = { email: "new@example.com", password: PASSWORD, name: "New", roles: ["admin"] };
      expect([path, (await db.callAuth(path, body, headers)).status]).toEqual([path, 404]);
    }
    expect((await db.callAuth("/sign-in/../sign-up/email", {}, headers)).status).toBe(404);
    expect(await db.prisma.user.count({ where: { email: "new@example.com" } })).toBe(0);
  });

  test("refuse a foreign Origin with a cookie; our own, the request's own Host and programs pass", async () => {
    const ann = await db.person(["author"]);
    const cookie = await db.signIn(ann.email);
    const status = async (headers: Record<string, string>) =>
      (await db.callAuth("/sign-in/email", { email: ann.email, password: PASSWORD }, { cookie, ...headers }))
        .status;
    expect(await status({ origin: "https://evil.example" })).toBe(403);
    expect(await status({ referer: "https://evil.example/page" })).toBe(403);
    expect(await status({ origin: "null" })).toBe(403);
    expect(await status({ "sec-fetch-site": "cross-site" })).toBe(403);
    expect(await status({ origin: ORIGIN })).toBe(200);
    expect(await status({ origin: "http://192.0.2.1:3000", host: "192.0.2.1:3000" })).toBe(200);
    expect(await status({})).toBe(200);
  });

  test("let a person change the password with the old one, and the ledger tells", async () => {
    const ann = await db.person(["author"]);
    const cookie = await db.signIn(ann.email);
    const change = (currentPassword: string, newPassword: string) =>
      db.callAuth(
        "/change-password",
        { currentPassword, newPassword, revokeOtherSessions: true },
        { cookie },
      );
    expect((await change("not the password", "another long password")).status).toBe(400);
    expect((await change(PASSWORD, "short")).status).toBe(400);
    expect((await change(PASSWORD, "another long password")).status).toBe(200);
    await db.signIn(ann.email, "another long password");
    const actions = (await db.factsOf(ann.id)).map((fact) => fact.action);
    expect(actions.filter((action) => action === "user.password_set")).toHaveLength(1);
  });
});
