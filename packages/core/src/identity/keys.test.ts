import { afterAll, beforeAll, expect, test } from "vitest";
import type { Role } from "../kernel/actor.ts";
import { openIdentity, type TestIdentity } from "./identity-fixture.ts";
import { apiKeyInput, listApiKeysQuery } from "./schema.ts";

let db: TestIdentity;
beforeAll(async () => {
  db = await openIdentity();
});
afterAll(() => db.close());

const code = (wanted: string) => expect.objectContaining({ code: wanted });
async function signedIn(...roles: Role[]) {
  const person = await db.person(roles);
  return db.actor({ cookie: await db.signIn(person.email) });
}
const everyKey = listApiKeysQuery.parse({});

test("a key cannot make a key that may do more, or for longer, than itself", async () => {
  const session = await signedIn("author");
  const scoped = await db.identity.apiKeys.create(session, {
    name: "a",
    scopes: ["tasks:write", "locks:write"],
  });
  const byScoped = await db.actor({ key: scoped.key });
  await expect(db.identity.apiKeys.create(byScoped, { name: "b" })).rejects.toEqual(
    code("KEY_EXCEEDS_RIGHTS"),
  );
  await expect(db.identity.apiKeys.create(byScoped, { name: "b", scopes: ["tasks:write"] })).rejects.toEqual(
    code("KEY_EXCEEDS_RIGHTS"),
  );

  const unscoped = await db.identity.apiKeys.create(session, { name: "c", expires_in_days: 2 });
  const byUnscoped = await db.actor({ key: unscoped.key });
  for (const scopes of [["locks:write"], ["locks:*"]]) {
    await expect(db.identity.apiKeys.create(byUnscoped, { name: "d", scopes })).rejects.toEqual(
      code("KEY_EXCEEDS_RIGHTS"),
    );
  }
  const child = await db.identity.apiKeys.create(byUnscoped, { name: "e", expires_in_days: 300 });
  const ends = async (id: string) =>
    (await db.prisma.api_key.findUniqueOrThrow({ where: { id } })).expires_at;
  expect(await ends(child.id)).toEqual(await ends(unscoped.id));
});

test("people see and revoke their own keys and those of their agents, admins all", async () => {
  const [ann, bob, admin] = [await signedIn("author"), await signedIn("reviewer"), await signedIn("admin")];
  const mine = await db.identity.apiKeys.create(ann, { name: "mine", scopes: ["tasks:read"] });
  const agentId = db.ids.uuid();
  await db.prisma.agent.create({
    data: { id: agentId, name: "robot", owner_id: ann.id, connection: { kind: "worker" } },
  });
  const { issued } = await db.ledger.write(admin, async (tx) => {
    const made = await db.identity.issueKey(tx, {
      holder: { kind: "agent", id: agentId },
      name: "its",
      scopes: null,
      expires_at: null,
      created_by: admin.id,
    });
    return { result: made, facts: [made.fact] };
  });

  const { api_keys } = await db.identity.apiKeys.list(ann, everyKey);
  expect(api_keys).toMatchObject([
    { id: mine.id, name: "mine", scopes: ["tasks:read"], start: mine.key.slice(0, 8) },
  ]);
  expect(JSON.stringify(api_keys)).not.toContain(mine.key.slice(8));
  const of = (actor: typeof ann, principal_id: string) =>
    db.identity.apiKeys.list(actor, { ...everyKey, principal_id }).then((answer) => answer.api_keys.length);
  expect([await of(ann, agentId), await of(bob, agentId), await of(admin, agentId)]).toEqual([1, 0, 1]);
  expect([await of(bob, ann.id), await of(admin, ann.id)]).toEqual([0, 1]);

  await expect(db.identity.apiKeys.revoke(bob, mine.id)).rejects.toEqual(code("NOT_FOUND"));
  await expect(db.identity.apiKeys.revoke(bob, issued.id)).rejects.toEqual(code("NOT_FOUND"));
  await db.identity.apiKeys.revoke(ann, issued.id);
  await db.identity.apiKeys.revoke(admin, mine.id);
  await db.identity.apiKeys.revoke(admin, mine.id);
  const facts = await db.factsOf(mine.id);
  expect(facts.map((fact) => fact.action)).toEqual(["key.created", "key.revoked"]);
  expect(JSON.stringify(facts)).not.toContain(mine.key.slice(4));
});

test("an agent lives by its key only while it and its owner are here, and makes no keys", async () => {
  const owner = await signedIn("author");
  const agentId = db.ids.uuid();
  await db.prisma.agent.create({
    data: { id: agentId, name: "another robot", owner_id: owner.id, connection: { kind: "worker" } },
  });
  const { key } = await db.ledger.write(owner, async (tx) => {
    const holder = { kind: "agent", id: agentId } as const;
    const made = await db.identity.issueKey(tx, {
      ...{ holder, name: "its", scopes: null, expires_at: null, created_by: owner.id },
    });
    return { result: made.issued, facts: [made.fact] };
  });
  const agent = await db.actor({ key });
  expect(agent).toMatchObject({ kind: "agent", id: agentId, roles: [], groups: [], owner_id: owner.id });
  await expect(db.identity.apiKeys.create(agent, { name: "more" })).rejects.toEqual(code("FORBIDDEN"));
  expect(await db.identity.me(agent)).toMatchObject({ kind: "agent", email: null, owner_id: owner.id });

  await db.prisma.agent.update({ where: { id: agentId }, data: { active: false } });
  await expect(db.actor({ key })).rejects.toThrow("Nobody");
  await db.prisma.agent.update({ where: { id: agentId }, data: { active: true } });
  await db.prisma.user.update({ where: { id: owner.id }, data: { active: false } });
  await expect(db.actor({ key })).rejects.toThrow("Nobody");
});

test("the border takes only scopes that look like scopes", () => {
  const ok = (scopes: unknown) => apiKeyInput.safeParse({ name: "k", scopes }).success;
  expect(ok(["tasks:write", "approval.respond", "locks:*"])).toBe(true);
  for (const scopes of [[], ["*"], ["tasks*"], ["tasks:"], [":write"], ["tasks:w*"], "tasks:write"]) {
    expect([scopes, ok(scopes)]).toEqual([scopes, false]);
  }
  expect(apiKeyInput.safeParse({ name: "k", principal_id: "x" }).success).toBe(false);
});
