import { agentInput } from "@ade/core/agents/schema";
import { APPLY_STEPS } from "@ade/core/applying/service";
import { createEffectSink } from "@ade/core/executors/adapters/noop/effect-sink";
import type { TaskEntry } from "@ade/core/tasks/schema";
import { makeCore, type TestCore, type TestPeople } from "@ade/testkit/make-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { endWorkerProcesses, startWorkerProcess, type WorkerProcess } from "./worker-fixture.ts";

let core: TestCore;
let who: TestPeople;
/** Workers that take tasks now, by process id. */
const working = new Map<number, WorkerProcess>();

beforeAll(async () => {
  core = await makeCore();
  who = await core.people();
});
afterAll(async () => {
  await endWorkerProcesses();
  await core.dispose();
});

async function startWorker(env: Record<string, string> = {}): Promise<WorkerProcess> {
  const worker = await startWorkerProcess(core, env);
  working.set(worker.pid, worker);
  worker.ended.then(() => working.delete(worker.pid));
  return worker;
}

const reviewing = (parameters: object) => core.reviewing(who.author, core.noopTask({ ...parameters }));
async function approve(task: TaskEntry): Promise<void> {
  const asked = task.approvals.find(({ reviewer_id }) => reviewer_id === who.reviewer.id)!;
  await core.gate.respond(who.reviewer, asked.id, core.yes());
}
const entries = async (taskId: string, action: string) => {
  const query = { task_id: taskId, limit: 200, sort_order: "asc" } as const;
  const page = await core.ledger.list(who.admin, query);
  return page.entries.filter((entry) => entry.action === action);
};
/** The process that runs the newest attempt, out of its name `worker:<host>:<pid>:<secret>`. */
async function runnerOf(taskId: string): Promise<WorkerProcess> {
  const [latest] = (await entries(taskId, "task.apply_started")).slice(-1);
  return working.get(Number(String(latest!.detail.worker_id).split(":")[2]))!;
}

/** Completed once, with one effect, whatever happened on the way. */
async function expectDoneOnce(taskId: string): Promise<void> {
  const done = await core.taskIn(taskId, "COMPLETED");
  expect(done.execution).toMatchObject({ result: "success" });
  expect(await entries(taskId, "task.completed")).toHaveLength(1);
  const effects = await createEffectSink(core.sinkDir).read("applied");
  expect(effects.filter(({ idempotency_key }) => idempotency_key === `${taskId}:1`)).toHaveLength(1);
}

test("workers killed at each step of applying: others finish each task exactly once", async () => {
  const doomed = await Promise.all(
    APPLY_STEPS.map((step) => startWorker({ ADE_TEST_KILL_AT: step, ADE_WORKER_TASKS: "1" })),
  );
  const tasks: TaskEntry[] = [];
  for (const _ of APPLY_STEPS) tasks.push(await reviewing({}));
  for (const task of tasks) {
    const alive = doomed.filter(({ pid }) => working.has(pid)).map(({ ended }) => ended);
    await approve(task);
    // A task that was left behind may have been the end of the next worker already.
    if (alive.length > 0) await Promise.race(alive);
  }
  for (const { ended } of doomed) expect(await ended).toEqual({ code: null, signal: "SIGKILL" });
  expect(working.size).toBe(0);
  await Promise.all([startWorker(), startWorker()]);
  await Promise.all(tasks.map(({ id }) => expectDoneOnce(id)));
}, 120_000);

test("workers killed or paused past their lease while a task runs: another finishes each once", async () => {
  await startWorker();
  const [first, second] = [await reviewing({ sleep_ms: 1_500 }), await reviewing({ sleep_ms: 1_500 })];
  await approve(first);
  await core.taskIn(first.id, "APPLYING");
  const paused = await runnerOf(first.id);
  paused.kill("SIGSTOP");
  await approve(second);
  await core.taskIn(second.id, "APPLYING");
  const killed = await runnerOf(second.id);
  killed.kill("SIGKILL");
  await killed.ended;
  await Promise.all([first.id, second.id].map(expectDoneOnce));
  paused.kill("SIGCONT");
  paused.kill("SIGTERM");
  expect(await paused.ended).toEqual({ code: 0, signal: null });
  for (const { id } of [first, second]) {
    await expectDoneOnce(id);
    expect(await entries(id, "task.apply_started")).toHaveLength(2);
  }
}, 90_000);

test("two workers and thirty tasks: each is applied once", async () => {
  await startWorker();
  expect(working.size).toBe(2);
  const tasks: TaskEntry[] = [];
  for (let batch = 0; batch < 3; batch += 1) {
    tasks.push(...(await Promise.all(Array.from({ length: 10 }, () => reviewing({ sleep_ms: 20 })))));
  }
  await Promise.all(tasks.map(approve));
  await Promise.all(tasks.map(({ id }) => expectDoneOnce(id)));
}, 60_000);

test("an agent that fell silent is told of by a worker", async () => {
  const input = agentInput.parse({ name: "Silent", connection: { kind: "worker" } });
  const { agent } = await core.agents.create(who.admin, input);
  const told = Promise.withResolvers<unknown>();
  const stop = core.ledger.events.listen([`agent:${agent.id}`], ({ event, payload }) => {
    if (event === "agent:health") told.resolve(payload);
  });
  await core.connections.pool.query(
    "UPDATE agent SET last_heartbeat_at = now() - interval '29 seconds' WHERE id = $1",
    [agent.id],
  );
  expect(await told.promise).toMatchObject({ status: "stale", previous_status: "idle" });
  stop();
});

test("SIGTERM drains: what ends in time ends, the rest is given back and finished by another worker", async () => {
  const before = [...working.values()];
  const stopping = await startWorker({ ADE_DRAIN_SECONDS: "2" });
  for (const worker of before) worker.kill("SIGTERM");
  for (const worker of before) expect(await worker.ended).toEqual({ code: 0, signal: null });
  const short = await reviewing({ sleep_ms: 1_000 });
  const long = await reviewing({ sleep_ms: 4_000 });
  const late = await reviewing({});
  await Promise.all([short, long].map(approve));
  await Promise.all([short, long].map(({ id }) => core.taskIn(id, "APPLYING")));
  stopping.kill("SIGTERM");
  await approve(late);
  expect(await stopping.ended).toEqual({ code: 0, signal: null });
  expect(await core.tasks.get(who.author, short.id)).toMatchObject({ state: "COMPLETED", attempts: 1 });
  expect(await core.tasks.get(who.author, long.id)).toMatchObject({
    state: "APPROVED",
    attempts: 1,
    waiting_for: { text: "attempt 2 comes next: its worker was stopped" },
  });
  expect(await core.tasks.get(who.author, late.id)).toMatchObject({ state: "APPROVED", attempts: 0 });
  await startWorker();
  await Promise.all([short.id, long.id, late.id].map(expectDoneOnce));
  expect((await core.tasks.read(who.admin, long.id)).crashes).toBe(0);
}, 120_000);

test("the ledger of all this verifies", async () => {
  await core.ledger.settle();
  expect(await core.ledger.verify()).toMatchObject({ ok: true, fault: null });
});
