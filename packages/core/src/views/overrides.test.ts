import { makeCore, type TestCore } from "@ade/testkit/make-core";
import { afterAll, beforeAll, expect, test } from "vitest";

let core: TestCore;
beforeAll(async () => {
  core = await makeCore();
  await core.startWorker();
});
afterAll(() => core.dispose());

test("a task's view tells the reader's own review from the override that they are to confirm", async () => {
  const { author, admin } = await core.people();
  const both = await core.person(["admin", "reviewer"]);
  const task = await core.reviewing(author, core.noopTask());
  const asked = await core.gate.override(admin, task.id, { reason: "gone", ticket_ref: "INC-1" });
  const mine = asked.approvals.find(({ reviewer_id }) => reviewer_id === both.id)!;
  expect(await core.views.task(both, task.id)).toMatchObject({
    mine: { kind: "review", status: "PENDING" },
    my_override: { id: mine.id, kind: "override", status: "PENDING" },
    overrides: [{ status: "open", ticket_ref: "INC-1" }],
  });
});
