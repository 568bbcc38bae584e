import { createEffectSink } from "@ade/core/executors/adapters/noop/effect-sink";
import { makeCore, type TestCore, type TestPeople } from "@ade/testkit/make-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { endWorkerProcesses, startWorkerProcess } from "./worker-fixture.ts";

let core: TestCore;
let who: TestPeople;
let key: string;
let release: () => Promise<void>;

beforeAll(async () => {
  core = await makeCore();
  who = await core.people();
});
afterEach(() => endWorkerProcesses());
afterAll(() => core.dispose());

/** A resource that an agent holds, and tasks that need it. */
async function contend(name: string): Promise<void> {
  key = `service:default/${name}`;
  const holder = { principal_id: "agent-7", agent_id: "agent-7", ttl_seconds: 120 };
  const lock = await core.locks.acquire({ ...holder, resource_type: "resource", resource_id: key });
  release = () => core.locks.release({ principal_id: "agent-7", lock_id: lock.id });
}
async function approved(name: string): Promise<string> {
  const resources = [
    { type: "service" as const, id: name, scope: "namespace" as const, actions: ["execute" as const] },
  ];
  return (await core.approved(who.author, who.reviewer, core.noopTask({}, { resources }))).id;
}
const blockedBy = async (id: string) => (await core.tasks.locks(who.author, id)).blocked_by;
const inQueue = (id: string, queue_position: number) =>
  expect.poll(() => blockedBy(id), { timeout: 30_000 }).toMatchObject([{ queue_position }]);

async function expectDoneOnce(id: string): Promise<void> {
  expect((await core.taskIn(id, "COMPLETED")).execution).toMatchObject({ result: "success" });
  const effects = await createEffectSink(core.sinkDir).read("applied");
  expect(effects.filter(({ idempotency_key }) => idempotency_key === `${id}:1`)).toHaveLength(1);
}

test("a task that waits holds no slot of its worker", async () => {
  await contend("slots");
  await startWorkerProcess(core, { ADE_WORKER_TASKS: "1" });
  const [first, second] = [await approved("slots"), await approved("slots")];
  await inQueue(first, 1);
  await inQueue(second, 2);
  await expectDoneOnce(await approved("other"));
  await release();
  await Promise.all([first, second].map(expectDoneOnce));
}, 60_000);

test("a worker killed while its task waits: another goes on in its place", async () => {
  await contend("place");
  const doomed = await startWorkerProcess(core);
  const first = await approved("place");
  await inQueue(first, 1);
  doomed.kill("SIGKILL");
  await doomed.ended;
  await startWorkerProcess(core);
  const later = await approved("place");
  await inQueue(later, 2);
  await release();
  const ends = [first, later].map(async (id) => (await core.taskIn(id, "COMPLETED")).metadata.completed_at);
  const [firstEnd, laterEnd] = await Promise.all(ends);
  expect(firstEnd! <= laterEnd!).toBe(true);
  await Promise.all([first, later].map(expectDoneOnce));
}, 60_000);

test("a worker killed with what was granted to its task: another has it within the waiter's lease", async () => {
  await contend("granted");
  const doomed = await startWorkerProcess(core, { ADE_TEST_KILL_AT: "locked" });
  const task = await approved("granted");
  await inQueue(task, 1);
  await release();
  await doomed.ended;
  await startWorkerProcess(core);
  await expectDoneOnce(task);
}, 90_000);
