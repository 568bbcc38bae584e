import { makeCore, type TestCore } from "@ade/testkit/make-core";
import pino from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { randomIds } from "../kernel/ids.ts";
import { createTurns, queuePriority, type Turn, type Turns } from "./turns.ts";
import { IMMEDIATE_PRIORITY, QUEUES, type WakeUp } from "./wake-ups.ts";

let core: TestCore;
beforeAll(async () => {
  core = await makeCore();
});
afterAll(() => core.dispose());

describe("turns", () => {
  let turns: Turns;
  let queue: WakeUp[];
  const [anna, ben, cleo] = [randomIds.uuid(), randomIds.uuid(), randomIds.uuid()];
  const names = new Map([
    [anna, "a"],
    [ben, "b"],
    [cleo, "c"],
  ]);

  beforeEach(async () => {
    await core.connections.pool.query("DELETE FROM apply_turn");
    turns = createTurns({ pool: core.connections.pool, log: pino({ level: "silent" }) });
    queue = [];
  });

  async function bring(author_id: string, count: number, priority = 50): Promise<void> {
    const asked = Array.from({ length: count }, () => ({
      queue: QUEUES.apply,
      id: randomIds.uuid(),
      data: { author_id },
      priority,
      author_id,
    }));
    queue.push(...(await turns.place(core.connections.pool, asked)));
  }

  /** Takes jobs as pg-boss does: by priority, then in the order of their insertion. */
  async function take(count: number): Promise<string> {
    queue.sort((one, other) => (other.priority ?? 0) - (one.priority ?? 0));
    const taken = queue.splice(0, count);
    for (const { data } of taken) if (data.turn) turns.begun(data.turn as Turn);
    await turns.stop();
    return taken.map(({ data }) => names.get(String(data.author_id))).join("");
  }

  test("who brings fifty stands behind nobody's second", async () => {
    await bring(anna, 50);
    await bring(ben, 2);
    expect(await take(6)).toBe("ababaa");
  });

  test("who comes later does not wait for what came before them", async () => {
    await bring(anna, 50);
    expect(await take(20)).toBe("a".repeat(20));
    await bring(ben, 2);
    expect(await take(5)).toMatch(/^(ab|ba){2}a$/);
  });

  test("who brings one after the other gets every second place, not all of them", async () => {
    await bring(anna, 50);
    let order = "";
    for (let round = 0; round < 10; round++) {
      await bring(ben, 1);
      order += await take(2);
    }
    expect(order).toMatch(/^(ab|ba){10}$/);
  });

  test("an author's own tasks stay in the order in which they were approved", async () => {
    await bring(anna, 5);
    const first = queue.map(({ id }) => id);
    await bring(anna, 5);
    queue.sort((one, other) => (other.priority ?? 0) - (one.priority ?? 0));
    expect(queue.slice(0, 5).map(({ id }) => id)).toEqual(first);
  });

  test("priority goes before turns, and what is to be applied at once before all", async () => {
    await bring(anna, 3);
    await bring(ben, 1, 80);
    await bring(cleo, 1, IMMEDIATE_PRIORITY);
    expect(await take(5)).toBe("cbaaa");
    expect(queuePriority({ priority: IMMEDIATE_PRIORITY, turn: 0 })).toBeLessThan(2 ** 31);
    expect(queuePriority({ priority: 1, turn: 9_999_999 })).toBeGreaterThan(
      queuePriority({ priority: 0, turn: 0 }),
    );
  });

  test("what waited already goes at the present turn", async () => {
    await bring(anna, 50);
    await take(10);
    const again = { queue: QUEUES.apply, id: randomIds.uuid(), data: { author_id: cleo }, priority: 50 };
    queue.push(...(await turns.place(core.connections.pool, [again])));
    expect(await take(2)).toBe("ca");
  });

  test("authors without a turn to come are forgotten, the others are not", async () => {
    await bring(anna, 3);
    await bring(ben, 1);
    await take(2);
    await turns.forget();
    const { rows } = await core.connections.pool.query(
      "SELECT author_id FROM apply_turn WHERE author_id = ANY($1)",
      [[anna, ben]],
    );
    expect(rows).toEqual([{ author_id: anna }]);
  });
});

test("fifty tasks of one author and two of another, approved after them, are begun by turns", async () => {
  const who = await core.people();
  const other = await core.person(["author"]);
  await core.takeJobs(async () => undefined);
  const proposed = async (author: typeof other) => core.reviewing(author, core.noopTask());
  const many = await Promise.all(Array.from({ length: 50 }, () => proposed(who.author)));
  const few = [await proposed(other), await proposed(other)];
  await core.stopTakingJobs();
  for (const { approvals } of [...many, ...few]) {
    const own = approvals.find(({ reviewer_id }) => reviewer_id === who.reviewer.id)!;
    await core.gate.respond(who.reviewer, own.id, core.yes());
  }
  await core.ledger.settle();
  const { rows } = await core.connections.pool.query<{ task_id: string }>(
    `SELECT data->>'task_id' AS task_id FROM pgboss.job WHERE name = 'apply' AND state < 'active'
      ORDER BY priority DESC, created_on, id`,
  );
  const order = rows.map(({ task_id }) => task_id);
  expect(order).toHaveLength(52);
  for (const [place, { id }] of few.entries()) expect(order.indexOf(id)).toBeLessThanOrEqual(2 * place + 1);
}, 120_000);
