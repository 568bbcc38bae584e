import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { lockOwnerOf } from "../tasks/service.ts";
import { openWorkshop, type Workshop } from "./applying-fixture.ts";

let core: Workshop;
let count = 0;
beforeAll(async () => {
  core = await openWorkshop();
  await core.applying.listen();
});
afterEach(() => {
  core.applies = false;
});
afterAll(() => core.dispose());

const sql = (text: string, ...values: unknown[]) => core.connections.pool.query(text, values);
const shown = (id: string) => core.tasks.get(core.who.author, id);
const blocked = async (id: string) => (await core.tasks.locks(core.who.author, id)).blocked_by;

/** A resource of its own, as a catalogue key. */
function resource(): { key: string; id: string } {
  count += 1;
  // In the order of their names.
  const id = `queue-${String(count).padStart(3, "0")}`;
  return { key: `service:default/${id}`, id };
}
const approved = (ids: string[], over: { priority?: number } = {}) =>
  core.approved(
    core.who.author,
    core.who.reviewer,
    core.noopTask(
      {},
      {
        ...over,
        resources: ids.map((id) => ({ type: "service", id, scope: "namespace", actions: ["execute"] })),
      },
    ),
  );
/** As an agent would hold it; answers what releases it. */
async function hold(key: string, principal_id = "agent-7", purpose = "a migration") {
  const holder = { principal_id, agent_id: principal_id, purpose, ttl_seconds: 60 };
  const lock = await core.locks.acquire({ ...holder, resource_type: "resource", resource_id: key });
  return () => core.locks.release({ principal_id, lock_id: lock.id });
}
/** Nothing but what is told is left to wake these tasks. */
async function onlyPushes(...ids: string[]): Promise<void> {
  await core.loseJobs();
  await sql("UPDATE task SET apply_after = now() + interval '1 hour' WHERE id = ANY ($1::uuid[])", ids);
  core.applies = true;
}
const completedAt = async (id: string) => (await core.taskIn(id, "COMPLETED")).metadata.completed_at!;

test("a task says its place and whose lock it waits for, and goes on as soon as that is released", async () => {
  const { key, id } = resource();
  const release = await hold(key);
  const task = await approved([id]);
  expect(await core.run(task.id)).toBe("blocked");
  expect(await core.run(task.id)).toBe("not due");
  expect((await shown(task.id)).waiting_for).toMatchObject({
    text: `first in the queue for ${key}, held by agent-7 (a migration)`,
    whose_move: "system",
  });
  expect(await blocked(task.id)).toEqual([
    {
      key: `resource:${key}`,
      holder: "agent-7",
      holder_task_id: null,
      purpose: "a migration",
      expires_at: expect.any(String),
      queue_position: 1,
      estimated_wait_seconds: null,
    },
  ]);
  await onlyPushes(task.id);
  await release();
  expect((await core.taskIn(task.id, "COMPLETED")).execution?.result).toBe("success");
  const facts = await core.facts(task.id);
  expect(facts.filter((action) => action === "task.blocked")).toHaveLength(1);
});

test("tasks that wait for a resource get it by priority, then in the order of asking", async () => {
  const { key, id } = resource();
  const release = await hold(key);
  const [first, second, urgent] = [
    await approved([id]),
    await approved([id]),
    await approved([id], { priority: 90 }),
  ];
  for (const task of [first, second, urgent]) expect(await core.run(task.id)).toBe("blocked");
  // A place is told as it is now, not as it was when the task came to wait.
  const text = async (task: { id: string }) => (await shown(task.id)).waiting_for?.text;
  expect(await text(second)).toBe(`third in the queue for ${key}, held by agent-7 (a migration)`);
  expect(await text(urgent)).toContain("first in the queue");
  await onlyPushes(first.id, second.id, urgent.id);
  await release();
  const ended = [await completedAt(urgent.id), await completedAt(first.id), await completedAt(second.id)];
  expect(ended).toEqual(ended.toSorted());
});

test("what is free while it comes to wait is not missed", async () => {
  const { key, id } = resource();
  const release = await hold(key);
  const task = await approved([id]);
  const { commit } = core.ledger;
  core.ledger.commit = async (...args) => {
    core.ledger.commit = commit;
    // Granted to a task whose row does not say yet that it waits.
    await release();
    return commit(...args);
  };
  core.applies = true;
  expect(await core.run(task.id)).toBe("blocked");
  await sql("DELETE FROM pgboss.job WHERE start_after > now()");
  expect((await core.taskIn(task.id, "COMPLETED")).execution?.result).toBe("success");
  expect(await core.effects(task.id)).toBe(1);
});

test("a worker that dies before it is known that its task waits leaves its place to the next", async () => {
  const [one, other] = [resource(), resource()];
  const release = await hold(other.key);
  const [task, later] = [await approved([one.id, other.id]), await approved([other.id])];
  const { commit } = core.ledger;
  core.ledger.commit = async () => {
    core.ledger.commit = commit;
    throw new Error("killed");
  };
  await expect(core.run(task.id)).rejects.toThrow("killed");
  expect(await core.run(later.id)).toBe("blocked");
  expect(await core.run(task.id, { id: "worker:b" })).toBe("blocked");
  expect(await blocked(task.id)).toMatchObject([{ key: `resource:${other.key}`, queue_position: 1 }]);
  expect(await blocked(later.id)).toMatchObject([{ queue_position: 2 }]);
  // The first of its locks is held meanwhile.
  expect((await core.tasks.locks(core.who.author, task.id)).held).toMatchObject([
    { key: `resource:${one.key}` },
  ]);
  await onlyPushes(task.id, later.id);
  await release();
  const ended = [await completedAt(task.id), await completedAt(later.id)];
  expect(ended).toEqual(ended.toSorted());
});

test("what was granted to a task whose worker is gone is had by the next one that asks", async () => {
  const { key, id } = resource();
  const release = await hold(key);
  const task = await approved([id]);
  expect(await core.run(task.id)).toBe("blocked");
  await core.loseJobs();
  // The one that heard of it died with it.
  await sql("UPDATE task SET apply_after = now() + interval '1 hour' WHERE id = $1", task.id);
  await release();
  const owner = lockOwnerOf(task.id);
  expect(await core.locks.holderOf("resource", key)).toMatchObject({ owner_id: owner.owner_id });
  await core.loseJobs();
  await core.makeDue(task.id);
  expect(await core.run(task.id, { id: "worker:b" })).toBe("ended");
  expect(await core.effects(task.id)).toBe(1);
});

test("a cancelled task leaves its queue, and what it held for it", async () => {
  const [one, other] = [resource(), resource()];
  await hold(other.key);
  const [first, second] = [await approved([one.id, other.id]), await approved([other.id])];
  for (const task of [first, second]) expect(await core.run(task.id)).toBe("blocked");
  expect(await blocked(second.id)).toMatchObject([{ queue_position: 2 }]);
  await core.gate.cancel(core.who.author, first.id, {});
  expect(await blocked(second.id)).toMatchObject([{ queue_position: 1 }]);
  expect(await core.locks.holderOf("resource", one.key)).toBeNull();
  await core.gate.cancel(core.who.author, second.id, {});
});

test("a task that closes a deadlock gives way, says so, and is tried again", async () => {
  const [one, other] = [resource(), resource()];
  const task = await approved([one.id, other.id]);
  // Of the two the task has the younger lock.
  const release = await hold(other.key);
  expect(await core.run(task.id)).toBe("blocked");
  const waiting = core.locks.acquire({
    principal_id: "agent-7",
    agent_id: "agent-7",
    ttl_seconds: 60,
    resource_type: "resource",
    resource_id: one.key,
    wait: { max_wait_seconds: 30 },
  });
  const lock = await waiting;
  await core.makeDue(task.id);
  expect(await core.run(task.id)).toBe("blocked");
  expect((await shown(task.id)).waiting_for?.text).toBe(
    "attempt 1 comes next: it gave way to end a deadlock",
  );
  await core.locks.release({ principal_id: "agent-7", lock_id: lock.id });
  await release();
  await core.makeDue(task.id);
  expect(await core.run(task.id)).toBe("ended");
});
