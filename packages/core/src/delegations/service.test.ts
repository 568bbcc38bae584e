import { makeCore, type TestCore, type TestPeople } from "@ade/testkit/make-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Actor } from "../kernel/actor.ts";
import { type DelegationInput, delegationInput } from "./schema.ts";

let core: TestCore;
let people: TestPeople;
beforeAll(async () => {
  core = await makeCore();
  people = await core.people();
});
afterAll(() => core.dispose());

const create = (owner: Actor, to: Actor, more: Partial<DelegationInput> = {}) =>
  core.delegations.create(owner, delegationInput.parse({ delegate_to: to.id, ...more }));
const reviewer = () => core.person(["reviewer"]);
const code = (code: string) => expect.objectContaining({ code });

test("a delegation is made, read, changed and deleted by its owner; the ledger has each step", async () => {
  const [alice, bob] = [await reviewer(), await reviewer()];
  const made = await create(alice, bob, { conditions: { risk_above: 50 }, note: "On holiday" });
  expect(made).toMatchObject({
    ...{ version: 1, owner_id: alice.id, delegate_name: bob.name, cascade: true, active: true },
    ...{ state: "in_force", note: "On holiday", warnings: [] },
  });
  const patch = { note: null, cascade: false, expected_version: 1 };
  const changed = await core.delegations.update(alice, made.id, patch);
  expect(changed).toMatchObject({ version: 2, cascade: false, conditions: { risk_above: 50 } });
  expect(changed).not.toHaveProperty("note");
  await expect(core.delegations.update(alice, made.id, patch)).rejects.toThrow(code("CONFLICT"));
  expect(await core.delegations.get(bob, made.id)).toMatchObject({ version: 2 });
  await core.delegations.remove(alice, made.id);
  await expect(core.delegations.get(alice, made.id)).rejects.toThrow(code("NOT_FOUND"));
  const { entries } = await core.ledger.list(people.admin, {
    entity_id: made.id,
    limit: 10,
    sort_order: "asc",
  });
  expect(entries.map(({ action }) => action)).toEqual([
    "delegation.created",
    "delegation.updated",
    "delegation.deleted",
  ]);
});

test("times are kept to the microsecond", async () => {
  const [alice, bob] = [await reviewer(), await reviewer()];
  const times = { starts_at: "2026-01-01T00:00:00.123456Z", expires_at: "2126-01-01T01:00:00.5+01:00" };
  const made = await create(alice, bob, times);
  expect(made).toMatchObject({ ...times, expires_at: "2126-01-01T00:00:00.500Z" });
  const rule = (await core.delegations.active()).find(({ id }) => id === made.id);
  expect(rule).toMatchObject({ starts_at: times.starts_at, expires_at: "2126-01-01T00:00:00.500000Z" });
});

test("lists are of one's own, of those that come to one, of both, and for admins of everybody", async () => {
  const [alice, bob, carol] = [await reviewer(), await reviewer(), await reviewer()];
  const [there, back] = [await create(alice, bob), await create(carol, alice)];
  const list = async (actor: Actor, scope: "mine" | "to_me" | "both" | "all") =>
    (await core.delegations.list(actor, { scope })).map(({ id }) => id);
  expect(await list(alice, "mine")).toEqual([there.id]);
  expect(await list(alice, "to_me")).toEqual([back.id]);
  expect(await list(alice, "both")).toEqual([back.id, there.id]);
  expect(await list(people.admin, "all")).toEqual(expect.arrayContaining([back.id, there.id]));
  await expect(list(alice, "all")).rejects.toThrow(code("FORBIDDEN"));
});

test("nobody writes for somebody else but an admin; the delegate may read, a stranger may not", async () => {
  const [alice, bob, stranger] = [await reviewer(), await reviewer(), await reviewer()];
  await expect(create(bob, stranger, { owner_id: alice.id })).rejects.toThrow(code("FORBIDDEN"));
  const made = await create(people.admin, bob, { owner_id: alice.id });
  expect(made.owner_id).toBe(alice.id);
  for (const other of [bob, stranger]) {
    await expect(core.delegations.update(other, made.id, { active: false })).rejects.toThrow(
      code("FORBIDDEN"),
    );
    await expect(core.delegations.remove(other, made.id)).rejects.toThrow(code("FORBIDDEN"));
  }
  await expect(core.delegations.get(stranger, made.id)).rejects.toThrow(code("FORBIDDEN"));
  const trace = {
    owner_id: alice.id,
    type: "x",
    resource: { type: "service", id: "y" },
    risk: 1,
    tags: [],
  } as const;
  const input = { ...trace, tags: [] as string[] };
  await expect(core.delegations.trace(stranger, input)).rejects.toThrow(code("FORBIDDEN"));
  expect(await core.delegations.trace(people.admin, input)).toMatchObject({ end: { id: bob.id } });
});

test("what cannot be is refused, naming the field", async () => {
  const [alice, bob] = [await reviewer(), await reviewer()];
  const gone = await reviewer();
  await core.identity.users.update(people.admin, gone.id, { active: false });
  const refused = async (to: Actor, more: Partial<DelegationInput>) => {
    const error = await create(alice, to, more).catch((thrown: unknown) => thrown);
    return (error as { details?: { field: string }[] }).details?.map(({ field }) => field);
  };
  expect(await refused(alice, {})).toEqual(["delegate_to"]);
  expect(await refused(gone, {})).toEqual(["delegate_to"]);
  const same = "2126-01-01T00:00:00Z";
  expect(await refused(bob, { starts_at: same, expires_at: same })).toEqual(["expires_at"]);
});

test("its owner is told of circles, of chains that end at nobody and of what has ended", async () => {
  const [alice, bob, carol] = [await reviewer(), await reviewer(), await reviewer()];
  const author = await core.person(["author"]);
  await create(bob, carol);
  await create(carol, alice, { conditions: { risk_above: 90 } });
  expect((await create(alice, bob)).warnings).toEqual([
    `${alice.name} → ${bob.name} → ${carol.name} → ${alice.name} is a circle: where all of these delegations apply, ${alice.name} is asked.`,
  ]);
  expect((await create(alice, bob, { cascade: false })).warnings).toEqual([]);
  expect((await create(alice, author)).warnings).toEqual([
    `${author.name} may not review and passes on to nobody who may, so ${alice.name} is still asked.`,
  ]);
  await create(author, bob);
  expect((await create(alice, author, { cascade: true })).warnings).toContainEqual(
    expect.stringContaining("only what their own delegations pass on goes further"),
  );
  expect((await create(alice, bob, { expires_at: "2026-01-01T00:00:00Z" })).warnings).toEqual([
    "It has ended already, so it does nothing.",
  ]);
});

test("one owner has at most 100", async () => {
  const [alice, bob] = [await reviewer(), await reviewer()];
  for (let count = 0; count < 100; count++) await create(alice, bob, { active: false });
  await expect(create(alice, bob)).rejects.toThrow(code("TOO_MANY_DELEGATIONS"));
});

test("a trace shows where a request goes, at which moment, and what was looked at on the way", async () => {
  const [alice, bob, carol] = [await reviewer(), await reviewer(), await reviewer()];
  await create(alice, bob, { conditions: { task_types: ["infrastructure.*"], risk_above: 50 } });
  await create(bob, carol, { conditions: { namespaces: ["prod-*"] }, starts_at: "2126-01-01T00:00:00Z" });
  const change = {
    ...{ type: "infrastructure.deploy", risk: 60, tags: [] },
    resource: { type: "service" as const, namespace: "PROD-eu", id: "api" },
  };
  expect(await core.delegations.trace(alice, change)).toMatchObject({
    end: { id: bob.id },
    stops: `no delegation of ${bob.name} applies`,
    looks: [{ verdict: "taken" }, { verdict: "does_not_apply", why: "it has not begun yet" }],
  });
  expect(await core.delegations.trace(alice, { ...change, at: "2126-02-01T00:00:00Z" })).toMatchObject({
    path: [{ id: alice.id }, { id: bob.id }, { id: carol.id }],
    stops: `${carol.name} has delegated nothing`,
  });
  expect(await core.delegations.trace(alice, { ...change, risk: 50 })).toMatchObject({
    end: { id: alice.id },
  });
  expect(await core.delegations.trace(alice, { ...change, author_id: bob.id })).toMatchObject({
    end: { id: alice.id },
    warnings: [expect.stringContaining("made this change")],
  });
  const idle = await core.person(["author"]);
  expect(await core.delegations.trace(idle, change)).toMatchObject({
    warnings: [`No policy asks ${idle.name}, who may not review: this is only how it would go from there.`],
  });
});
