import { afterAll, beforeAll, expect, test } from "vitest";
import { openWorkshop, type Workshop } from "./applying-fixture.ts";

let core: Workshop;
beforeAll(async () => {
  core = await openWorkshop();
});
afterAll(() => core.dispose());

const approved = (config = core.noopTask()) => core.approved(core.who.author, core.who.reviewer, config);

test("without Redis a task waits and says so, and goes on when Redis is back", async () => {
  const task = await approved();
  const pid = core.redisPid!;
  process.kill(pid, "SIGSTOP");
  try {
    expect(await core.run(task.id)).toBe("blocked");
    expect((await core.tasks.get(core.who.author, task.id)).waiting_for?.text).toMatch(
      /lock store is not available/,
    );
    // A task that is being applied cannot be judged either.
    expect(await core.applying.recoverLost()).toEqual([]);
  } finally {
    process.kill(pid, "SIGCONT");
  }
  core.applies = true;
  expect((await core.taskIn(task.id, "COMPLETED")).execution?.result).toBe("success");
  core.applies = false;
  expect(await core.effects(task.id)).toBe(1);
});

// The last one: after a loss nothing new is granted for a lease's time.
test("a Redis that forgets everything in the middle neither doubles nor loses the effect", async () => {
  const task = await approved(core.noopTask({ sleep_ms: 3_000 }));
  const run = core.run(task.id);
  await core.taskIn(task.id, "APPLYING");
  await core.connections.redis.flushall();
  const others = Array.from({ length: 3 }, (_, index) => core.run(task.id, { id: `worker:${index}` }));
  expect(await core.applying.recoverLost()).toEqual([]);
  await Promise.all(others);
  expect(await run).toBe("ended");
  expect(await core.effects(task.id)).toBe(1);
  const facts = await core.facts(task.id);
  expect(facts.filter((action) => action === "task.completed")).toHaveLength(1);
  expect(facts.filter((action) => action === "task.apply_started")).toHaveLength(1);
});
