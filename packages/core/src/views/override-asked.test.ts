import { makeCore, type TestCore, type TestPeople } from "@ade/testkit/make-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Actor } from "../kernel/actor.ts";
import { inboxQuery } from "./schema.ts";

let core: TestCore;
let people: TestPeople;
beforeAll(async () => {
  core = await makeCore();
  await core.startWorker();
  people = await core.people();
});
afterAll(() => core.dispose());

async function rowsOf(actor: Actor, taskId: string) {
  const { rows, counts } = await core.views.inbox(actor, inboxQuery.parse({}));
  expect(counts.needs_you).toBe(rows.length);
  return rows.filter(({ task_id }) => task_id === taskId);
}

test("an override that waits for a second admin stands once in their queue, until they answer", async () => {
  const second = await core.person(["admin", "reviewer"]);
  const task = await core.reviewing(people.author, core.noopTask());
  expect(await rowsOf(second, task.id)).toMatchObject([{ my_status: "PENDING", override_asked: false }]);
  const { approvals } = await core.gate.override(people.admin, task.id, {
    reason: "The only reviewer is on a plane",
    ticket_ref: "INC-1",
  });
  expect(await rowsOf(second, task.id)).toMatchObject([{ my_status: "PENDING", override_asked: true }]);
  const asked = approvals.find(({ reviewer_id }) => reviewer_id === second.id);
  await core.gate.respond(second, asked!.id, {
    action: "reject",
    reason: "Wait for her",
    options: { apply_immediately: false, undo_seconds: 0 },
  });
  expect(await rowsOf(second, task.id)).toMatchObject([{ my_status: "PENDING", override_asked: false }]);
});

test("an admin who reviews nothing is asked all the same, and by an edit no more", async () => {
  const second = await core.person(["admin"]);
  const task = await core.reviewing(people.author, core.fileTask("overridden.txt", "one"));
  expect(await rowsOf(second, task.id)).toEqual([]);
  await core.gate.override(people.admin, task.id, { reason: "It burns", ticket_ref: "INC-2" });
  expect(await rowsOf(second, task.id)).toMatchObject([{ my_status: null, override_asked: true }]);
  await core.gate.edit(people.author, task.id, { config: core.fileTask("overridden.txt", "two") });
  await core.taskIn(task.id, "REVIEWING");
  expect(await rowsOf(second, task.id)).toEqual([]);
});
