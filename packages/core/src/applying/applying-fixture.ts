import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { makeCore, type TestCore, type TestPeople } from "@ade/testkit/make-core";
import { createSecretBox, type Json } from "../executors/service.ts";
import { taskFact } from "../gate/service.ts";
import { workerActor } from "../kernel/actor.ts";
import { randomIds } from "../kernel/ids.ts";
import type { TaskRecord } from "../tasks/service.ts";
import type { RunOutcome } from "./service.ts";
import { claim } from "./store.ts";

export type Workshop = TestCore & {
  who: TestPeople;
  /** Runs one attempt now, as a worker that was told of the task. */
  run(taskId: string, as?: { id?: string; drain?: AbortSignal }): Promise<RunOutcome>;
  /** Whether apply jobs are run as they come, as in a worker process; off at first. */
  applies: boolean;
  read(taskId: string): Promise<TaskRecord>;
  /** Times that `test.noop` had its effect for a task, whatever the revision. */
  effects(taskId: string): Promise<number>;
  /** Facts about the task itself, in order. */
  facts(taskId: string): Promise<string[]>;
  /** Claims a task as a worker that dies at once: nobody holds its lock, or nobody that renews it. */
  dieWith(taskId: string, stash?: Json, token?: number): Promise<void>;
  /** Makes a task due that waits for its next attempt. */
  makeDue(taskId: string): Promise<void>;
  loseJobs(): Promise<void>;
};

/** A core whose attempts the test starts by hand. */
export async function openWorkshop(options: Parameters<typeof makeCore>[0] = {}): Promise<Workshop> {
  const core = await makeCore(options);
  const { pool } = core.connections;
  const who = await core.people();
  const box = createSecretBox(core.secret, "stash");
  const dying = workerActor("worker:dying");
  const idle = new AbortController().signal;
  const running = new Set<Promise<unknown>>();
  const ending = new AbortController();

  function run(taskId: string, as: { id?: string; drain?: AbortSignal } = {}): Promise<RunOutcome> {
    const drain = AbortSignal.any([as.drain ?? idle, ending.signal]);
    const work = core.applying.run(taskId, { id: as.id ?? "worker:a", drain });
    running.add(work);
    work.catch(() => undefined).finally(() => running.delete(work));
    return work;
  }
  const read = (taskId: string): Promise<TaskRecord> => core.tasks.read(who.admin, taskId);

  const workshop: Workshop = {
    ...core,
    who,
    run,
    read,
    applies: false,
    async effects(taskId) {
      const recorded = await readFile(join(core.sinkDir, "applied.jsonl"), "utf8").catch(() => "");
      return recorded.split("\n").filter((line) => line.includes(`"${taskId}:`)).length;
    },
    async facts(taskId) {
      const query = { task_id: taskId, limit: 200, sort_order: "asc" } as const;
      const { entries } = await core.ledger.list(who.admin, query);
      return entries.filter(({ entity_type }) => entity_type === "task").map(({ action }) => action);
    },
    async dieWith(taskId, stash = { idempotency_key: `${taskId}:1` }, token = Date.now() * 1000) {
      const task = await read(taskId);
      const id = randomIds.uuid();
      const fact = taskFact("task.apply_started", task, { from_state: "APPROVED", to_state: "APPLYING" });
      const attempt = { id, worker_id: dying.id, token, lock_ids: [], stash: box.seal(stash, id) };
      const rows = await core.ledger.commit(dying, [fact], claim(task, { ...attempt, first_plan: null }));
      if (rows.length === 0) throw new Error("The task could not be claimed");
    },
    async makeDue(taskId) {
      await pool.query("UPDATE task SET apply_after = now() WHERE id = $1", [taskId]);
    },
    async loseJobs() {
      await core.ledger.settle();
      await pool.query("DELETE FROM pgboss.job");
    },
    async dispose() {
      ending.abort("drained");
      await Promise.allSettled(running);
      await core.dispose();
    },
  };
  await core.takeJobs(async (taskId) => {
    if (workshop.applies) void run(taskId).catch(() => undefined);
  });
  return workshop;
}
