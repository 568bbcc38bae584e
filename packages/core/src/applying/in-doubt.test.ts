import { startFaultProxy } from "@ade/testkit/fault-proxy";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createShop, type Shop } from "../executors/adapters/sql/sql-fixture.ts";
import { attemptContext } from "../executors/contract.ts";
import { taskConfig } from "../executors/schema.ts";
import { ExecutorFailure, type Inspection } from "../executors/service.ts";
import { openWorkshop, type Workshop } from "./applying-fixture.ts";
import { oddExecutor } from "./odd-fixture.ts";
import { MAX_ATTEMPTS } from "./outcome.ts";

const BUSY = "The target is starting.";
const DENIED = "The target refuses the password.";
const NO_SPELLING = /its configuration names what cannot be locked: id must not contain '.' or '..'/;
const passing = () => new ExecutorFailure(BUSY, { retryable: true });
const lasting = () => new ExecutorFailure(DENIED);

let proxy: Awaited<ReturnType<typeof startFaultProxy>>;
let shop: Shop;
let core: Workshop;
const odd = oddExecutor();
const once = oddExecutor({ type: "test.once", retry: false });
beforeAll(async () => {
  shop = await createShop();
  proxy = await startFaultProxy({ target: shop.url });
  core = await openWorkshop({
    executors: [odd.executor, once.executor],
    sqlConnections: { main: { url: proxy.url, fence: false } },
    settings: { prepare_ms: 1_500 },
  });
});
afterAll(async () => {
  await core.dispose();
  await proxy.close();
  await shop.close();
});
beforeEach(() => odd.reset());

const approved = (config = odd.task()) => core.approved(core.who.author, core.who.reviewer, config);
const shown = (id: string) => core.tasks.get(core.who.author, id);
const again = async (id: string) => {
  await core.makeDue(id);
  return core.run(id);
};
/** A task whose first worker died in the middle. */
async function interrupted() {
  const task = await approved();
  await core.dieWith(task.id);
  await core.applying.recoverLost();
  return task;
}

test("what took effect is not done twice where its target is away as the next attempt looks", async () => {
  const config = taskConfig.parse({
    type: "database.sql",
    description: "Order a sofa",
    resources: [{ type: "database", id: "main", actions: ["write"] }],
    parameters: {
      connection: "main",
      statements: "INSERT INTO orders (item, amount) VALUES ('sofa ' || gen_random_uuid(), 1)",
    },
  });
  const task = await approved(config);
  const executor = core.executors.find("database.sql");
  const context = attemptContext({ idempotency_key: `${task.id}:1` });
  const stash = await executor.stash(config, context);
  await executor.apply(config, { ...context, stash });
  await core.dieWith(task.id, stash);
  await core.applying.recoverLost();
  proxy.refuse();
  proxy.cut();
  expect(await again(task.id)).toBe("blocked");
  expect(await core.read(task.id)).toMatchObject({ state: "APPROVED", revision: 1, attempts: 1 });
  expect((await shown(task.id)).waiting_for?.text).toMatch(
    /^attempt 2 comes next: The database of connection main can't be used/,
  );
  await proxy.heal();
  expect(await again(task.id)).toBe("ended");
  expect((await shown(task.id)).execution).toMatchObject({ result: "success" });
  const { rows } = await shop.owner.query("SELECT 1 FROM orders WHERE item LIKE 'sofa %'");
  expect(rows).toHaveLength(1);
});

test("an answer that does not come is waited for, without a new revision", async () => {
  const task = await interrupted();
  odd.inspect = () => new Promise<Inspection>(() => undefined);
  expect(await again(task.id)).toBe("blocked");
  expect((await shown(task.id)).waiting_for?.text).toMatch(/took longer than 1.5 s/);
  odd.inspect = async () => "done";
  expect(await again(task.id)).toBe("ended");
  expect(await core.read(task.id)).toMatchObject({ revision: 1, result: "success" });
  expect(odd.applied).toEqual([]);
});

test("what lasts ends it as unknown after the attempts allowed, and says why; what it kept stays for a rollback", async () => {
  const task = await interrupted();
  odd.inspect = () => Promise.reject(lasting());
  for (let look = 1; look < MAX_ATTEMPTS; look += 1) expect(await again(task.id)).toBe("blocked");
  expect(await again(task.id)).toBe("ended");
  const ended = await shown(task.id);
  expect(ended).toMatchObject({ revision: 1, execution: { result: "unknown" } });
  expect(ended.execution?.error).toBe(
    `An earlier attempt stopped in the middle, and how far it came cannot be told: ${DENIED}`,
  );
  expect([odd.applied, odd.rolledBack]).toEqual([[], []]);
  expect((await core.applying.rollbackStanding(await core.read(task.id))).refused).toBeNull();
  const facts = await core.facts(task.id);
  // One that says what it waits for; that it was looked at again is none of its own.
  expect(facts.filter((action) => action === "task.blocked")).toHaveLength(1);
  expect(facts.slice(-2)).toEqual(["task.apply_started", "task.completed"]);
});

test("where its executor knows that nobody can tell, it ends as unknown at once", async () => {
  const task = await interrupted();
  const lost = "It was sent, and its answer was lost.";
  odd.inspect = () => Promise.reject(new ExecutorFailure(lost, { ended_as: "unknown" }));
  expect(await again(task.id)).toBe("ended");
  expect(await core.read(task.id)).toMatchObject({ revision: 1, result: "unknown", error: lost });
  expect(odd.applied).toEqual([]);
});

test("what an earlier attempt kept is not looked past where it cannot be opened", async () => {
  const task = await interrupted();
  await core.connections.pool.query("UPDATE attempt SET stash = NULL WHERE task_id = $1", [task.id]);
  expect(await again(task.id)).toBe("ended");
  expect(await core.read(task.id)).toMatchObject({ revision: 1, result: "unknown" });
  expect(odd.applied).toEqual([]);
});

test.each(["stash", "plan"] as const)(
  "a first attempt whose target is busy (%s) waits too, and is not reviewed again",
  async (step) => {
    const task = await approved();
    Object.assign(odd, { [step]: () => Promise.reject(passing()) });
    expect(await again(task.id)).toBe("blocked");
    expect((await shown(task.id)).waiting_for?.text).toBe(`attempt 1 comes next: ${BUSY}`);
    odd.reset();
    expect(await again(task.id)).toBe("ended");
    expect(await core.read(task.id)).toMatchObject({ revision: 1, attempts: 1, result: "success" });
  },
);

test("a first attempt that cannot begin at all goes back to people at once", async () => {
  const task = await approved();
  odd.stash = () => Promise.reject(lasting());
  expect(await again(task.id)).toBe("sent back");
  expect((await core.read(task.id)).revision).toBe(2);
});

test("a definition that names a resource with no spelling sends its task back, with that sentence", async () => {
  const task = await approved();
  odd.touches = "a/../b";
  expect(await again(task.id)).toBe("sent back");
  const back = await core.taskIn(task.id, "DRAFT");
  expect(back.problem?.message).toMatch(/must not contain '.' or '..' as a segment/);
  const { entries } = await core.ledger.list(core.who.admin, {
    ...{ task_id: task.id, limit: 50, sort_order: "desc" as const },
  });
  expect(entries.find(({ action }) => action === "task.drifted")?.reason).toMatch(NO_SPELLING);
});

test("after an attempt in the middle it says so, waits, and ends as unknown where that stays", async () => {
  const task = await interrupted();
  odd.touches = "a/../b";
  for (let look = 1; look < MAX_ATTEMPTS; look += 1) expect(await again(task.id)).toBe("blocked");
  expect((await shown(task.id)).waiting_for?.text).toMatch(NO_SPELLING);
  expect(await again(task.id)).toBe("ended");
  expect(await core.read(task.id)).toMatchObject({ revision: 1, result: "unknown" });
  expect(odd.applied).toEqual([]);
});

test("what is cancelled while it is in doubt can still be brought back, through review", async () => {
  const { author, reviewer } = core.who;
  const untouched = await approved();
  await core.gate.cancel(author, untouched.id, {});
  expect((await shown(untouched.id)).allowed_actions).not.toContain("roll_back");
  await expect(core.applying.rollBack(author, untouched.id, {})).rejects.toThrow("It has not been applied.");

  const task = await interrupted();
  await core.gate.cancel(author, task.id, { reason: "It takes too long" });
  const cancelled = await shown(task.id);
  expect(cancelled.state).toBe("CANCELLED");
  expect(cancelled.allowed_actions).toContain("roll_back");
  odd.inspect = async () => "partial";
  const { id } = await core.applying.rollBack(author, task.id, {});
  const { approvals } = await core.taskIn(id, "REVIEWING");
  const own = approvals.find(({ reviewer_id }) => reviewer_id === reviewer.id)!;
  await core.gate.respond(reviewer, own.id, core.yes());
  expect(await core.run(id)).toBe("ended");
  expect(await core.read(id)).toMatchObject({ result: "success" });
  expect(odd.rolledBack).toHaveLength(1);
});

test("what went back to review in the middle and is cancelled there is not said to be untouched", async () => {
  const { author } = core.who;
  const task = await interrupted();
  odd.inspect = async () => "foreign";
  expect(await again(task.id)).toBe("sent back");
  await core.taskIn(task.id, "REVIEWING");
  await core.gate.cancel(author, task.id, {});
  await expect(core.applying.rollBack(author, task.id, {})).rejects.toThrow(
    "It has not been applied since it went back to review",
  );
});

test("what was held long before it was cancelled is kept as long as anything that ended", async () => {
  const task = await interrupted();
  const age = (sql: string) => core.connections.pool.query(sql, [task.id]);
  await age("UPDATE attempt SET ended_at = now() - interval '31 days' WHERE task_id = $1");
  await core.gate.cancel(core.who.author, task.id, {});
  await core.applying.forget();
  const standing = await core.applying.rollbackStanding(await core.read(task.id));
  expect(standing.refused).toBeNull();
  expect(Date.parse(standing.kept_until!)).toBeGreaterThan(Date.now());
  await age("UPDATE task SET state_since = now() - interval '31 days' WHERE id = $1");
  await core.applying.forget();
  expect((await core.applying.rollbackStanding(await core.read(task.id))).kept_until).toBeNull();
});

test("a rollback whose worker died is not tried again where what it brings back may not be", async () => {
  const task = await approved(once.task());
  expect(await core.run(task.id)).toBe("ended");
  once.inspect = async () => "done";
  const { id } = await core.applying.rollBack(core.who.author, task.id, {});
  const { approvals } = await core.taskIn(id, "REVIEWING");
  const own = approvals.find(({ reviewer_id }) => reviewer_id === core.who.reviewer.id)!;
  await core.gate.respond(core.who.reviewer, own.id, core.yes());
  await core.dieWith(id, null);
  expect(await core.applying.recoverLost()).toEqual([id]);
  expect(await core.read(id)).toMatchObject({ state: "COMPLETED", result: "unknown", revision: 1 });
  expect(once.rolledBack).toEqual([]);
});
