import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { makeCore, type TestCore } from "@ade/testkit/make-core";
import { afterAll, beforeAll, expect, test } from "vitest";

let core: TestCore;
beforeAll(async () => {
  core = await makeCore();
  await core.startWorker();
});
afterAll(() => core.dispose());

test("a change is proposed, reviewed, approved, applied once and proved by the ledger", async () => {
  const { author, reviewer } = await core.people();
  const config = core.fileTask("hello.txt", "hello\n");
  const draft = await core.gate.propose(author, { config, metadata: { tags: [] } });
  expect(draft).toMatchObject({
    state: "DRAFT",
    revision: 1,
    allowed_actions: ["edit", "delete", "submit", "cancel"],
  });

  const submitted = await core.gate.submit(author, draft.id, { force: false, skip_preview: false });
  expect(submitted).toMatchObject({ state: "REVIEWING", required_approvals: 1, current_approvals: 0 });
  expect(submitted.preview?.changes[0]?.diff).toContain("+hello");
  expect(submitted.risk?.factors).toHaveLength(4);
  expect(submitted.waiting_for?.text).toBe("waiting for 1 reviewer");

  const approval = submitted.approvals.find(({ reviewer_id }) => reviewer_id === reviewer.id)!;
  const answer = await core.gate.respond(reviewer, approval.id, core.yes());
  expect(answer).toMatchObject({ success: true, task_state: "APPROVED" });

  const done = await core.taskIn(draft.id, "COMPLETED");
  expect(done.execution).toMatchObject({ result: "success" });
  expect(readFileSync(join(core.filesDir, "hello.txt"), "utf8")).toBe("hello\n");

  const { entries } = await core.ledger.list(author, { task_id: draft.id, limit: 50, sort_order: "asc" });
  expect(
    entries
      .filter(({ to_state, entity_type }) => to_state && entity_type === "task")
      .map(({ action }) => action),
  ).toEqual([
    "task.created",
    "task.submitted",
    "task.review_started",
    "task.approved",
    "task.apply_started",
    "task.completed",
  ]);
  await core.ledger.settle();
  expect(await core.ledger.verify()).toMatchObject({ ok: true, fault: null });
});

test("nothing is applied that was rejected", async () => {
  const { author, reviewer } = await core.people();
  const { id } = await core.reviewing(author, core.fileTask("never.txt", "x"));
  const task = await core.tasks.read(author, id);
  const approval = task.approvals.find(({ reviewer_id }) => reviewer_id === reviewer.id)!;
  await core.gate.respond(reviewer, approval.id, { ...core.yes(), action: "reject", reason: "no" });
  expect((await core.tasks.get(author, id)).state).toBe("REJECTED");
  expect(existsSync(join(core.filesDir, "never.txt"))).toBe(false);
});
