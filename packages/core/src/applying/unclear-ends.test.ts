import { afterAll, beforeAll, expect, test } from "vitest";
import { type Executor, ExecutorFailure, type Inspection } from "../executors/service.ts";
import { openWorkshop, type Workshop } from "./applying-fixture.ts";

/** What the next step of `test.odd` does. */
let apply: () => Promise<{ output: string }>;
let standing: Inspection | ExecutorFailure;
let noWayBack: string | null;
const rolledBack: string[] = [];
const forgotten: string[][] = [];

const LOST = "It was sent, and its answer was lost.";
const HALF = "it may be half of what was planned, or somebody else's";
const odd: Executor = {
  types: ["test.odd"],
  title: "Odd",
  description: "Does as the test says",
  parameters: { type: "object", additionalProperties: false, properties: {} },
  example: {},
  worst_case: 10,
  volatile: [],
  retry: true,
  cheap_plan: false,
  foreign: HALF,
  digest: () => "odd",
  resources: ({ resources }) => resources,
  noWayBack: () => noWayBack,
  plan: async ({ resources }) => ({
    valid: true,
    changes: resources.map((resource) => ({ resource, action: "change" })),
    warnings: [],
    errors: [],
    affected_services: [],
  }),
  stash: async () => null,
  apply: () => apply(),
  async inspect() {
    if (typeof standing !== "string") throw standing;
    return standing;
  },
  async rollback(_stash, { idempotency_key }) {
    rolledBack.push(idempotency_key);
    return { output: "back" };
  },
  async forget({ stillNeeded }) {
    forgotten.push([...(await stillNeeded(["no task's", ...asked]))]);
  },
};
let asked: string[] = [];

let core: Workshop;
beforeAll(async () => {
  core = await openWorkshop({ executors: [odd] });
});
afterAll(() => core.dispose());

const approved = () =>
  core.approved(core.who.author, core.who.reviewer, { ...core.noopTask(), type: "test.odd", parameters: {} });

test("where nobody can tell whether it took effect it ends as unknown, says so, and nothing is undone blindly", async () => {
  apply = async () => {
    throw new ExecutorFailure(LOST, { ended_as: "unknown" });
  };
  noWayBack = null;
  const task = await approved();
  expect(await core.run(task.id)).toBe("ended");
  const ended = await core.tasks.get(core.who.author, task.id);
  expect(ended.execution).toMatchObject({ result: "unknown", error: LOST });
  expect(rolledBack).toEqual([]);

  // Who has looked there may ask for its rollback, and its reviewers see that it is not known.
  standing = new ExecutorFailure(LOST, { ended_as: "unknown" });
  const rollback = await core.applying.rollBack(core.who.author, task.id, {});
  expect(rollback.preview).toMatchObject({ valid: true, warnings: [LOST] });
});

test("stopped while it was on its way, it is unknown too, and says by what it was stopped", async () => {
  const reached = Promise.withResolvers<void>();
  const stop = Promise.withResolvers<void>();
  apply = async () => {
    reached.resolve();
    await stop.promise;
    throw new ExecutorFailure(LOST, { ended_as: "unknown" });
  };
  const task = await approved();
  const running = core.run(task.id);
  await reached.promise;
  await core.gate.abort(core.who.admin, task.id, { reason: "Stop it" });
  await core.taskIn(task.id, "APPLYING");
  stop.resolve();
  expect(await running).toBe("ended");
  const { result, error } = (await core.tasks.get(core.who.author, task.id)).execution!;
  expect(result).toBe("unknown");
  expect(error).toContain(LOST);
});

test("what may be its own half-done work is not called somebody else's", async () => {
  const task = await approved();
  await core.dieWith(task.id);
  await core.applying.recoverLost();
  await core.makeDue(task.id);
  standing = "foreign";
  expect(await core.run(task.id)).toBe("sent back");
  const { entries } = await core.ledger.list(core.who.admin, {
    task_id: task.id,
    limit: 50,
    sort_order: "desc",
  });
  expect(entries.find(({ action }) => action === "task.drifted")?.reason).toBe(HALF);
});

test("a rollback that can never be is not offered, and the reason is said", async () => {
  apply = async () => ({ output: "done" });
  noWayBack = "It has no way back.";
  const task = await approved();
  await core.run(task.id);
  expect(await core.applying.rollbackStanding(await core.read(task.id))).toMatchObject({
    refused: "It has no way back.",
  });
  await expect(core.applying.rollBack(core.who.author, task.id, {})).rejects.toMatchObject({
    code: "ROLLBACK_REFUSED",
    message: "It has no way back.",
  });
});

test("executors forget what nobody needs: not of tasks that go on or can still be rolled back", async () => {
  const { pool } = core.connections;
  const open = await approved();
  const kept = await approved();
  const over = await approved();
  for (const { id } of [kept, over]) await core.run(id);
  await pool.query("UPDATE attempt SET stash = NULL WHERE task_id = $1", [over.id]);
  asked = [open.id, kept.id, over.id];
  forgotten.length = 0;
  await core.applying.forget();
  expect(forgotten.map((ids) => ids.sort())).toEqual([[open.id, kept.id].sort()]);
});
