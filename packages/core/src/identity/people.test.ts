import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openIdentity, PASSWORD, SYSTEM, type TestIdentity } from "./identity-fixture.ts";
import { createUserInput, listUsersQuery, updateUserInput } from "./schema.ts";

let db: TestIdentity;
beforeAll(async () => {
  db = await openIdentity();
});
afterAll(() => db.close());

const code = (wanted: string) => expect.objectContaining({ code: wanted });

describe("making a person", () => {
  test("makes groups that do not exist, and the ledger tells all but names, addresses and passwords", async () => {
    const boss = await db.person(["admin"], { groups: ["known"] });
    const ann = await db.person(["author"], { groups: ["fresh", "known", "fresh"], manager_id: boss.id });
    expect(ann).toMatchObject({
      groups: ["fresh", "known"],
      roles: ["author"],
      manager_id: boss.id,
      active: true,
    });
    expect(await db.identity.users.get(ann.id)).toEqual(ann);
    const groups = await db.identity.groups();
    expect(groups).toContainEqual({ id: expect.any(String), name: "known", members: 2 });
    const fresh = groups.find((group) => group.name === "fresh");
    expect((await db.factsOf(fresh?.id ?? "")).map((fact) => fact.action)).toEqual(["group.created"]);
    const facts = await db.factsOf(ann.id);
    expect(facts.map((fact) => fact.action)).toEqual(["user.created"]);
    const told = JSON.stringify(facts);
    for (const secret of [ann.email, ann.name, PASSWORD]) expect(told).not.toContain(secret);
  });

  test("an address belongs to one person, in any case, asked twenty times at once", async () => {
    const tries = Array.from({ length: 20 }, (_, index) => {
      const email = index % 2 ? "Once@Example.com" : "once@example.com";
      return db.identity.users.create(SYSTEM, createUserInput.parse({ email, name: "Once", roles: [] }));
    });
    const ended = await Promise.allSettled(tries);
    expect(ended.filter((one) => one.status === "fulfilled")).toHaveLength(1);
    for (const one of ended) if (one.status === "rejected") expect(one.reason).toEqual(code("EMAIL_TAKEN"));
  });

  test("refuses weak passwords and managers that do not exist", async () => {
    const make = (more: object) =>
      db.identity.users.create(
        SYSTEM,
        createUserInput.parse({ email: "weak-one@example.com", name: "Weak", roles: [], ...more }),
      );
    for (const password of ["123456789", "aaaaaaaaaaaa", "Weak-One@example.com"]) {
      await expect(make({ password })).rejects.toEqual(code("WEAK_PASSWORD"));
    }
    await expect(make({ manager_id: SYSTEM_ID })).rejects.toEqual(code("VALIDATION_ERROR"));
    expect(await db.prisma.user.count({ where: { email: "weak-one@example.com" } })).toBe(0);
  });

  test("the border takes nothing it does not know, and no roles that there are not", () => {
    const person = { email: "a@example.com", name: "A", roles: ["author"] };
    expect(createUserInput.safeParse(person).success).toBe(true);
    for (const bad of [
      { active: true },
      { email_verified: true },
      { roles: ["root"] },
      { email: "not an address" },
      { name: "evil\u202Eeman" },
      { name: "two\nlines" },
      { groups: [""] },
    ]) {
      expect([bad, createUserInput.safeParse({ ...person, ...bad }).success]).toEqual([bad, false]);
    }
    expect(updateUserInput.safeParse({ email: "b@example.com" }).success).toBe(false);
  });
});

const SYSTEM_ID = "0192f0c4-0000-7000-8000-000000000001";

describe("changing a person", () => {
  test("replaces roles and groups whole, leaves the rest, and says from what to what", async () => {
    const ann = await db.person(["author"], { groups: ["a", "b"] });
    const changed = await db.identity.users.update(SYSTEM, ann.id, {
      roles: ["reviewer"],
      groups: ["b", "c"],
    });
    expect(changed).toMatchObject({
      roles: ["reviewer"],
      groups: ["b", "c"],
      name: ann.name,
      email: ann.email,
    });
    const [, fact] = await db.factsOf(ann.id);
    expect(fact).toMatchObject({
      action: "user.updated",
      detail: { roles: { from: ["author"], to: ["reviewer"] }, groups: { from: ["a", "b"], to: ["b", "c"] } },
    });
    await db.identity.users.update(SYSTEM, ann.id, { roles: ["reviewer"] });
    expect(await db.factsOf(ann.id)).toHaveLength(2);
  });

  test("refuses a circle of managers", async () => {
    const top = await db.person([]);
    const middle = await db.person([], { manager_id: top.id });
    const low = await db.person([], { manager_id: middle.id });
    for (const manager_id of [top.id, middle.id, low.id]) {
      await expect(db.identity.users.update(SYSTEM, top.id, { manager_id })).rejects.toEqual(
        code("VALIDATION_ERROR"),
      );
    }
    expect(await db.identity.users.update(SYSTEM, low.id, { manager_id: top.id })).toMatchObject({
      manager_id: top.id,
    });
  });

  test("leaving ends sessions, keys and links at once; coming back does not bring them back", async () => {
    const ann = await db.person(["author"]);
    const cookie = await db.signIn(ann.email);
    const { key } = await db.identity.apiKeys.create(await db.actor({ cookie }), { name: "ci" });
    const link = await db.identity.users.createLink(SYSTEM, ann.id, "reset");
    await db.identity.users.update(SYSTEM, ann.id, { active: false });
    await db.identity.users.update(SYSTEM, ann.id, { active: true });
    await expect(db.actor({ cookie })).rejects.toThrow("Nobody");
    await expect(db.actor({ key })).rejects.toThrow("Nobody");
    const token = link.path.split("token=")[1] ?? "";
    await expect(db.identity.readLink(token)).rejects.toEqual(code("LINK_INVALID"));
    const left = (await db.factsOf(ann.id)).find((fact) => fact.action === "user.deactivated");
    expect(left?.detail).toEqual({ sessions_ended: 1, keys_revoked: 1 });
  });
});

describe("the last active admin", () => {
  test("can neither leave nor be demoted, also when two admins demote each other at once", async () => {
    const own = await openIdentity();
    const [ann, bob] = [await own.person(["admin"]), await own.person(["admin", "author"])];
    const ended = await Promise.allSettled([
      own.identity.users.update(SYSTEM, ann.id, { roles: [] }),
      own.identity.users.update(SYSTEM, bob.id, { active: false }),
    ]);
    expect(ended.filter((one) => one.status === "fulfilled")).toHaveLength(1);
    const refused = ended.find((one) => one.status === "rejected");
    expect(refused?.reason).toEqual(code("LAST_ADMIN"));
    const people = await own.identity.directory();
    expect(people.filter((one) => one.active && one.roles.includes("admin"))).toHaveLength(1);
    await own.close();
  });

  test("is made at first start, once, whoever starts at the same moment", async () => {
    const own = await openIdentity();
    const made = await Promise.all(Array.from({ length: 8 }, () => own.identity.ensureFirstAdmin({})));
    expect(made.filter((one) => one.created)).toHaveLength(1);
    const { email = "", one_time_password } = made.find((one) => one.created) ?? {};
    expect(await own.actor({ cookie: await own.signIn(email, one_time_password) })).toMatchObject({
      roles: ["admin"],
    });
    const settings = { email: "Root@Example.com", password: "given by settings" };
    expect(await own.identity.ensureFirstAdmin(settings)).toEqual({
      created: true,
      email: "root@example.com",
    });
    expect(await own.identity.ensureFirstAdmin({ ...settings, password: "another one" })).toEqual({
      created: false,
      email: "root@example.com",
    });
    await own.signIn("root@example.com", "given by settings");
    await own.close();
  });
});

test("people are listed by name, searched and paged without gaps or doubles", async () => {
  const own = await openIdentity();
  for (let index = 0; index < 7; index++) await own.person(index % 2 ? ["reviewer"] : ["author"]);
  const page = (more: object) => own.identity.users.list(listUsersQuery.parse({ limit: 3, ...more }));
  const names: string[] = [];
  let cursor: string | undefined;
  do {
    const answer = await page(cursor ? { cursor } : {});
    names.push(...answer.users.map((user) => user.name));
    expect(answer.pagination).toMatchObject({ total: 7, total_is_exact: true });
    cursor = answer.pagination.next_cursor;
  } while (cursor);
  expect(names).toEqual([1, 2, 3, 4, 5, 6, 7].map((number) => `Person ${number}`));
  expect((await page({ page: 3 })).users.map((user) => user.name)).toEqual(["Person 7"]);
  expect((await page({ role: "reviewer" })).pagination.total).toBe(3);
  expect((await page({ search: "SON-5@" })).users.map((user) => user.name)).toEqual(["Person 5"]);
  expect((await page({ search: "100%" })).users).toEqual([]);
  await expect(page({ cursor: "nonsense" })).rejects.toEqual(code("VALIDATION_ERROR"));
  await own.close();
});
