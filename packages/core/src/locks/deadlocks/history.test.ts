import { makeCore, type TestCore } from "@ade/testkit/make-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemActor } from "../../kernel/actor.ts";
import type { LedgerEvent } from "../../ledger/schema.ts";
import type { DeadlockEntry } from "../schema.ts";
import { findCycles } from "./graph.ts";
import { contended } from "./graph-fixture.ts";
import { deadlockFact, listDeadlocks } from "./history.ts";
import { judgeDeadlock } from "./victim.ts";

let core: TestCore;
beforeAll(async () => {
  core = await makeCore();
});
afterAll(() => core.dispose());

function deadlock(): DeadlockEntry {
  const keys = ["a", "b"].map((owner, at) =>
    contended(`resource:${at}`, {
      holders: [owner],
      queue: [[owner === "a" ? "b" : "a", "exclusive"]],
      mode: "exclusive",
    }),
  );
  const [cycle] = findCycles(keys, ({ owner_id }) => owner_id);
  return judgeDeadlock({
    id: crypto.randomUUID(),
    detected_at: new Date().toISOString(),
    found_by: "enqueue",
    cycle: cycle!,
    strategy: "abort_youngest",
    locksOf: () => [],
  }).entry;
}

const record = (entry: DeadlockEntry) => core.ledger.record(systemActor("locks"), [deadlockFact(entry)]);

test("a deadlock is kept in the ledger and told on the channel of locks, whole and with an id", async () => {
  const events: LedgerEvent[] = [];
  const told = new Promise<void>((resolve) => {
    core.ledger.events.listen(["locks"], (event) => {
      events.push(event);
      resolve();
    });
  });
  const entry = deadlock();
  await record(entry);
  await core.ledger.settle();
  await told;
  expect(events).toEqual([
    expect.objectContaining({ event: "lock:deadlock_detected", channels: ["locks"], payload: entry }),
  ]);
  expect(events[0]!.id).toMatch(/^\d+$/);
  const { deadlocks } = await listDeadlocks(core.ledger, { page: 1, limit: 1 });
  expect(deadlocks).toEqual([entry]);
});

test("the history pages from the newest on, by page and by cursor, and shows nothing else", async () => {
  const before = (await listDeadlocks(core.ledger, { page: 1, limit: 1 })).pagination.total;
  const kept = [deadlock(), deadlock(), deadlock(), deadlock(), deadlock()];
  for (const entry of kept) {
    await record(entry);
    await core.ledger.record(systemActor("locks"), [
      { action: "lock.force_released", entity_type: "lock", entity_id: entry.id },
    ]);
  }
  const ids = kept.map(({ id }) => id).reverse();
  const first = await listDeadlocks(core.ledger, { page: 1, limit: 2 });
  expect(first.deadlocks.map(({ id }) => id)).toEqual(ids.slice(0, 2));
  expect(first.pagination).toMatchObject({
    page: 1,
    total: before + 5,
    total_is_exact: true,
    has_more: true,
  });
  const second = await listDeadlocks(core.ledger, { page: 2, limit: 2 });
  expect(second.deadlocks.map(({ id }) => id)).toEqual(ids.slice(2, 4));
  const { next_cursor } = first.pagination;
  const following = await listDeadlocks(core.ledger, { page: 1, limit: 2, cursor: next_cursor! });
  expect(following.deadlocks).toEqual(second.deadlocks);
  const rest = await listDeadlocks(core.ledger, { page: 1, limit: 100 });
  expect(rest.deadlocks.map(({ id }) => id).slice(0, 5)).toEqual(ids);
  expect(rest.pagination.has_more).toBe(false);
  expect(rest.pagination.next_cursor).toBeUndefined();
});
