import { ManualClock } from "@ade/testkit/manual-clock";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openIdentity, PASSWORD, SYSTEM, type TestIdentity, WHERE } from "./identity-fixture.ts";
import { createUserInput } from "./schema.ts";

const clock = new ManualClock();
let db: TestIdentity;
beforeAll(async () => {
  db = await openIdentity({ clock });
});
afterAll(() => db.close());

const code = (wanted: string) => expect.objectContaining({ code: wanted });
const tokenOf = ({ path }: { path: string }) => path.split("token=")[1] ?? "";

test("an invited person sets a password by the link, once, and signs in with it", async () => {
  const input = createUserInput.parse({ email: "invited@example.com", name: "Invited", roles: ["author"] });
  const person = await db.identity.users.create(SYSTEM, input);
  const link = await db.identity.users.createLink(SYSTEM, person.id, "invite");
  const token = tokenOf(link);
  expect(link.path).toBe(`/accept?token=${token}`);
  expect(await db.identity.readLink(token)).toMatchObject({
    kind: "invite",
    name: "Invited",
    email: person.email,
  });
  expect(JSON.stringify(await db.prisma.verification.findMany())).not.toContain(token);

  await expect(db.identity.acceptLink({ token, password: "short" }, WHERE)).rejects.toEqual(
    code("WEAK_PASSWORD"),
  );
  const accept = () => db.identity.acceptLink({ token, password: PASSWORD }, WHERE);
  const ended = await Promise.allSettled([accept(), accept(), accept()]);
  expect(ended.filter((one) => one.status === "fulfilled")).toHaveLength(1);
  await expect(accept()).rejects.toEqual(code("LINK_INVALID"));
  expect(await db.actor({ cookie: await db.signIn(person.email) })).toMatchObject({ id: person.id });

  const facts = await db.factsOf(person.id);
  expect(facts.map((fact) => fact.action)).toEqual([
    "user.created",
    "link.created",
    "user.password_set",
    "session.signed_in",
  ]);
  expect(facts[2]).toMatchObject({ actor_id: person.id, via: expect.stringMatching(/^link:/) });
  expect(JSON.stringify(facts)).not.toContain(token);
});

test("a reset ends the sessions that the old password made, and a newer link ends the older", async () => {
  const ann = await db.person(["author"]);
  const cookie = await db.signIn(ann.email);
  const older = tokenOf(await db.identity.users.createLink(SYSTEM, ann.id, "reset"));
  const newer = tokenOf(await db.identity.users.createLink(SYSTEM, ann.id, "reset"));
  await expect(db.identity.readLink(older)).rejects.toEqual(code("LINK_INVALID"));
  await db.identity.acceptLink({ token: newer, password: "the password after" }, WHERE);
  await expect(db.actor({ cookie })).rejects.toThrow("Nobody");
  await expect(db.signIn(ann.email)).rejects.toThrow("401");
  await db.signIn(ann.email, "the password after");
});

test("a link ends in time, and is nothing for who has left or was never there", async () => {
  const ann = await db.person(["author"]);
  const token = tokenOf(await db.identity.users.createLink(SYSTEM, ann.id, "reset"));
  clock.advance(24 * 3_600_000 - 1);
  await db.identity.readLink(token);
  clock.advance(1);
  await expect(db.identity.readLink(token)).rejects.toEqual(code("LINK_INVALID"));
  await expect(db.identity.acceptLink({ token, password: PASSWORD }, WHERE)).rejects.toEqual(
    code("LINK_INVALID"),
  );
  await expect(db.identity.readLink("x".repeat(43))).rejects.toEqual(code("LINK_INVALID"));
  await db.identity.users.update(SYSTEM, ann.id, { active: false });
  await expect(db.identity.users.createLink(SYSTEM, ann.id, "reset")).rejects.toEqual(code("LINK_INVALID"));
  await expect(db.identity.users.createLink(SYSTEM, db.ids.uuid(), "reset")).rejects.toEqual(
    code("NOT_FOUND"),
  );
});
