import { makeCore, type TestCore, type TestPeople } from "@ade/testkit/make-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Actor } from "../kernel/actor.ts";
import { policyInput } from "../policies/schema.ts";
import { batchWarnings } from "./batch-warnings.ts";
import { batchInput } from "./schema.ts";

let core: TestCore;
let people: TestPeople;
beforeAll(async () => {
  core = await makeCore();
  await core.startWorker();
  people = await core.people();
});
afterAll(() => core.dispose());

const asked = async (config = core.noopTask(), reviewer: Actor = people.reviewer) => {
  const { id } = await core.reviewing(people.author, config);
  const task = await core.tasks.read(people.admin, id);
  return { id, approval: task.approvals.find(({ reviewer_id }) => reviewer_id === reviewer.id)!.id };
};
const batch = (approval_ids: string[], options = {}, more = {}) =>
  batchInput.parse({ approval_ids, action: "approve", options, ...more });
const state = async (id: string) => (await core.tasks.get(people.admin, id)).state;
const NOBODY = "00000000-0000-4000-8000-000000000000";

test("a batch is one transaction: all of them, in one commit", async () => {
  const tasks = await Promise.all([asked(), asked(), asked()]);
  const ids = tasks.map(({ approval }) => approval);
  const answer = await core.gate.respondToMany(people.reviewer, batch(ids));
  expect(answer).toMatchObject({ success: true, processed: 3, succeeded: 3, failed: 0, dry_run: false });
  expect(answer.results.map(({ approval_id }) => approval_id)).toEqual(ids);
  expect(answer.task_updates).toHaveLength(3);
  const { rows } = await core.connections.pool.query(
    `SELECT count(DISTINCT xmin::text)::int AS commits FROM ledger_entry
      WHERE action = 'task.approved' AND task_id = ANY($1::uuid[])`,
    [tasks.map(({ id }) => id)],
  );
  expect(rows[0].commits).toBe(1);
  for (const { id } of tasks) await core.taskIn(id, "COMPLETED");
});

test("one bad id and nothing changes; alone, the rest is done; and a dry run changes nothing at all", async () => {
  const [one, two] = await Promise.all([asked(), asked()]);
  const ids = [one.approval, NOBODY, two.approval];
  const dry = await core.gate.respondToMany(people.reviewer, batch([one.approval], { dry_run: true }));
  expect(dry).toMatchObject({ success: true, dry_run: true, task_updates: [{ new_state: "APPROVED" }] });
  const refused = await core.gate.respondToMany(people.reviewer, batch(ids));
  expect(refused).toMatchObject({ success: false, processed: 3, succeeded: 0, failed: 3, task_updates: [] });
  expect(refused.results.map(({ error }) => error!.code)).toEqual([
    "BATCH_UNDONE",
    "NOT_FOUND",
    "BATCH_UNDONE",
  ]);
  expect([await state(one.id), await state(two.id)]).toEqual(["REVIEWING", "REVIEWING"]);
  const { entries } = await core.ledger.list(people.admin, {
    task_id: one.id,
    limit: 200,
    sort_order: "asc",
  });
  expect(entries.filter(({ action }) => action === "approval.responded")).toEqual([]);

  const alone = await core.gate.respondToMany(people.reviewer, batch(ids, { continue_on_error: true }));
  expect(alone).toMatchObject({ success: false, succeeded: 2, failed: 1 });
  for (const { id } of [one, two]) await core.taskIn(id, "COMPLETED");
});

test("several answers to one task count one after the other", async () => {
  const config = core.noopTask();
  const { type, id } = config.resources[0]!;
  const reviewers = [people.reviewer.id, people.second.id, people.admin.id];
  const input = { name: "two", resource_patterns: [`${type}:${id}`], reviewers, min_approvers: 2 };
  await core.policies.create(people.admin, policyInput.parse(input));
  const task = await core.reviewing(people.author, config);
  const ids = task.approvals.map((approval) => approval.id);
  // An admin's answers to other people's approvals are one voice, whatever their number.
  const answer = await core.gate.respondToMany(people.admin, batch(ids));
  expect(answer).toMatchObject({ success: true, succeeded: 3 });
  expect(await core.tasks.get(people.admin, task.id)).toMatchObject({
    state: "REVIEWING",
    current_approvals: 1,
  });
});

test("twice the same, another's, and skip_validation by whoever is no admin are refused", async () => {
  const { approval } = await asked();
  const run = (actor: Actor, input: ReturnType<typeof batch>) => core.gate.respondToMany(actor, input);
  await expect(run(people.reviewer, batch([approval, approval]))).rejects.toMatchObject({ status: 400 });
  await expect(run(people.reviewer, batch([approval], { skip_validation: true }))).rejects.toMatchObject({
    status: 403,
  });
  const notMine = await run(await core.person(["reviewer"]), batch([approval]));
  expect(notMine.results[0]!.error!.code).toBe("NOT_ASKED");
  const bare = await run(people.reviewer, batch([approval], {}, { action: "reject" }));
  expect(bare.results[0]!.error!.code).toBe("VALIDATION_ERROR");
});

test("two batches over the same tasks in opposite orders both end", async () => {
  const tasks = await Promise.all(Array.from({ length: 6 }, () => asked()));
  const others = await Promise.all(
    tasks.map(async ({ id }) => {
      const { approvals } = await core.tasks.read(people.admin, id);
      return approvals.find(({ reviewer_id }) => reviewer_id === people.second.id)!.id;
    }),
  );
  const [one, two] = await Promise.all([
    core.gate.respondToMany(people.reviewer, batch(tasks.map(({ approval }) => approval))),
    core.gate.respondToMany(people.second, batch(others.reverse())),
  ]);
  expect([one.success, two.success].toSorted()).toEqual([false, true]);
});

test("the warnings name mixed risk, and what asks for a look of its own", () => {
  const tasks = (["LOW", "HIGH", "HIGH", "CRITICAL"] as const).map((risk_level, at) => ({
    id: `${at}`,
    risk_level,
  }));
  expect(batchWarnings(tasks, "approve")).toMatchObject([
    { code: "mixed_risk", message: "One answer to changes of different risk: 1 LOW, 2 HIGH, 1 CRITICAL." },
    { code: "high_risk", task_ids: ["1", "2"] },
    { code: "critical_risk", task_ids: ["3"] },
  ]);
  expect(batchWarnings(tasks.slice(1, 3), "reject")).toEqual([]);
});
