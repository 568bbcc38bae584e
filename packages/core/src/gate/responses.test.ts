import { makeCore, type TestCore, type TestPeople } from "@ade/testkit/make-core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type RespondInput, respondInput } from "../approvals/schema.ts";
import { delegationInput } from "../delegations/schema.ts";
import { policyInput } from "../policies/schema.ts";

let core: TestCore;
let people: TestPeople;
beforeAll(async () => {
  core = await makeCore();
  await core.startWorker();
  people = await core.people();
});
afterAll(() => core.dispose());

const answer = (action: RespondInput["action"], more: Record<string, unknown> = {}): RespondInput =>
  respondInput.parse({ action, ...(action === "approve" ? {} : { reason: "because" }), ...more });
const read = (taskId: string) => core.tasks.read(people.admin, taskId);
const rowOf = async (taskId: string, reviewerId: string) =>
  (await read(taskId)).approvals.find(({ reviewer_id }) => reviewer_id === reviewerId)!;
const facts = async (taskId: string) =>
  (await core.ledger.list(people.admin, { task_id: taskId, limit: 200, sort_order: "asc" })).entries;

/** A task on which a policy asks exactly these people, so many of them. */
async function asking(reviewers: { id: string }[], min_approvers = 1) {
  const config = core.noopTask();
  const { type, id } = config.resources[0]!;
  await core.policies.create(
    people.admin,
    policyInput.parse({
      name: `policy of ${id}`,
      resource_patterns: [`${type}:${id}`],
      reviewers: reviewers.map((each) => each.id),
      min_approvers,
    }),
  );
  return core.reviewing(people.author, config);
}

test("what one person passes on, the other decides; the path is shown and the one in the middle may not answer", async () => {
  const [first, second, third] = [people.reviewer, people.second, await core.person(["reviewer"])];
  const task = await asking([first]);
  const own = await rowOf(task.id, first.id);
  expect(
    await core.gate.respond(first, own.id, answer("delegate", { delegate_to: second.id })),
  ).toMatchObject({ task_state: "REVIEWING", approval_id: own.id });
  const middle = await rowOf(task.id, second.id);
  await core.gate.respond(second, middle.id, answer("delegate", { delegate_to: third.id }));
  const end = await rowOf(task.id, third.id);
  expect(await rowOf(task.id, first.id)).toMatchObject({ status: "DELEGATED", delegated_to: second.id });
  expect(end).toMatchObject({ status: "PENDING", stands_for: [first.id, second.id], due_at: own.due_at });
  const { approvals } = await core.approvals.list(third, { task_id: task.id, page: 1, limit: 20 });
  expect(approvals.find(({ id }) => id === end.id)!.why[0]!.via).toEqual([
    first.name,
    second.name,
    third.name,
  ]);

  for (const [person, row] of [
    [first, own],
    [second, middle],
  ] as const) {
    await expect(core.gate.respond(person, row.id, core.yes())).rejects.toMatchObject({ code: "PASSED_ON" });
  }
  const back = core.gate.respond(third, end.id, answer("delegate", { delegate_to: first.id }));
  await expect(back).rejects.toMatchObject({ code: "DELEGATION_REFUSED", status: 409 });
  expect(await core.gate.respond(third, end.id, core.yes())).toMatchObject({ task_state: "APPROVED" });
  await core.taskIn(task.id, "COMPLETED");
});

test("what is passed on to somebody who is away goes to whom they delegated to, and comes back from there", async () => {
  const [away, standIn] = [await core.person(["reviewer"]), await core.person(["reviewer"])];
  await core.delegations.create(away, delegationInput.parse({ delegate_to: standIn.id }));
  const task = await asking([people.reviewer]);
  const own = await rowOf(task.id, people.reviewer.id);
  const before = await read(task.id);
  await core.gate.respond(people.reviewer, own.id, answer("delegate", { delegate_to: away.id }));
  expect(await rowOf(task.id, people.reviewer.id)).toMatchObject({ delegated_to: standIn.id });
  const row = await rowOf(task.id, standIn.id);
  expect(row).toMatchObject({ status: "PENDING", stands_for: [people.reviewer.id] });
  const { approvals } = await core.approvals.list(standIn, { task_id: task.id, page: 1, limit: 20 });
  const via = approvals.find(({ id }) => id === row.id)!.why[0]!.via;
  expect(via).toEqual([people.reviewer.name, away.name, standIn.name]);
  await core.gate.withdraw(people.reviewer, own.id);
  expect((await read(task.id)).requirements).toEqual(before.requirements);
  expect((await read(task.id)).approvals.filter(({ status }) => status === "PENDING")).toHaveLength(1);
});

test("a delegation of the chosen one that leads back to who passes it on is not followed", async () => {
  const away = await core.person(["reviewer"]);
  await core.delegations.create(away, delegationInput.parse({ delegate_to: people.reviewer.id }));
  const task = await asking([people.reviewer]);
  const own = await rowOf(task.id, people.reviewer.id);
  await core.gate.respond(people.reviewer, own.id, answer("delegate", { delegate_to: away.id }));
  expect(await rowOf(task.id, away.id)).toMatchObject({ status: "PENDING" });
});

test("what was passed on comes back, as long as nobody has answered it", async () => {
  const other = await core.person(["reviewer"]);
  const task = await asking([people.reviewer]);
  const own = await rowOf(task.id, people.reviewer.id);
  const before = await read(task.id);
  await core.gate.respond(people.reviewer, own.id, answer("delegate", { delegate_to: other.id }));
  await core.gate.withdraw(people.reviewer, own.id);
  expect((await read(task.id)).requirements).toEqual(before.requirements);
  expect((await read(task.id)).approvals).toEqual(before.approvals);
  await core.gate.respond(people.reviewer, own.id, answer("delegate", { delegate_to: other.id }));
  const theirs = await rowOf(task.id, other.id);
  await core.gate.respond(other, theirs.id, answer("delegate", { delegate_to: people.second.id }));
  await expect(core.gate.withdraw(people.reviewer, own.id)).rejects.toMatchObject({ code: "UNDO_TIME_OVER" });
});

test.each([
  ["the author", () => people.author.id],
  ["oneself", () => people.reviewer.id],
  ["nobody", () => "00000000-0000-4000-8000-000000000000"],
])("an approval is not passed on to %s", async (_who, id) => {
  const task = await asking([people.reviewer]);
  const own = await rowOf(task.id, people.reviewer.id);
  const input = answer("delegate", { delegate_to: id() });
  await expect(core.gate.respond(people.reviewer, own.id, input)).rejects.toMatchObject({
    code: "VALIDATION_ERROR",
    details: [{ field: "delegate_to", issue: expect.any(String) }],
  });
});

test("two of two cannot become one by passing it on to each other, nor an admin pass on what others are asked", async () => {
  const task = await asking([people.reviewer, people.second], 2);
  const own = await rowOf(task.id, people.reviewer.id);
  const input = answer("delegate", { delegate_to: people.second.id });
  await expect(core.gate.respond(people.reviewer, own.id, input)).rejects.toMatchObject({
    code: "DELEGATION_REFUSED",
  });
  await expect(core.gate.respond(people.admin, own.id, input)).rejects.toMatchObject({ code: "NOT_ASKED" });
});

test("an approval together with others waits for all of them, and taking it back asks them no more", async () => {
  const [one, two] = [await core.person(["reviewer"]), await core.person(["reviewer"])];
  const task = await asking([people.reviewer]);
  const own = await rowOf(task.id, people.reviewer.id);
  const before = await read(task.id);
  const require_additional_approvals = [one.id, two.id];
  const input = answer("approve", { options: { require_additional_approvals, undo_seconds: 30 } });
  await core.gate.respond(people.reviewer, own.id, input);
  expect((await read(task.id)).approvals).toHaveLength(3);
  await core.gate.withdraw(people.reviewer, own.id);
  expect(await read(task.id)).toMatchObject({
    approvals: before.approvals,
    requirements: before.requirements,
    required_approvals: 1,
  });

  const stays = answer("approve", { options: { require_additional_approvals } });
  expect(await core.gate.respond(people.reviewer, own.id, stays)).toMatchObject({ task_state: "REVIEWING" });
  expect(await read(task.id)).toMatchObject({ required_approvals: 3, current_approvals: 1 });
  const yes = async (person: typeof one) =>
    core.gate.respond(person, (await rowOf(task.id, person.id)).id, core.yes());
  expect(await yes(one)).toMatchObject({ task_state: "REVIEWING" });
  expect(await yes(two)).toMatchObject({ task_state: "APPROVED" });
  await core.taskIn(task.id, "COMPLETED");
});

test("an answer without the demand lifts it; the author is never demanded", async () => {
  const other = await core.person(["reviewer"]);
  const task = await asking([people.reviewer]);
  const own = await rowOf(task.id, people.reviewer.id);
  const demand = (id: string) => answer("approve", { options: { require_additional_approvals: [id] } });
  await expect(core.gate.respond(people.reviewer, own.id, demand(people.author.id))).rejects.toMatchObject({
    code: "VALIDATION_ERROR",
  });
  await core.gate.respond(people.reviewer, own.id, demand(other.id));
  expect(await core.gate.respond(people.reviewer, own.id, core.yes())).toMatchObject({
    task_state: "APPROVED",
  });
  expect(await rowOf(task.id, other.id)).toMatchObject({ status: "CLOSED" });
});

test("a change of mind is told with the answer before it", async () => {
  const task = await asking([people.reviewer, people.second], 2);
  const own = await rowOf(task.id, people.reviewer.id);
  await core.gate.respond(people.reviewer, own.id, core.yes());
  expect(await core.gate.respond(people.reviewer, own.id, answer("reject"))).toMatchObject({
    task_state: "REJECTED",
  });
  const changed = (await facts(task.id)).find(({ action }) => action === "approval.changed");
  expect(changed).toMatchObject({ from_state: "APPROVED", to_state: "REJECTED", reason: "because" });
  expect(changed!.detail).toMatchObject({
    previous: "approve",
    response: "reject",
    watchers: expect.arrayContaining([people.second.id]),
  });
});

test("a plain answer costs one read and one statement", async () => {
  const task = await asking([people.reviewer, people.second], 2);
  const own = await rowOf(task.id, people.reviewer.id);
  const { pool } = core.connections;
  const query = vi.spyOn(pool, "query");
  await core.gate.respond(people.reviewer, own.id, core.yes());
  const names = query.mock.calls.map(([statement]) => (statement as { name?: string }).name ?? "");
  query.mockRestore();
  // Sealing, which gives jobs their turns, and the feed read on a clock of their own.
  expect(names.filter((name) => !/^(sealer|turns|feed)-/.test(name))).toEqual([
    "task-of-approval",
    "task-respond-reviewing",
  ]);
});
