import { makeCore, type TestCore, type TestPeople } from "@ade/testkit/make-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { respondInput } from "../approvals/schema.ts";
import type { Actor } from "../kernel/actor.ts";
import { policyInput } from "../policies/schema.ts";

let core: TestCore;
let people: TestPeople;
let other: Actor;
beforeAll(async () => {
  core = await makeCore();
  await core.startWorker();
  people = await core.people();
  other = await core.person(["admin"]);
});
afterAll(() => core.dispose());

const why = { reason: "the reviewer is on a plane", ticket_ref: "INC-7" };
const no = respondInput.parse({ action: "reject", reason: "wait for them" });
const read = (taskId: string) => core.tasks.get(people.admin, taskId);
const facts = async (taskId: string) =>
  (await core.ledger.list(people.admin, { task_id: taskId, limit: 200, sort_order: "asc" })).entries;

async function asking(groups: { name: string; reviewers: Actor[] }[], author = people.author) {
  const config = core.noopTask();
  const { type, id } = config.resources[0]!;
  const policies = [];
  for (const { name, reviewers } of groups) {
    const input = { name, resource_patterns: [`${type}:${id}`], reviewers: reviewers.map((each) => each.id) };
    policies.push(await core.policies.create(people.admin, policyInput.parse(input)));
  }
  return { task: await core.reviewing(author, config), policies };
}

test("a second admin lets one requirement be passed, and it is shown for good", async () => {
  const { task, policies } = await asking([
    { name: "one", reviewers: [people.reviewer] },
    { name: "two", reviewers: [people.second] },
  ]);
  const asked = await core.gate.override(people.admin, task.id, { ...why, requirement_id: policies[0]!.id });
  expect(asked.approvals.map(({ reviewer_id }) => reviewer_id)).toEqual([other.id]);
  expect((await read(task.id)).approvals).toHaveLength(2);
  expect(await core.gate.respond(other, asked.id, core.yes())).toMatchObject({ task_state: "REVIEWING" });
  expect(await read(task.id)).toMatchObject({
    required_approvals: 1,
    overrides: [{ status: "confirmed", requested_by: people.admin.id, decided_by: other.id, ...why }],
  });
  const yes = (await read(task.id)).approvals.find(({ reviewer_id }) => reviewer_id === people.second.id)!;
  expect(await core.gate.respond(people.second, yes.id, core.yes())).toMatchObject({
    task_state: "APPROVED",
  });
  const done = await core.taskIn(task.id, "COMPLETED");
  expect(done.overrides).toHaveLength(1);
  const told = await facts(task.id);
  for (const action of ["task.override_requested", "task.override_confirmed"]) {
    const fact = told.find((each) => each.action === action)!;
    expect(fact).toMatchObject({ ticket_ref: "INC-7" });
    expect(fact.detail.watchers).toEqual(expect.arrayContaining([people.admin.id, other.id]));
  }
  expect(told.find(({ action }) => action === "task.apply_started")!.detail.overrides).toHaveLength(1);
});

test("everything that is open is passed at once, and the task is approved by it", async () => {
  const { task } = await asking([{ name: "one", reviewers: [people.reviewer] }]);
  const { id } = await core.gate.override(people.admin, task.id, why);
  expect(await core.gate.respond(other, id, core.yes())).toMatchObject({ task_state: "APPROVED" });
  await core.taskIn(task.id, "COMPLETED");
  const move = (await facts(task.id)).find(({ action }) => action === "task.overridden");
  expect(move).toMatchObject({ from_state: "REVIEWING", to_state: "APPROVED", actor_id: other.id });
});

test("force-apply goes past review; a refusal leaves it as it was, and a new one can be asked for", async () => {
  const { task } = await asking([{ name: "one", reviewers: [people.reviewer] }]);
  const first = await core.gate.forceApply(people.admin, task.id, why);
  await expect(core.gate.forceApply(people.admin, task.id, why)).rejects.toMatchObject({
    code: "OVERRIDE_OPEN",
  });
  expect(await core.gate.respond(other, first.id, no)).toMatchObject({ task_state: "REVIEWING" });
  expect((await read(task.id)).overrides).toMatchObject([{ status: "refused" }]);
  await expect(core.gate.respond(other, first.id, core.yes())).rejects.toMatchObject({
    code: "OVERRIDE_OVER",
  });
  const again = await core.gate.forceApply(people.admin, task.id, why);
  await expect(core.gate.respond(other, first.id, core.yes())).rejects.toMatchObject({ status: 404 });
  expect(await core.gate.respond(other, again.id, core.yes())).toMatchObject({ task_state: "APPROVED" });
  await core.taskIn(task.id, "COMPLETED");
});

test("whoever asks does not confirm, nor does a maker, a reviewer or an agent ask or confirm", async () => {
  const adminAuthor = await core.person(["admin", "author"]);
  const { task } = await asking([{ name: "one", reviewers: [people.reviewer] }], adminAuthor);
  await expect(core.gate.override(adminAuthor, task.id, why)).rejects.toMatchObject({
    code: "SELF_APPROVAL",
  });
  await expect(core.gate.override(people.reviewer, task.id, why)).rejects.toMatchObject({ status: 403 });
  const asked = await core.gate.override(people.admin, task.id, why);
  expect(asked.approvals.map(({ reviewer_id }) => reviewer_id)).toEqual([other.id]);
  for (const [who, code] of [
    [people.admin, "SECOND_ADMIN_NEEDED"],
    [adminAuthor, "SELF_APPROVAL"],
    [people.reviewer, "NOT_ASKED"],
    [{ ...other, kind: "agent" as const }, "NOT_ASKED"],
  ] as const) {
    await expect(core.gate.respond(who, asked.id, core.yes())).rejects.toMatchObject({ code });
  }
  expect((await read(task.id)).state).toBe("REVIEWING");
});

test("an edit lapses an override, and so does the end of the task", async () => {
  const { task } = await asking([{ name: "one", reviewers: [people.reviewer] }]);
  const asked = await core.gate.override(people.admin, task.id, why);
  await core.gate.edit(people.author, task.id, { config: core.noopTask() });
  await core.taskIn(task.id, "REVIEWING");
  await expect(core.gate.respond(other, asked.id, core.yes())).rejects.toMatchObject({
    code: "STALE_REVISION",
  });
  expect((await read(task.id)).overrides).toMatchObject([{ status: "lapsed", revision: 1 }]);
  const next = await core.gate.override(people.admin, task.id, why);
  await core.gate.cancel(people.author, task.id, {});
  await expect(core.gate.respond(other, next.id, core.yes())).rejects.toMatchObject({
    code: "OVERRIDE_OVER",
  });
  expect((await read(task.id)).overrides).toMatchObject([{ status: "lapsed" }, { status: "lapsed" }]);
});

test("an admin who lost the role takes the override with them; what was approved goes back to review", async () => {
  const [asker, second] = [await core.person(["admin"]), await core.person(["admin"])];
  const { task } = await asking([{ name: "one", reviewers: [people.reviewer] }]);
  const asked = await core.gate.override(asker, task.id, why);
  await core.identity.users.update(people.admin, asker.id, { roles: ["reviewer"] });
  const mine = asked.approvals.find(({ reviewer_id }) => reviewer_id === second.id)!;
  await expect(core.gate.respond(second, mine.id, core.yes())).rejects.toMatchObject({
    code: "OVERRIDE_OVER",
  });
});
