import { makeCore, type TestCore } from "@ade/testkit/make-core";
import { ManualClock } from "@ade/testkit/manual-clock";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DEFAULT_BACKLOG } from "../../approvals/service.ts";
import type { Actor } from "../../kernel/actor.ts";
import type { PolicyInput } from "../../policies/schema.ts";

const HOUR = 3_600_000;
let core: TestCore;
let clock: ManualClock;
let admin: Actor;
let author: Actor;
beforeEach(async () => {
  clock = new ManualClock(new Date());
  core = await makeCore({ clock });
  await core.startWorker();
  admin = await core.person(["admin"]);
  author = await core.person(["author"]);
});
afterEach(() => core.dispose());

const policy = (over: Partial<PolicyInput>) =>
  core.policies.create(admin, { name: "all", min_approvers: 1, reject_threshold: 1, active: true, ...over });
const approvals = async (id: string) => (await core.tasks.read(admin, id)).approvals;
const statusOf = async (id: string, person: Actor) =>
  (await approvals(id)).find(({ reviewer_id }) => reviewer_id === person.id);
const actions = async (id: string, ...wanted: string[]) => {
  const { entries } = await core.ledger.list(admin, { task_id: id, limit: 200, sort_order: "asc" });
  return entries.filter(({ action }) => wanted.includes(action));
};
const late = (hours: number) => clock.advance(hours * HOUR);
const manages = (manager: Actor, person: Actor) =>
  core.identity.users.update(admin, person.id, { manager_id: manager.id });

test("a review is reminded of once, then goes to manager, group and on-call, and ends there", async () => {
  const [reviewer, manager, security, duty] = [
    await core.person(["reviewer"]),
    await core.person(["reviewer"]),
    await core.person(["reviewer"], ["security"]),
    await core.person(["admin"]),
  ];
  await manages(manager, reviewer);
  await policy({ reviewers: [reviewer.id], escalate_to: "security" });
  const times = {
    starts_at: clock.now().toISOString(),
    ends_at: new Date(Date.now() + 300 * HOUR).toISOString(),
  };
  await core.onCall.create(admin, { user_id: duty.id, ...times });
  const task = await core.reviewing(author, core.noopTask());

  late(35);
  await core.sweep();
  expect(await actions(task.id, "approval.reminded")).toHaveLength(0);
  late(2);
  await core.sweep();
  await core.sweep();
  expect(await actions(task.id, "approval.reminded")).toHaveLength(1);

  late(12);
  await core.sweep();
  expect(await statusOf(task.id, manager)).toMatchObject({ status: "PENDING", stands_for: [reviewer.id] });
  const [first] = await actions(task.id, "approval.escalated");
  expect(first!.detail).toMatchObject({
    rung: "manager",
    to: [{ id: manager.id }],
    on_call: [{ id: duty.id }],
  });
  expect(await statusOf(task.id, security)).toBeUndefined();

  for (const next of [security, duty]) {
    await core.sweep();
    expect(await statusOf(task.id, next)).toBeUndefined();
    late(25);
    await core.sweep();
    expect(await statusOf(task.id, next)).toMatchObject({ status: "PENDING" });
  }
  late(500);
  await core.sweep();
  expect(await actions(task.id, "approval.escalated")).toHaveLength(3);
  expect(await actions(task.id, "approval.reminded")).toHaveLength(1);

  // Who was asked last answers, and what the policy demands of now holds for who stands for whom it names.
  const own = await statusOf(task.id, duty);
  expect(own!.requirement_ids).toHaveLength(1);
  await core.gate.respond(duty, own!.id, core.yes());
  expect((await core.taskIn(task.id, "COMPLETED")).execution?.result).toBe("success");
});

test("two workers that sweep at once escalate once", async () => {
  const [reviewer, manager] = [await core.person(["reviewer"]), await core.person(["reviewer"])];
  await manages(manager, reviewer);
  await policy({ reviewers: [reviewer.id] });
  const tasks = [
    await core.reviewing(author, core.noopTask()),
    await core.reviewing(author, core.noopTask()),
  ];
  late(49);
  await Promise.all(Array.from({ length: 6 }, () => core.gate.stepLate()));
  for (const { id } of tasks) {
    expect(await actions(id, "approval.escalated")).toHaveLength(1);
    expect(await approvals(id)).toHaveLength(2);
  }
});

test("an answer ends reminders and escalation", async () => {
  const [reviewer, second, manager] = [
    await core.person(["reviewer"]),
    await core.person(["reviewer"]),
    await core.person(["reviewer"]),
  ];
  await manages(manager, reviewer);
  await policy({ reviewers: [reviewer.id, second.id], min_approvers: 2 });
  const task = await core.reviewing(author, core.noopTask());
  await core.gate.respond(reviewer, (await statusOf(task.id, reviewer))!.id, core.yes());
  late(200);
  await core.sweep();
  expect(await statusOf(task.id, manager)).toBeUndefined();
  const facts = await actions(task.id, "approval.reminded", "approval.escalated");
  expect(facts.map(({ detail }) => detail.reviewer_id)).toEqual([second.id]);
});

test("a reviewer who leaves is replaced at once, by the manager, and the manager's yes counts", async () => {
  const [reviewer, manager] = [await core.person(["reviewer"]), await core.person(["reviewer"])];
  await manages(manager, reviewer);
  await policy({ reviewers: [reviewer.id] });
  const task = await core.reviewing(author, core.noopTask());
  await core.identity.users.update(admin, reviewer.id, { active: false });
  // No sweep: the fact itself wakes a worker.
  await expect
    .poll(() => statusOf(task.id, manager), { timeout: 20_000 })
    .toMatchObject({ status: "PENDING" });
  expect(await statusOf(task.id, reviewer)).toMatchObject({ status: "CLOSED", delegated_to: manager.id });
  const own = (await statusOf(task.id, manager))!;
  expect(own.stands_for).toEqual([reviewer.id]);
  await core.gate.respond(manager, own.id, core.yes());
  await core.taskIn(task.id, "COMPLETED");
});

test("one who loses the role is replaced by their delegate before their manager", async () => {
  const [reviewer, manager, delegate] = [
    await core.person(["reviewer"]),
    await core.person(["reviewer"]),
    await core.person(["reviewer"]),
  ];
  await manages(manager, reviewer);
  await policy({ reviewers: [reviewer.id] });
  const task = await core.reviewing(author, core.noopTask());
  await core.delegations.create(reviewer, {
    delegate_to: delegate.id,
    conditions: {},
    cascade: true,
    active: true,
  } as Parameters<typeof core.delegations.create>[1]);
  await core.identity.users.update(admin, reviewer.id, { roles: ["author"] });
  await core.gate.reassignLeft();
  await expect
    .poll(() => statusOf(task.id, delegate), { timeout: 20_000 })
    .toMatchObject({ status: "PENDING" });
  expect(await statusOf(task.id, manager)).toBeUndefined();
});

test("where nobody stands in, the escalation group does; where nobody can, author and admins are told", async () => {
  const [reviewer, sre] = [await core.person(["reviewer"]), await core.person(["reviewer"], ["sre"])];
  const made = await policy({ reviewers: [reviewer.id], escalate_to: "sre" });
  const first = await core.reviewing(author, core.noopTask());
  const { escalate_to: _none, ...rest } = { ...made, escalate_to: null };
  expect(rest.reviewers).toEqual([reviewer.id]);
  await core.policies.update(admin, made.id, { escalate_to: null });
  const second = await core.reviewing(author, core.noopTask());
  await core.identity.users.update(admin, reviewer.id, { active: false });
  await core.gate.reassignLeft();
  await expect.poll(() => statusOf(first.id, sre), { timeout: 20_000 }).toMatchObject({ status: "PENDING" });
  await expect
    .poll(() => statusOf(second.id, reviewer), { timeout: 20_000 })
    .toMatchObject({ status: "CLOSED" });
  expect(await actions(second.id, "approval.unanswerable")).toHaveLength(1);
  await core.ledger.settle();
  await core.notifications.tell();
  for (const person of [author, admin]) {
    const { notifications } = await core.notifications.list(person, { unread: true, limit: 50 });
    expect(notifications.filter(({ kind }) => kind === "attention")).toMatchObject([{ task_id: second.id }]);
  }
});

test("over its limit, old reviews become more urgent, and LOW risk passes only where an admin switched it on", async () => {
  const reviewer = await core.person(["reviewer"]);
  await policy({ reviewers: [reviewer.id] });
  const configs = Array.from({ length: 4 }, () => core.noopTask());
  for (const { resources } of configs)
    await core.resources.create(admin, {
      type: "service",
      id: resources[0]!.id,
      criticality: 0,
    } as Parameters<typeof core.resources.create>[1]);
  const tasks = [];
  for (const config of configs) tasks.push(await core.reviewing(author, config));
  const edited = tasks[3]!;
  await core.gate.edit(author, edited.id, {
    config: { ...configs[3]!, description: "Something else by now" },
  });
  await core.taskIn(edited.id, "REVIEWING");
  expect(tasks.map(({ risk }) => risk?.level)).toEqual(["LOW", "LOW", "LOW", "LOW"]);

  late(25);
  expect(await core.gate.workBacklog()).toBe(0);
  const limits = { ...DEFAULT_BACKLOG, open_per_reviewer: 2, open_overall: null };
  await core.gate.updateBacklog(admin, limits);
  expect(await core.gate.workBacklog()).toBe(4);
  expect(await core.gate.workBacklog()).toBe(0);
  expect((await statusOf(tasks[0]!.id, reviewer))!.priority).toBe("HIGH");
  expect(await actions(tasks[0]!.id, "approval.priority_raised")).toHaveLength(1);

  await core.gate.updateBacklog(admin, {
    ...limits,
    auto_approve: { enabled: true, per_author_and_hour: 2 },
  });
  await Promise.all([core.gate.workBacklog(), core.gate.workBacklog(), core.gate.workBacklog()]);
  const states = await Promise.all(tasks.map(async ({ id }) => (await core.tasks.read(admin, id)).state));
  expect(states.filter((state) => state === "REVIEWING")).toHaveLength(2);
  expect((await core.tasks.read(admin, edited.id)).state).toBe("REVIEWING");
  await core.taskIn(tasks[0]!.id, "COMPLETED");
  expect(await statusOf(tasks[0]!.id, reviewer)).toMatchObject({ status: "APPROVED", action: "backlog" });
  const [passed] = await actions(tasks[0]!.id, "approval.passed");
  expect(passed).toMatchObject({ actor_kind: "system", reason: expect.stringContaining("Backlog policy") });

  // The cap is for an hour: once it is over, the third passes, and what was edited never does.
  clock.advance(1.1 * HOUR);
  await core.gate.updateBacklog(admin, {
    ...limits,
    open_per_reviewer: 1,
    auto_approve: { enabled: true, per_author_and_hour: 2 },
  });
  await core.gate.workBacklog();
  expect((await core.tasks.read(admin, edited.id)).state).toBe("REVIEWING");
  await core.taskIn(tasks[2]!.id, "COMPLETED");
});
