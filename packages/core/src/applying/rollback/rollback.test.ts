import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TaskConfig } from "../../executors/schema.ts";
import { openWorkshop, type Workshop } from "../applying-fixture.ts";
import { forgetAttempts } from "../output-store.ts";

let core: Workshop;
beforeAll(async () => {
  core = await openWorkshop();
});
afterAll(() => core.dispose());

const file = (name: string) => join(core.filesDir, name);
const content = (name: string) => readFileSync(file(name), "utf8");

/** A file that a task has changed from "before" to "after". */
async function changed(name: string, over: Partial<TaskConfig> = {}) {
  writeFileSync(file(name), "before\n");
  const { who } = core;
  const task = await core.approved(who.author, who.reviewer, core.fileTask(name, "after\n", over));
  expect(await core.run(task.id)).toBe("ended");
  expect(content(name)).toBe("after\n");
  return task;
}

const ask = (id: string, actor = core.who.author) => core.applying.rollBack(actor, id, {});
const standing = async (id: string) => core.applying.rollbackStanding(await core.read(id));
const refusedAs = (message: RegExp) =>
  expect.objectContaining({ code: "ROLLBACK_REFUSED", message: expect.stringMatching(message) });

async function approve(id: string): Promise<void> {
  const task = await core.taskIn(id, "REVIEWING");
  const own = task.approvals.find(({ reviewer_id }) => reviewer_id === core.who.reviewer.id)!;
  await core.gate.respond(core.who.reviewer, own.id, core.yes());
}

test("what was applied is brought back by a task of its own, planned from the stash and reviewed as any", async () => {
  const original = await changed("back.txt");
  expect((await standing(original.id)).refused).toBeNull();
  const rollback = await core.applying.rollBack(core.who.author, original.id, { reason: "Too early" });
  expect(rollback).toMatchObject({
    state: "REVIEWING",
    rollback_of: original.id,
    config: { type: "task.rollback", description: "Roll back: Write back.txt\n\nToo early" },
    metadata: { author_id: core.who.author.id },
  });
  expect(rollback.config.resources).toEqual(original.config.resources);
  const [change] = rollback.preview!.changes;
  expect(change!.diff).toContain("-after\n+before\n");
  expect(content("back.txt")).toBe("after\n");
  await expect(ask(original.id)).rejects.toEqual(refusedAs(/already on its way/));

  await approve(rollback.id);
  expect(await core.run(rollback.id)).toBe("ended");
  expect(content("back.txt")).toBe("before\n");
  expect((await core.read(rollback.id)).result).toBe("success");
  const after = await standing(original.id);
  expect(after.refused).toMatch(/has been rolled back/);
  expect(after.tasks).toMatchObject([{ id: rollback.id, state: "COMPLETED", result: "success" }]);
  await expect(ask(rollback.id)).rejects.toEqual(refusedAs(/not rolled back/));
});

test("it is refused, and leaves nothing behind, where somebody has changed things since", async () => {
  const original = await changed("foreign.txt");
  writeFileSync(file("foreign.txt"), "somebody else's\n");
  await expect(ask(original.id)).rejects.toEqual(refusedAs(/Somebody else has changed it since/));
  expect((await standing(original.id)).tasks).toEqual([]);
  expect(content("foreign.txt")).toBe("somebody else's\n");
});

test("a change between its approval and its turn sends it back, and overwrites nothing", async () => {
  const original = await changed("late.txt");
  const rollback = await ask(original.id);
  await approve(rollback.id);
  writeFileSync(file("late.txt"), "somebody else's\n");
  expect(await core.run(rollback.id)).toBe("sent back");
  expect((await core.taskIn(rollback.id, "DRAFT")).problem?.message).toMatch(/Somebody else has changed it/);
  expect(content("late.txt")).toBe("somebody else's\n");
});

test("there is nothing to roll back where it is as it was before", async () => {
  const original = await changed("same.txt");
  writeFileSync(file("same.txt"), "before\n");
  await expect(ask(original.id)).rejects.toEqual(refusedAs(/nothing to roll back/));
});

test("it is refused once its stash is forgotten, and where the strategy says none", async () => {
  const old = await changed("old.txt");
  const { pool } = core.connections;
  await pool.query("UPDATE attempt SET ended_at = now() - interval '31 days' WHERE task_id = $1", [old.id]);
  await pool.query("UPDATE task SET state_since = now() - interval '31 days' WHERE id = $1", [old.id]);
  await forgetAttempts(pool, { stash_days: 30, output_days: 30 });
  expect(await standing(old.id)).toMatchObject({
    refused: expect.stringMatching(/no longer kept/),
    kept_until: null,
  });
  await expect(ask(old.id)).rejects.toEqual(refusedAs(/no longer kept/));
  const never = await changed("never.txt", { rollback_strategy: "none" });
  await expect(ask(never.id)).rejects.toEqual(refusedAs(/strategy is none/));
  expect((await core.tasks.get(core.who.author, never.id)).allowed_actions).not.toContain("roll_back");
});

test("a failed task is brought back by its strategy: by itself, on request, or not at all", async () => {
  const failed = async (rollback_strategy: TaskConfig["rollback_strategy"]) => {
    const config = core.noopTask({ fail: "It broke" }, { rollback_strategy });
    const task = await core.approved(core.who.author, core.who.reviewer, config);
    await core.run(task.id);
    return core.tasks.get(core.who.author, task.id);
  };
  const automatic = await failed("automatic");
  expect(automatic.execution?.error).toContain("What it had done was rolled back");
  await expect(ask(automatic.id)).rejects.toEqual(refusedAs(/was rolled back when it ended/));
  const manual = await failed("manual");
  expect(manual.execution?.error).toBe("It broke");
  expect(manual.allowed_actions).toContain("roll_back");
  expect((await standing(manual.id)).refused).toBeNull();
  const none = await failed("none");
  expect(none.execution?.error).toBe("It broke");
  expect(none.allowed_actions).not.toContain("roll_back");
});

test("its author and admins may ask for it; reviewers, strangers and agents may not", async () => {
  const original = await changed("whose.txt");
  const forbidden = expect.objectContaining({ code: "FORBIDDEN" });
  await expect(ask(original.id, core.who.reviewer)).rejects.toEqual(forbidden);
  await expect(ask(original.id, await core.person(["author"]))).rejects.toEqual(forbidden);
  const agent = { ...core.who.author, kind: "agent" as const };
  await expect(ask(original.id, agent)).rejects.toEqual(forbidden);
  const byAdmin = await ask(original.id, core.who.admin);
  expect(byAdmin.metadata.author_id).toBe(core.who.admin.id);
});

test("a rollback is made from its task only, and its content is not written by hand", async () => {
  const original = await changed("hand.txt");
  const rollback = await ask(original.id);
  const refused = expect.objectContaining({ code: "VALIDATION_ERROR" });
  const metadata = { tags: [] };
  await expect(core.gate.propose(core.who.author, { config: rollback.config, metadata })).rejects.toEqual(
    refused,
  );
  const { config } = rollback;
  const resources = [{ ...config.resources[0]!, id: "files/other.txt" }];
  for (const other of [
    { ...config, resources },
    { ...config, rollback_strategy: "automatic" as const },
    { ...config, parameters: { ...config.parameters, attempt_id: rollback.id } },
    core.noopTask(),
  ]) {
    await expect(core.gate.edit(core.who.author, rollback.id, { config: other })).rejects.toEqual(refused);
  }
});

test("a worker that dies while it rolls back is followed by another, which does what is left", async () => {
  for (const [name, isDone] of [
    ["dies-before.txt", false],
    ["dies-after.txt", true],
  ] as const) {
    const original = await changed(name);
    const rollback = await ask(original.id);
    await approve(rollback.id);
    const executor = core.executors.find("task.rollback");
    const stash = await executor.stash(rollback.config, {
      signal: new AbortController().signal,
      reveal: (text) => text,
      idempotency_key: "",
      fencing_tokens: {},
    });
    await core.dieWith(rollback.id, stash);
    if (isDone) writeFileSync(file(name), "before\n");
    await core.applying.recoverLost();
    await core.makeDue(rollback.id);
    expect(await core.run(rollback.id)).toBe("ended");
    expect(content(name)).toBe("before\n");
    expect(await core.read(rollback.id)).toMatchObject({ result: "success", attempts: 2 });
  }
});

test("two who ask at once get one rollback, and one of them is told that it is on its way", async () => {
  const original = await changed("twice.txt");
  const asked = await Promise.allSettled([ask(original.id), ask(original.id, core.who.admin)]);
  expect(asked.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  expect(asked.find(({ status }) => status === "rejected")).toMatchObject({
    reason: refusedAs(/already on its way/),
  });
  expect((await standing(original.id)).tasks).toHaveLength(1);
});

test("a proposal whose asker was gone before it was submitted blocks for a minute, and is then made anew", async () => {
  const original = await changed("orphan.txt");
  const left = await ask(original.id, core.who.admin);
  const { pool } = core.connections;
  await pool.query("UPDATE task SET state = 'DRAFT', submitted_at = NULL WHERE id = $1", [left.id]);
  await expect(ask(original.id)).rejects.toEqual(refusedAs(/already on its way/));
  await pool.query("UPDATE task SET created_at = now() - interval '61 seconds' WHERE id = $1", [left.id]);
  expect(await standing(original.id)).toMatchObject({ refused: null, tasks: [] });
  const again = await ask(original.id);
  expect((await standing(original.id)).tasks).toMatchObject([
    { id: again.id, state: "REVIEWING" },
    { id: left.id, state: "CANCELLED" },
  ]);
});
