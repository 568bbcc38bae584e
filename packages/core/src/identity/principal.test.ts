import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openIdentity, type TestIdentity, WHERE } from "./identity-fixture.ts";
import { apiKeyInput } from "./schema.ts";

let db: TestIdentity;
beforeAll(async () => {
  db = await openIdentity();
});
afterAll(() => db.close());

const nobody = (credentials: { cookie?: string; authorization?: string }) =>
  expect(db.identity.resolveActor({ ...credentials, where: WHERE })).resolves.toBeNull();

describe("a session cookie", () => {
  test("of a real sign-in stands for its person, with roles and groups of this moment", async () => {
    const ann = await db.person(["reviewer", "author"], { groups: ["sec", "dba"] });
    const cookie = await db.signIn(ann.email);
    expect(await db.actor({ cookie: `theme=dark; ${cookie}; other=1` })).toEqual({
      kind: "user",
      id: ann.id,
      name: ann.name,
      roles: ["reviewer", "author"],
      groups: ["dba", "sec"],
      scopes: null,
      owner_id: null,
      via: expect.stringMatching(/^session:[0-9a-f-]{36}$/),
      where: WHERE,
    });
    await db.identity.users.update(await db.actor({ cookie }), ann.id, { roles: ["author"], groups: [] });
    expect(await db.actor({ cookie })).toMatchObject({ roles: ["author"], groups: [] });
  });

  test("that was changed, cut, unsigned or signed by another secret is nobody", async () => {
    const ann = await db.person(["author"]);
    const cookie = await db.signIn(ann.email);
    const [name = "", value = ""] = cookie.split("=");
    const token = decodeURIComponent(value).split(".")[0] ?? "";
    const swapped = `${value[0] === "a" ? "b" : "a"}${value.slice(1)}`;
    await nobody({ cookie: `${name}=${swapped}` });
    await nobody({ cookie: `${name}=${token}` });
    await nobody({ cookie: `${name}=${token}.` });
    await nobody({ cookie: `${name}=${token}.${"A".repeat(43)}%3D` });
    await nobody({ cookie: `${name}=%E0%A4%A` });
    await nobody({ cookie: `x${cookie}` });
    await nobody({});
  });

  test("is nobody once it is signed out, expired, or its person has left", async () => {
    const ann = await db.person(["author"]);
    const first = await db.signIn(ann.email);
    const answer = await db.callAuth("/sign-out", {}, { cookie: first });
    expect(answer.status).toBe(200);
    await nobody({ cookie: first });

    const second = await db.signIn(ann.email);
    await db.prisma.session.updateMany({
      where: { user_id: ann.id },
      data: { expires_at: new Date(Date.now() - 1000) },
    });
    await nobody({ cookie: second });

    const third = await db.signIn(ann.email);
    await db.prisma.user.update({ where: { id: ann.id }, data: { active: false } });
    await nobody({ cookie: third });
  });
});

describe("an API key", () => {
  async function keyOf(input: object = {}) {
    const ann = await db.person(["author"], { groups: ["sec"] });
    const actor = await db.actor({ cookie: await db.signIn(ann.email) });
    const made = await db.identity.apiKeys.create(actor, apiKeyInput.parse({ name: "ci", ...input }));
    return { ann, actor, ...made };
  }

  test("stands for its person, narrowed to its scopes, and wins over a cookie", async () => {
    const { ann, id, key } = await keyOf({ scopes: ["tasks:read"] });
    const other = await db.person(["admin"]);
    const cookie = await db.signIn(other.email);
    expect(await db.actor({ key, cookie })).toMatchObject({
      kind: "user",
      id: ann.id,
      groups: ["sec"],
      scopes: ["tasks:read"],
      via: `key:${id}`,
    });
    await nobody({ cookie, authorization: "Bearer nonsense" });
    const { key: unscoped } = await keyOf();
    expect(await db.actor({ key: unscoped })).toMatchObject({ scopes: null });
  });

  test("is stored as a digest alone, and its use is noted", async () => {
    const { id, key } = await keyOf();
    const row = await db.prisma.api_key.findUniqueOrThrow({ where: { id } });
    expect(JSON.stringify(row)).not.toContain(key.slice(8));
    await db.actor({ key });
    const used = async () => (await db.prisma.api_key.findUniqueOrThrow({ where: { id } })).last_used_at;
    await expect.poll(used).toBeInstanceOf(Date);
  });

  test("is nobody once it is revoked, expired, changed, or its person has left", async () => {
    const { actor, id, key } = await keyOf();
    await nobody({ authorization: `Bearer ${key.slice(0, -1)}${key.endsWith("a") ? "b" : "a"}` });
    await nobody({ authorization: `Basic ${key}` });
    await nobody({ authorization: key });
    await db.identity.apiKeys.revoke(actor, id);
    await nobody({ authorization: `Bearer ${key}` });

    const expired = await keyOf({ expires_in_days: 1 });
    expect(await db.actor({ key: expired.key })).toBeTruthy();
    await db.prisma.api_key.update({
      where: { id: expired.id },
      data: { expires_at: new Date(Date.now() - 1) },
    });
    await nobody({ authorization: `Bearer ${expired.key}` });

    const left = await keyOf();
    await db.prisma.user.update({ where: { id: left.ann.id }, data: { active: false } });
    await nobody({ authorization: `Bearer ${left.key}` });
  });
});
