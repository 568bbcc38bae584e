import { makeCore, type TestCore } from "@ade/testkit/make-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DEFAULT_PREFERENCES, savedViewInput } from "./schema.ts";

let core: TestCore;
beforeAll(async () => {
  core = await makeCore();
});
afterAll(() => core.dispose());

const view = (name: string, shared = false) =>
  savedViewInput.parse({ page: "inbox", name, query: { section: "needs_you", risk: ["HIGH"] }, shared });

test("a change keeps what it does not name, and what nobody set has its default", async () => {
  const ann = await core.person(["reviewer"]);
  expect(await core.preferences.read(ann)).toEqual(DEFAULT_PREFERENCES);
  await core.preferences.write(ann, { undo_seconds: 3, keys: { "inbox.approve": "y" } });
  await core.preferences.write(ann, { notify: { asked: { in_app: true, email: true } } });
  const changed = await core.preferences.write(ann, { notify: { failed: { in_app: false, email: false } } });
  expect(changed).toEqual({
    ...DEFAULT_PREFERENCES,
    undo_seconds: 3,
    keys: { "inbox.approve": "y" },
    notify: {
      ...DEFAULT_PREFERENCES.notify,
      asked: { in_app: true, email: true },
      failed: { in_app: false, email: false },
    },
  });
  const other = await core.person(["reviewer"]);
  expect(await core.preferences.read(other)).toEqual(DEFAULT_PREFERENCES);
});

test("two changes at once are both kept", async () => {
  const ann = await core.person(["author"]);
  await Promise.all([
    core.preferences.write(ann, { undo_seconds: 0 }),
    core.preferences.write(ann, { single_keys: false }),
    core.preferences.write(ann, { notify: { asked: { in_app: false, email: true } } }),
    core.preferences.write(ann, { notify: { reminded: { in_app: false, email: false } } }),
  ]);
  expect(await core.preferences.read(ann)).toMatchObject({
    undo_seconds: 0,
    single_keys: false,
    notify: { asked: { in_app: false, email: true }, reminded: { in_app: false, email: false } },
  });
});

test("a saved view belongs to its owner; a shared one is offered to all and removed by owner or admin", async () => {
  const [ann, bob, admin] = await Promise.all([
    core.person(["reviewer"]),
    core.person(["reviewer"]),
    core.person(["admin"]),
  ]);
  const own = await core.preferences.views.save(ann, view("Mine"));
  const shared = await core.preferences.views.save(ann, view("For all", true));
  const seen = await core.preferences.views.list(bob, { page: "inbox" });
  expect(seen).toEqual([{ ...shared, mine: false, owner_name: ann.name }]);
  expect(await core.preferences.views.list(bob, { page: "tasks" })).toEqual([]);
  await expect(core.preferences.views.remove(bob, own.id)).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(core.preferences.views.remove(bob, shared.id)).rejects.toMatchObject({ code: "FORBIDDEN" });
  const again = await core.preferences.views.save(ann, { ...view("Mine"), query: { section: "decided" } });
  expect(again).toMatchObject({ id: own.id, query: { section: "decided" } });
  await core.preferences.views.remove(admin, shared.id);
  expect((await core.preferences.views.list(ann, {})).map(({ name }) => name)).toEqual(["Mine"]);
});

test("a hundred views are enough for one person, who can still replace one", async () => {
  const ann = await core.person(["reviewer"]);
  for (let index = 0; index < 100; index += 1) await core.preferences.views.save(ann, view(`view ${index}`));
  await expect(core.preferences.views.save(ann, view("one more"))).rejects.toMatchObject({
    code: "TOO_MANY_VIEWS",
  });
  await expect(core.preferences.views.save(ann, view("view 7", true))).resolves.toMatchObject({
    shared: true,
  });
});
