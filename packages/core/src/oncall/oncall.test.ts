import { makeCore, type TestCore } from "@ade/testkit/make-core";
import { ManualClock } from "@ade/testkit/manual-clock";
import { afterAll, beforeAll, expect, test } from "vitest";

const clock = new ManualClock("2026-03-02T08:00:00Z");
let core: TestCore;
beforeAll(async () => {
  core = await makeCore({ clock });
});
afterAll(() => core.dispose());

test("on call is who has a shift at that moment and has not left", async () => {
  const [admin, ann, bob] = await Promise.all([
    core.person(["admin"]),
    core.person(["reviewer"]),
    core.person(["reviewer"]),
  ]);
  const shift = { starts_at: "2026-03-02T09:00:00Z", ends_at: "2026-03-02T17:00:00Z" };
  const { id } = await core.onCall.create(admin, { user_id: ann.id, ...shift, note: "early" });
  await core.onCall.create(admin, { user_id: bob.id, ...shift });
  const at = (time: string) => core.onCall.at(new Date(`2026-03-02T${time}Z`));
  expect(await at("08:59:59")).toEqual([]);
  expect((await at("09:00:00")).sort()).toEqual([ann.id, bob.id].sort());
  expect(await at("17:00:00")).toEqual([]);
  await core.identity.users.update(admin, bob.id, { active: false });
  expect(await at("12:00:00")).toEqual([ann.id]);
  clock.advance(4 * 3_600_000);
  const { shifts } = await core.onCall.list({});
  expect(shifts.find((each) => each.id === id)).toMatchObject({
    user_name: ann.name,
    now: true,
    note: "early",
  });
  await core.onCall.remove(admin, id);
  expect(await at("12:00:00")).toEqual([]);
  await expect(core.onCall.remove(admin, id)).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("nobody who could not answer gets a shift, nor one that is none", async () => {
  const [admin, author] = await Promise.all([core.person(["admin"]), core.person(["author"])]);
  const times = { starts_at: "2026-03-03T09:00:00Z", ends_at: "2026-03-03T17:00:00Z" };
  for (const input of [
    { user_id: author.id, ...times },
    { user_id: admin.id, starts_at: times.ends_at, ends_at: times.starts_at },
    { user_id: admin.id, starts_at: "2026-03-01T09:00:00Z", ends_at: "2026-03-01T10:00:00Z" },
    { user_id: admin.id, starts_at: times.starts_at, ends_at: "2026-05-03T17:00:00Z" },
  ])
    await expect(core.onCall.create(admin, input)).rejects.toMatchObject({ code: "VALIDATION_ERROR" });
});
