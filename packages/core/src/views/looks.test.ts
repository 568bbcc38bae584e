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

const here = (revision: number) => ({ revision, leaving: false });
const dotOf = async (taskId: string) =>
  (await core.views.inbox(people.reviewer, inboxQuery.parse({}))).rows.find(
    ({ task_id }) => task_id === taskId,
  )?.changed_since_look;

test("what was edited since one's look has a dot and is shown beside what one saw, until one looks again", async () => {
  const task = await core.reviewing(people.author, core.fileTask("looked.txt", "one"));
  expect(await dotOf(task.id)).toBe(false);
  await core.views.look(people.reviewer, task.id, here(1));
  expect((await core.views.task(people.reviewer, task.id)).since_your_look).toBeNull();

  await core.gate.edit(people.author, task.id, { config: core.fileTask("looked.txt", "two") });
  await core.taskIn(task.id, "REVIEWING");
  expect(await dotOf(task.id)).toBe(true);
  const { since_your_look: since } = await core.views.task(people.reviewer, task.id);
  expect(since).toMatchObject({ revision: 1, config: { parameters: { content: "one" } } });
  expect(since?.changes?.[0]?.diff).toContain("+one");
  expect((await core.views.task(people.second, task.id)).since_your_look).toBeNull();

  await core.views.look(people.reviewer, task.id, here(2));
  await core.views.look(people.reviewer, task.id, here(1));
  expect(await dotOf(task.id)).toBe(false);
});

test("nobody can have looked at a revision that is not there yet", async () => {
  const task = await core.reviewing(people.author, core.fileTask("ahead.txt", "one"));
  await core.views.look(people.reviewer, task.id, here(99));
  await core.gate.edit(people.author, task.id, { config: core.fileTask("ahead.txt", "two") });
  await core.taskIn(task.id, "REVIEWING");
  expect(await dotOf(task.id)).toBe(true);
});

test("those who look at the same task see each other come and go", async () => {
  const task = await core.reviewing(people.author, core.noopTask());
  const heard: unknown[] = [];
  const stop = core.ledger.events.listen([`user:${people.reviewer.id}`], ({ event, payload }) => {
    if (event === "task:presence") heard.push(payload);
  });
  expect(await core.views.look(people.reviewer, task.id, here(1))).toEqual({ others_looking: [] });
  expect(await core.views.look(people.second, task.id, here(1))).toEqual({
    others_looking: [{ id: people.reviewer.id, name: people.reviewer.name }],
  });
  await core.views.look(people.second, task.id, here(1));
  expect((await core.views.look(people.reviewer, task.id, here(1))).others_looking).toHaveLength(1);
  await core.views.look(people.second, task.id, { revision: 1, leaving: true });
  expect(await core.views.look(people.reviewer, task.id, here(1))).toEqual({ others_looking: [] });
  await expect
    .poll(() => heard)
    .toEqual([
      { task_id: task.id, user_id: people.second.id, name: people.second.name, is_looking: true },
      { task_id: task.id, user_id: people.second.id, name: people.second.name, is_looking: false },
    ]);
  stop();
});
