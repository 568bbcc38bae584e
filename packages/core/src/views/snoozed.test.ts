import { makeCore, type TestCore, type TestPeople } from "@ade/testkit/make-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { inboxQuery } from "./schema.ts";

let core: TestCore;
let people: TestPeople;
beforeAll(async () => {
  core = await makeCore();
  await core.startWorker();
  people = await core.people();
});
afterAll(() => core.dispose());

const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
const mine = async (taskId: string) =>
  (await core.tasks.read(people.admin, taskId)).approvals.find(
    ({ reviewer_id }) => reviewer_id === people.reviewer.id,
  )!;
async function section(name: "needs_you" | "snoozed") {
  const inbox = await core.views.inbox(people.reviewer, inboxQuery.parse({ section: name }));
  return { ids: inbox.rows.map(({ task_id }) => task_id), counts: inbox.counts, rows: inbox.rows };
}

test("a snoozed approval leaves the queue and comes back when its time is over or it is taken back", async () => {
  const task = await core.reviewing(people.author, core.noopTask());
  const { id } = await mine(task.id);
  const until = inHours(2);
  expect(await core.gate.snooze(people.reviewer, id, until)).toEqual({
    approval_id: id,
    task_id: task.id,
    snoozed_until: until,
  });
  expect((await section("needs_you")).ids).not.toContain(task.id);
  const aside = await section("snoozed");
  expect(aside.rows).toMatchObject([{ task_id: task.id, snoozed_until: until }]);
  expect(aside.counts).toMatchObject({ needs_you: 0, snoozed: 1 });

  await core.gate.snooze(people.reviewer, id, null);
  expect((await section("needs_you")).ids).toContain(task.id);

  await core.gate.snooze(people.reviewer, id, inHours(1));
  await core.connections.pool.query(
    "UPDATE approval SET snoozed_until = now() - interval '1 s' WHERE id = $1",
    [id],
  );
  expect((await section("needs_you")).ids).toContain(task.id);
  expect((await section("snoozed")).ids).toEqual([]);
});

test("a new revision brings a snoozed task back", async () => {
  const task = await core.reviewing(people.author, core.fileTask("snoozed.txt", "one"));
  await core.gate.snooze(people.reviewer, (await mine(task.id)).id, inHours(24));
  await core.gate.edit(people.author, task.id, { config: core.fileTask("snoozed.txt", "two") });
  await core.taskIn(task.id, "REVIEWING");
  expect((await section("needs_you")).ids).toContain(task.id);
});

test("only one's own open approval can be put aside, for thirty days at most", async () => {
  const task = await core.reviewing(people.author, core.noopTask());
  const { id } = await mine(task.id);
  await expect(core.gate.snooze(people.second, id, inHours(1))).rejects.toMatchObject({ code: "NOT_ASKED" });
  await expect(core.gate.snooze(people.admin, id, inHours(1))).rejects.toMatchObject({ code: "NOT_ASKED" });
  for (const until of [inHours(-1), inHours(31 * 24)])
    await expect(core.gate.snooze(people.reviewer, id, until)).rejects.toMatchObject({
      code: "VALIDATION_ERROR",
    });
  await core.gate.respond(people.reviewer, id, {
    action: "approve",
    options: { apply_immediately: false, undo_seconds: 30 },
  });
  await expect(core.gate.snooze(people.reviewer, id, inHours(1))).rejects.toMatchObject({ code: "NOT_OPEN" });
});
