import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { ApplyContext } from "../executors/service.ts";
import { openWorkshop, type Workshop } from "./applying-fixture.ts";
import { oddExecutor } from "./odd-fixture.ts";
import { MAX_ATTEMPTS } from "./outcome.ts";

const odd = oddExecutor();
let core: Workshop;
beforeAll(async () => {
  core = await openWorkshop({ executors: [odd.executor], settings: { stop_grace_ms: 300 } });
});
afterAll(() => core.dispose());
beforeEach(() => odd.reset());

const approved = (config = odd.task()) => core.approved(core.who.author, core.who.reviewer, config);
const never = () => new Promise<void>(() => undefined);
const stopped = ({ signal }: ApplyContext) =>
  new Promise<void>((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
const ended = async (id: string) => {
  const { state, result, error } = await core.read(id);
  return { state, result, error };
};
const holder = (config: { resources: { id: string }[] }) =>
  core.locks.holderOf("resource", `service:default/${config.resources[0]!.id}`);

test("an apply that does not stop when told to ends as unknown, is not undone, and its locks outlast it", async () => {
  odd.apply = never;
  const config = odd.task({ timeout_seconds: 1 });
  const task = await approved(config);
  expect(await core.run(task.id)).toBe("ended");
  expect(await ended(task.id)).toEqual({
    state: "COMPLETED",
    result: "unknown",
    error:
      "Its time limit of 1 s was over. It was told to stop and had not after 0.3 s: it may still be going on, and nobody can tell how far it comes.",
  });
  expect(odd.rolledBack).toEqual([]);
  // Not let go, but left: whoever comes next waits as after a crash.
  expect(await holder(config)).not.toBeNull();
  const next = await approved(config);
  expect(await core.run(next.id)).toBe("blocked");
  await core.gate.cancel(core.who.author, next.id, {});
});

test.each([
  ["an admin's abort", "Aborted by an admin."],
  ["a lost lock", "A lock was lost while it was applied."],
  ["a drain", "Its worker was stopped."],
] as const)("the same after %s: it is not tried again beside itself", async (why, said) => {
  const begun = Promise.withResolvers<void>();
  odd.apply = () => {
    begun.resolve();
    return never();
  };
  const task = await approved();
  const drain = new AbortController();
  const run = core.run(task.id, { drain: drain.signal });
  await begun.promise;
  if (why === "a drain") drain.abort("drained");
  else if (why === "an admin's abort") await core.gate.abort(core.who.admin, task.id, { reason: "stop" });
  else {
    const { id } = (await core.locks.holderOf("task", task.id))!;
    await core.locks.forceRelease(core.who.admin, { lock_id: id, reason: "test" });
  }
  expect(await run).toBe("ended");
  expect(await ended(task.id)).toMatchObject({ result: "unknown", error: expect.stringContaining(said) });
  expect(odd.rolledBack).toEqual([]);
});

test("a rollback that does not stop ends as unknown too", async () => {
  const rolling = Promise.withResolvers<void>();
  odd.apply = () => Promise.reject(new Error("broken"));
  odd.rollback = () => {
    rolling.resolve();
    return never();
  };
  const task = await approved();
  const run = core.run(task.id);
  await rolling.promise;
  const { id } = (await core.locks.holderOf("task", task.id))!;
  await core.locks.forceRelease(core.who.admin, { lock_id: id, reason: "test" });
  expect(await run).toBe("ended");
  expect(await ended(task.id)).toMatchObject({
    result: "unknown",
    error: expect.stringMatching(/It could not be rolled back: It was told to stop and had not/),
  });
});

/** An approved task whose next attempt is its last one, and stops as it is told. */
async function beforeItsLastAttempt() {
  const begun = Promise.withResolvers<void>();
  odd.apply = (context) => {
    begun.resolve();
    return stopped(context);
  };
  const task = await approved();
  const text = "UPDATE task SET attempts = $2 WHERE id = $1";
  await core.connections.pool.query(text, [task.id, MAX_ATTEMPTS - 1]);
  return { task, begun: begun.promise };
}

test("the last attempt of a drained worker is a failure, and rolled back as any", async () => {
  const { task, begun } = await beforeItsLastAttempt();
  const drain = new AbortController();
  const run = core.run(task.id, { drain: drain.signal });
  await begun;
  drain.abort("drained");
  expect(await run).toBe("ended");
  expect(await ended(task.id)).toMatchObject({
    result: "failure",
    error: "Given up after 5 attempts. What it had done was rolled back.",
  });
  expect(odd.rolledBack).toEqual([`${task.id}:1`]);
});

test("of the last attempt nobody can tell how far it came where its lock was lost", async () => {
  const { task, begun } = await beforeItsLastAttempt();
  const run = core.run(task.id);
  await begun;
  const { id } = (await core.locks.holderOf("task", task.id))!;
  await core.locks.forceRelease(core.who.admin, { lock_id: id, reason: "test" });
  expect(await run).toBe("ended");
  expect(await ended(task.id)).toMatchObject({
    result: "unknown",
    error:
      "Given up after 5 attempts: a lock was lost while applying it, and nobody can tell how far it came.",
  });
  expect(odd.rolledBack).toEqual([]);
});

test.each([
  [5, 60_000],
  [3_600, 3_600_000],
])("with a limit of %d s its rollback has %d ms", async (timeout_seconds, limit_ms) => {
  let given: number | undefined;
  odd.apply = () => Promise.reject(new Error("broken"));
  odd.rollback = async (context) => {
    given = context.limit_ms;
  };
  const task = await approved(odd.task({ timeout_seconds }));
  expect(await core.run(task.id)).toBe("ended");
  expect(given).toBe(limit_ms);
});
