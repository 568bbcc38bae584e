import pino from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { OUTPUT_LIMIT_BYTES } from "../executors/service.ts";
import { randomIds } from "../kernel/ids.ts";
import type { LedgerEvent } from "../ledger/schema.ts";
import { openWorkshop, type Workshop } from "./applying-fixture.ts";
import { keepOutput, type LiveOutput } from "./live-output.ts";
import { forgetAttempts } from "./output-store.ts";

const log = pino({ level: "silent" });
let core: Workshop;
beforeAll(async () => {
  core = await openWorkshop();
});
afterAll(() => core.dispose());

/** Follows a task's output as its page does: what is stored first, then events, and from the store where one is missing. */
function follow(taskId: string) {
  const heard: LedgerEvent[] = [];
  const stop = core.ledger.events.listen([`task:${taskId}`], (event) => heard.push(event));
  let text = "";
  let next = 0;
  const read = async (): Promise<void> => {
    const answer = await core.tasks.output(core.who.author, taskId, { from: next });
    text += answer.text;
    next = answer.next;
  };
  return {
    read,
    stop,
    async catchUp(): Promise<string> {
      for (const { payload } of heard.splice(0)) {
        const event = payload as { position?: number; output?: string; next?: number };
        if (event.next === undefined || event.next <= next) continue;
        if (event.position === next && event.output !== undefined) {
          text += event.output;
          next = event.next;
        } else await read();
      }
      return text;
    },
  };
}

describe("what an attempt prints", () => {
  let task: { id: string };
  let attempt: { id: string; task_id: string };
  let printed: LiveOutput;
  beforeEach(async () => {
    task = await core.approved(core.who.author, core.who.reviewer, core.noopTask());
    await core.dieWith(task.id);
    const { attempts } = await core.tasks.attempts(core.who.author, task.id);
    attempt = { id: attempts[0]!.id, task_id: task.id };
    printed = keepOutput({ ...core, pool: core.connections.pool, log }, attempt);
  });
  const stored = async (): Promise<string> =>
    (await core.tasks.output(core.who.author, task.id, { from: 0 })).text;

  test("is stored while it runs: who comes late reads it and then follows, without gap and without doubling", async () => {
    printed.push("one\n");
    await expect.poll(stored).toBe("one\n");
    const late = follow(task.id);
    printed.push("two\n");
    await expect.poll(stored).toBe("one\ntwo\n");
    // Read after "two" was told of: it comes by both ways, and counts once.
    await late.read();
    printed.push("drei – ");
    await expect.poll(late.catchUp).toBe("one\ntwo\ndrei – ");
    printed.push("x".repeat(40_000));
    printed.push("end");
    await expect.poll(late.catchUp).toBe(`one\ntwo\ndrei – ${"x".repeat(40_000)}end`);
    late.stop();
    printed.close();
  });

  test("stays where its worker dies, with how far it said to be", async () => {
    printed.push("created 3 of 7\n");
    printed.report({ percent: 43, message: "Creating" });
    await expect.poll(stored).toBe("created 3 of 7\n");
    printed.close();
    await core.applying.recoverLost();
    const output = await core.tasks.output(core.who.author, task.id, { attempt_id: attempt.id, from: 0 });
    expect(output).toMatchObject({
      text: "created 3 of 7\n",
      ended: true,
      progress: { percent: 43, message: "Creating" },
    });
    await core.makeDue(task.id);
    expect(await core.run(task.id)).toBe("ended");
    const { attempts } = await core.tasks.attempts(core.who.author, task.id);
    expect(attempts.map(({ outcome }) => outcome)).toEqual(["success", "lost"]);
  });

  test("is kept in bounded room, and says how much was left out and where", async () => {
    const line = `${"x".repeat(999)}\n`;
    for (let megabyte = 0; megabyte < 3; megabyte++) {
      printed.push(`part ${megabyte}\n`);
      for (let i = 0; i < 1000; i++) printed.push(line);
      await expect.poll(async () => (await stored()).includes(`part ${megabyte}`) || megabyte > 0).toBe(true);
      const before = await core.tasks.output(core.who.author, task.id, { from: 0 });
      await expect
        .poll(async () => (await core.tasks.output(core.who.author, task.id, { from: 0 })).next)
        .toBeGreaterThanOrEqual(Math.max(before.next, (megabyte + 1) * 1_000_000));
    }
    const { rows } = await core.connections.pool.query(
      "SELECT sum(bytes)::int AS bytes FROM attempt_output WHERE attempt_id = $1",
      [attempt.id],
    );
    expect(rows[0].bytes).toBeLessThanOrEqual(2 * OUTPUT_LIMIT_BYTES);
    const { text, left_out_bytes, next } = await core.tasks.output(core.who.author, task.id, { from: 0 });
    expect(text.startsWith("part 0\n")).toBe(true);
    expect(text.endsWith(line)).toBe(true);
    expect(text).toMatch(/\n… \d+ bytes left out …\n/);
    expect(next - left_out_bytes).toBe(rows[0].bytes);
    printed.close();
  });

  test("waits for a PostgreSQL that is away, and is stored whole when it is back", async () => {
    const real = core.connections.pool;
    let isAway = true;
    let refused = 0;
    const pool = {
      query(query: never) {
        if (!isAway) return real.query(query);
        refused++;
        return Promise.reject(new Error("away"));
      },
    };
    printed = keepOutput({ ...core, pool: pool as never, log }, attempt);
    const watcher = follow(task.id);
    printed.push("before, ");
    await expect.poll(() => refused, { timeout: 3_000 }).toBeGreaterThan(1);
    printed.push("meanwhile, ");
    expect(await watcher.catchUp()).toBe("");
    isAway = false;
    await expect.poll(stored, { timeout: 3_000 }).toBe("before, meanwhile, ");
    await expect.poll(watcher.catchUp).toBe("before, meanwhile, ");
    watcher.stop();
    printed.close();
  });
});

test("an agent does not read what another's task printed", async () => {
  const task = await core.approved(core.who.author, core.who.reviewer, core.noopTask({ output: "private" }));
  await core.run(task.id);
  expect((await core.tasks.output(core.who.reviewer, task.id, { from: 0 })).text).toBe("private");
  const stranger = { ...core.who.author, kind: "agent" as const, id: randomIds.uuid() };
  await expect(core.tasks.output(stranger, task.id, { from: 0 })).rejects.toMatchObject({
    code: "NOT_FOUND",
  });
});

test("stash and output of an ended task are forgotten after their days, those of a task still to come are not", async () => {
  const ended = await core.approved(core.who.author, core.who.reviewer, core.noopTask({ output: "old" }));
  await core.run(ended.id);
  const open = await core.approved(core.who.author, core.who.reviewer, core.noopTask());
  await core.dieWith(open.id);
  await core.applying.recoverLost();
  const { pool } = core.connections;
  await pool.query("UPDATE attempt SET ended_at = now() - interval '31 days' WHERE task_id = ANY($1)", [
    [ended.id, open.id],
  ]);
  await pool.query("UPDATE task SET state_since = now() - interval '31 days' WHERE id = ANY($1)", [
    [ended.id, open.id],
  ]);
  const hasStash = async (id: string) =>
    (await pool.query("SELECT stash IS NOT NULL AS kept FROM attempt WHERE task_id = $1", [id])).rows[0].kept;
  await forgetAttempts(pool, { stash_days: 30, output_days: 365 });
  expect([await hasStash(ended.id), await hasStash(open.id)]).toEqual([false, true]);
  expect((await core.tasks.output(core.who.author, ended.id, { from: 0 })).text).toBe("old");
  await forgetAttempts(pool, { stash_days: 30, output_days: 30 });
  expect((await core.tasks.output(core.who.author, ended.id, { from: 0 })).text).toBe("");
});
