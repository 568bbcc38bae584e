import { makeCore, type TestCore, type TestPeople } from "@ade/testkit/make-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isCoded } from "../kernel/errors.ts";

let core: TestCore;
let people: TestPeople;
beforeAll(async () => {
  core = await makeCore();
  await core.startWorker();
  people = await core.people();
});
afterAll(() => core.dispose());

const mine = async (taskId: string, reviewerId: string) => {
  const task = await core.tasks.read(people.admin, taskId);
  return task.approvals.find(({ reviewer_id }) => reviewer_id === reviewerId)!;
};
const answer = (action: "approve" | "reject" | "request_changes", undo_seconds = 0) => ({
  action,
  ...(action === "approve" ? {} : { reason: "because" }),
  options: { apply_immediately: false, undo_seconds },
});

test("the author's own approval is refused, and so is one by a stranger", async () => {
  const both = await core.person(["author", "reviewer"]);
  const task = await core.reviewing(both, core.noopTask());
  const [first] = task.approvals;
  await expect(core.gate.respond(both, first!.id, answer("approve"))).rejects.toMatchObject({
    code: "SELF_APPROVAL",
    status: 403,
  });
  const stranger = await core.person(["reviewer"]);
  await expect(core.gate.respond(stranger, first!.id, answer("approve"))).rejects.toMatchObject({
    code: "NOT_ASKED",
  });
});

test("a response takes effect only after its undo time, and can be taken back until then", async () => {
  const task = await core.reviewing(people.author, core.noopTask());
  const { id } = await mine(task.id, people.reviewer.id);
  expect(await core.gate.respond(people.reviewer, id, answer("approve", 1))).toMatchObject({
    task_state: "REVIEWING",
  });
  expect(await core.gate.withdraw(people.reviewer, id)).toMatchObject({ task_state: "REVIEWING" });
  expect((await mine(task.id, people.reviewer.id)).status).toBe("PENDING");
  await core.gate.respond(people.reviewer, id, answer("approve", 1));
  const done = await core.taskIn(task.id, "COMPLETED");
  expect(done.execution?.result).toBe("success");
  await expect(core.gate.withdraw(people.reviewer, id)).rejects.toMatchObject({ code: "UNDO_TIME_OVER" });
});

test("changes that are requested bring a draft back; what was approved before is void", async () => {
  const task = await core.reviewing(people.author, core.noopTask());
  const { id } = await mine(task.id, people.reviewer.id);
  expect(await core.gate.respond(people.reviewer, id, answer("request_changes"))).toMatchObject({
    task_state: "DRAFT",
  });
  const back = await core.tasks.get(people.author, task.id);
  expect(back.problem).toMatchObject({
    code: "CHANGES_REQUESTED",
    message: "Changes were requested: because",
  });
  const again = await core.gate.submit(people.author, task.id, { force: false, skip_preview: false });
  expect(again.state).toBe("REVIEWING");
});

test("an edit in review supersedes the approvals; an old id is stale", async () => {
  const task = await core.reviewing(people.author, core.fileTask("edited.txt", "one"));
  const { id } = await mine(task.id, people.reviewer.id);
  await core.gate.edit(people.author, task.id, { config: core.fileTask("edited.txt", "two") });
  const after = await core.taskIn(task.id, "REVIEWING");
  expect(after.revision).toBe(2);
  await expect(core.gate.respond(people.reviewer, id, answer("approve"))).rejects.toMatchObject({
    code: "STALE_REVISION",
  });
  const fresh = await mine(task.id, people.reviewer.id);
  const old = { ...answer("approve"), content_hash: "0".repeat(64) };
  await expect(core.gate.respond(people.reviewer, fresh.id, old)).rejects.toMatchObject({
    code: "STALE_REVISION",
  });
});

test("an admin edits a task and may then not approve it", async () => {
  const task = await core.reviewing(people.author, core.fileTask("by-admin.txt", "one"));
  await core.gate.edit(people.admin, task.id, { config: core.fileTask("by-admin.txt", "two") });
  const after = await core.taskIn(task.id, "REVIEWING");
  await expect(
    core.gate.respond(people.admin, after.approvals[0]!.id, answer("approve")),
  ).rejects.toMatchObject({
    code: "SELF_APPROVAL",
  });
});

test("an admin's answer is the admin's own", async () => {
  const task = await core.reviewing(people.author, core.noopTask());
  const { id } = await mine(task.id, people.reviewer.id);
  const answered = await core.gate.respond(people.admin, id, answer("approve"));
  expect(answered.approval_id).not.toBe(id);
  const { approvals } = await core.tasks.read(people.admin, task.id);
  expect(approvals.find(({ reviewer_id }) => reviewer_id === people.admin.id)).toMatchObject({
    status: "APPROVED",
    by_admin: true,
  });
});

test("a plan with errors brings the draft back with them", async () => {
  const config = core.fileTask("x", null);
  const draft = await core.gate.propose(people.author, { config, metadata: { tags: [] } });
  const submit = core.gate.submit(people.author, draft.id, { force: false, skip_preview: false });
  const outcome = await submit.catch((error: unknown) => error);
  // Deleting what is not there is an error of the plan, or nothing to do: whichever, the task says it.
  if (isCoded(outcome)) expect(outcome).toMatchObject({ code: "PREVIEW_INVALID", status: 422 });
});

test("twenty people answering at once are twenty answers and one transition", async () => {
  const reviewers = await Promise.all(Array.from({ length: 20 }, () => core.person(["reviewer"])));
  const task = await core.reviewing(people.author, core.noopTask());
  const asked = (await core.tasks.read(people.admin, task.id)).approvals.filter(({ reviewer_id }) =>
    reviewers.some(({ id }) => id === reviewer_id),
  );
  const results = await Promise.allSettled(
    asked.map((approval) =>
      core.gate.respond(
        reviewers.find(({ id }) => id === approval.reviewer_id)!,
        approval.id,
        answer("approve"),
      ),
    ),
  );
  for (const result of results) {
    if (result.status === "rejected") expect(result.reason).toMatchObject({ status: 409 });
  }
  await core.taskIn(task.id, "COMPLETED");
  const { entries } = await core.ledger.list(people.admin, {
    task_id: task.id,
    limit: 200,
    sort_order: "asc",
  });
  expect(entries.filter(({ action }) => action === "task.approved")).toHaveLength(1);
  expect(entries.filter(({ action }) => action === "task.completed")).toHaveLength(1);
});

test("approve, reject, edit and cancel at once have one linear history", async () => {
  for (let round = 0; round < 15; round += 1) {
    const task = await core.reviewing(people.author, core.noopTask());
    const first = await mine(task.id, people.reviewer.id);
    const second = await mine(task.id, people.second.id);
    const results = await Promise.allSettled([
      core.gate.respond(people.reviewer, first.id, answer("approve")),
      core.gate.respond(people.second, second.id, answer("reject")),
      core.gate.edit(people.author, task.id, { config: core.noopTask() }),
      core.gate.cancel(people.author, task.id, {}),
    ]);
    for (const result of results) {
      if (result.status === "rejected") expect(result.reason).toMatchObject({ status: 409 });
    }
    await core.taskIn(task.id, "COMPLETED", "REJECTED", "CANCELLED");
    const { entries } = await core.ledger.list(people.admin, {
      task_id: task.id,
      limit: 200,
      sort_order: "asc",
    });
    const moves = entries.filter(({ entity_type, to_state }) => entity_type === "task" && to_state);
    let state: string | null = null;
    for (const move of moves) {
      expect(move.from_state, JSON.stringify(moves.map(({ action }) => action))).toBe(state);
      state = move.to_state;
    }
  }
});
