import { openPool } from "@ade/testkit/database";
import pino from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openWorkshop, type Workshop } from "./applying-fixture.ts";
import { APPLY_STEPS, type ApplyStep } from "./deps.ts";

let core: Workshop;
const logged: string[] = [];
/** What happens when the next attempt comes to a step; once. */
let onStep: ((step: ApplyStep) => void) | null = null;
beforeAll(async () => {
  const log = pino({ level: "warn" }, { write: (line: string) => void logged.push(line) });
  core = await openWorkshop({ atApplyStep: (step) => onStep?.(step), log });
});
afterAll(() => core.dispose());
beforeEach(() => {
  onStep = null;
});

function at(wanted: ApplyStep, happens: () => void): void {
  onStep = (step) => {
    if (step !== wanted) return;
    onStep = null;
    happens();
  };
}

/** As the watchdog and the wake-ups of a worker would, until the task has ended. */
async function untilEnded(taskId: string): Promise<void> {
  await expect
    .poll(
      async () => {
        await core.applying.recoverLost().catch(() => undefined);
        await core.makeDue(taskId).catch(() => undefined);
        await core.run(taskId).catch(() => undefined);
        return (await core.read(taskId)).state;
      },
      { timeout: 45_000, interval: 300 },
    )
    .toBe("COMPLETED");
}

async function assertOnce(taskId: string): Promise<void> {
  expect((await core.read(taskId)).result).toBe("success");
  expect(await core.effects(taskId)).toBe(1);
  const facts = await core.facts(taskId);
  expect(facts.filter((action) => action === "task.completed")).toHaveLength(1);
  await core.ledger.settle();
  expect((await core.ledger.verify()).ok).toBe(true);
}

const approved = () => core.approved(core.who.author, core.who.reviewer, core.noopTask());

describe.each(APPLY_STEPS)("at the step %s", (step) => {
  test("every connection to PostgreSQL is cut: nothing is lost, and nothing is done twice", async () => {
    const task = await approved();
    const { rows } = await core.connections.pool.query<{ pid: number }>(
      "SELECT pid FROM pg_stat_activity WHERE datname = current_database()",
    );
    at(step, () => {
      // What pg_terminate_backend sends, in this very moment.
      for (const { pid } of rows) process.kill(pid, "SIGTERM");
    });
    await core.run(task.id).catch(() => undefined);
    expect(onStep).toBeNull();
    await untilEnded(task.id);
    await assertOnce(task.id);
  }, 60_000);

  test("Redis hangs for a while: nothing is lost, and nothing is done twice", async () => {
    const task = await approved();
    const pid = core.redisPid!;
    const goesOn = Promise.withResolvers<void>();
    at(step, () => {
      process.kill(pid, "SIGSTOP");
      setTimeout(() => {
        process.kill(pid, "SIGCONT");
        goesOn.resolve();
      }, 2_000);
    });
    await core.run(task.id).catch(() => undefined);
    await goesOn.promise;
    await untilEnded(task.id);
    await assertOnce(task.id);
  }, 60_000);
});

test("an end that PostgreSQL cannot take at once is recorded by the worker that reached it", async () => {
  const url = new URL(core.databaseUrl);
  const database = url.pathname.slice(1);
  url.pathname = "/postgres";
  const admin = openPool({ connectionString: url.href, max: 1 });
  const allow = (isAllowed: boolean) =>
    admin.query(`ALTER DATABASE "${database}" WITH ALLOW_CONNECTIONS ${isAllowed}`);
  const cut = () =>
    admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", [database]);
  try {
    const task = await core.approved(core.who.author, core.who.reviewer, core.noopTask({ sleep_ms: 1_500 }));
    const run = core.run(task.id);
    await core.taskIn(task.id, "APPLYING");
    await allow(false);
    await cut();
    // The executor ends while nobody can be told.
    await expect.poll(() => core.effects(task.id), { timeout: 10_000 }).toBe(1);
    const refused = () => logged.some((line) => line.includes("an end could not be recorded"));
    await expect.poll(refused, { timeout: 10_000 }).toBe(true);
    await allow(true);
    expect(await run).toBe("ended");
    await assertOnce(task.id);
    expect((await core.read(task.id)).attempts).toBe(1);
  } finally {
    await allow(true);
    await admin.end();
  }
}, 40_000);
