import { afterAll, beforeAll, expect, test } from "vitest";
import { type Freeze, policyInput } from "../policies/schema.ts";
import { openWorkshop, type Workshop } from "./applying-fixture.ts";

let core: Workshop;
beforeAll(async () => {
  core = await openWorkshop();
});
afterAll(() => core.dispose());

/** Minute by minute around now, as a wall clock in UTC. */
const wall = (inMinutes: number) => new Date(Date.now() + inMinutes * 60_000).toISOString().slice(0, 16);
const frozen = (name: string, from = wall(-60), to = wall(60)): Freeze => ({
  name,
  dates: [{ from, to, time_zone: "UTC" }],
});
const policyOn = (config: ReturnType<Workshop["noopTask"]>, more: object) =>
  core.policies.create(
    core.who.admin,
    policyInput.parse({
      name: "Frozen",
      resource_patterns: [`service:default/${config.resources[0]!.id}`],
      ...more,
    }),
  );
const approve = (config: ReturnType<Workshop["noopTask"]>) =>
  core.approved(core.who.author, core.who.reviewer, config);

test("a frozen task is approved as usual, says what holds it, and is not applied before the end", async () => {
  const config = core.noopTask();
  const freeze = frozen("Year end");
  await policyOn(config, { freeze });
  const simulated = await core.gate.simulate(core.who.author, { config, metadata: { tags: [] } });
  expect(simulated.held_by).toMatchObject({ name: "Year end", until: `${freeze.dates![0]!.to}:00.000Z` });
  const task = await approve(config);
  expect(task.state).toBe("APPROVED");
  expect(task.waiting_for).toMatchObject({
    text: `held by the freeze “Year end” until ${freeze.dates![0]!.to.replace("T", " ")} UTC`,
    until: `${freeze.dates![0]!.to}:00.000Z`,
    whose_move: "system",
  });
  expect(await core.run(task.id)).toBe("not due");
  // Its time has come as far as the row goes, but the freeze still lasts: it is held again.
  await core.makeDue(task.id);
  expect(await core.run(task.id)).toBe("blocked");
  expect(await core.effects(task.id)).toBe(0);
});

test("a freeze written after the approval holds too, and lets go once it is lifted", async () => {
  const config = core.noopTask();
  const task = await approve(config);
  const policy = await policyOn(config, { freeze: frozen("Incident 7") });
  expect(await core.run(task.id)).toBe("blocked");
  expect((await core.read(task.id)).waiting_for).toMatchObject({ kind: "freeze", name: "Incident 7" });
  await core.sweep();
  expect((await core.read(task.id)).waiting_for).toMatchObject({ kind: "freeze" });
  core.applies = true;
  await core.policies.update(core.who.admin, policy.id, { freeze: null });
  await core.sweep();
  expect((await core.taskIn(task.id, "COMPLETED")).execution?.result).toBe("success");
  core.applies = false;
  expect(await core.facts(task.id)).toEqual(expect.arrayContaining(["task.blocked", "task.thawed"]));
});

test("what waives review waives no freeze", async () => {
  const config = core.noopTask();
  await policyOn(config, {
    auto_approve_if: { resources_in_scope: ["*"] },
    min_approvers: 0,
    freeze: frozen("Quiet night"),
  });
  const task = await core.reviewing(core.who.author, config);
  expect(task.state).toBe("APPROVED");
  expect(task.waiting_for?.text).toContain("Quiet night");
});

test("a force-apply that a second admin confirmed passes every freeze", async () => {
  const config = core.noopTask();
  await policyOn(config, { freeze: frozen("Year end") });
  const task = await core.reviewing(core.who.author, config);
  const second = await core.person(["admin"]);
  const why = { reason: "outage", ticket_ref: "INC-7" };
  const asked = await core.gate.forceApply(core.who.admin, task.id, why);
  const mine = asked.approvals.find(({ reviewer_id }) => reviewer_id === second.id)!;
  await core.gate.respond(second, mine.id, core.yes());
  expect(await core.run(task.id)).toBe("ended");
  expect(await core.effects(task.id)).toBe(1);
});

test("a freeze that is over holds nothing", async () => {
  const config = core.noopTask();
  await policyOn(config, { freeze: frozen("Last night", wall(-120), wall(-1)) });
  const task = await approve(config);
  expect(task.waiting_for?.text).toBe("waiting for a worker");
  expect(await core.run(task.id)).toBe("ended");
});

test("a change approved outside of its policy's window for applying waits until that opens", async () => {
  const config = core.noopTask();
  const minutesFrom = (inMinutes: number) => wall(inMinutes).slice(11);
  const days = [0, 1, 2, 3, 4, 5, 6];
  const opens = (from: string, to: string): Freeze => ({
    name: "Release window",
    outside: [{ days, from, to, time_zone: "UTC" }],
  });
  const policy = await policyOn(config, { freeze: opens(minutesFrom(60), minutesFrom(120)) });
  const task = await approve(config);
  expect(task.waiting_for).toMatchObject({
    text: `held by the freeze “Release window” until ${wall(60).replace("T", " ")} UTC`,
    until: `${wall(60)}:00.000Z`,
  });
  await core.makeDue(task.id);
  expect(await core.run(task.id)).toBe("blocked");
  core.applies = true;
  await core.policies.update(core.who.admin, policy.id, { freeze: opens(minutesFrom(-60), minutesFrom(60)) });
  await core.sweep();
  expect((await core.taskIn(task.id, "COMPLETED")).execution?.result).toBe("success");
  core.applies = false;
});
