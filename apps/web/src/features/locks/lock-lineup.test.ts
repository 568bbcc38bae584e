import type { QueuedLock } from "@ade/core/locks/schema";
import { describe, expect, it } from "vitest";
import { type LockBook, linesOf, newBook, pageOfRow, turnPage } from "./lock-book.ts";
import { filterOf, splitKey } from "./lock-filter.ts";
import { arrange } from "./lock-lineup.ts";

const lock = (id: string, key = `resource:${id}`): QueuedLock => ({
  id,
  key,
  resource_type: "resource",
  resource_id: key.slice(9),
  mode: "exclusive",
  owner_id: `owner-${id}`,
  agent_id: `agent-${id}`,
  purpose: null,
  acquired_at: "2026-11-21T05:00:00.000Z",
  expires_at: "2026-11-21T05:00:30.000Z",
  fencing_token: 1,
  queue: [],
  queue_length: 0,
});
const row = (id: string, key?: string) => ({ slot: id, lock: lock(id, key), isGone: false });
const ids = (rows: readonly { lock: QueuedLock; isGone: boolean }[]) =>
  rows.map((each) => (each.isGone ? `(${each.lock.id})` : each.lock.id));
const moving = { isStill: false, isLast: false };
const still = { isStill: true, isLast: false };

describe("arrange", () => {
  it("keeps places, drops who left and appends who came while the list may move", () => {
    const { rows, heldBack } = arrange([row("a"), row("b")], [lock("c"), lock("b")], moving);
    expect(ids(rows)).toEqual(["b", "c"]);
    expect(heldBack).toBe(0);
  });

  it("moves nothing under the pointer", () => {
    const { rows, heldBack } = arrange([row("a"), row("b")], [lock("c"), lock("b")], still);
    expect(ids(rows)).toEqual(["(a)", "b"]);
    expect(heldBack).toBe(1);
  });

  it("leaves a row that did not change the very same", () => {
    const before = row("a");
    expect(arrange([before], [before.lock], moving).rows[0]).toBe(before);
  });

  it("hands a key over in place, even under the pointer", () => {
    const { rows, heldBack } = arrange(
      [row("a", "resource:x"), row("b")],
      [lock("b"), lock("c", "resource:x")],
      still,
    );
    expect(ids(rows)).toEqual(["c", "b"]);
    expect(rows[0]?.slot).toBe("a");
    expect(heldBack).toBe(0);
  });

  it("lets arrivals in behind the last row, where they move nothing", () => {
    const { rows } = arrange([row("a")], [lock("a"), lock("b")], { isStill: true, isLast: true });
    expect(ids(rows)).toEqual(["a", "b"]);
  });
});

describe("book", () => {
  const reading = (locks: QueuedLock[], next_cursor?: string) => ({
    locks,
    pagination: { total: 9, next_cursor },
  });
  const read = (book: LockBook, at: number, locks: QueuedLock[], next?: string, isStill = false) =>
    turnPage(book, at, book.pages[at]?.cursor ?? "", reading(locks, next), isStill);

  it("learns where the next page begins from the one before", () => {
    const first = read(newBook("f"), 0, [lock("a")], "c1");
    expect(first.pages.map(({ cursor }) => cursor)).toEqual(["", "c1"]);
    const second = read(first, 1, [lock("b")]);
    expect(ids(linesOf(second).rows)).toEqual(["a", "b"]);
    expect(second.pages).toHaveLength(2);
  });

  it("keeps the rows of a page whose beginning moved until it is read from there", () => {
    const two = read(read(newBook("f"), 0, [lock("a")], "c1"), 1, [lock("b")]);
    const moved = read(two, 0, [lock("a"), lock("b")], "c2");
    expect(moved.pages.map(({ cursor }) => cursor)).toEqual(["", "c2"]);
    // Each lock once, although both pages name it.
    expect(ids(linesOf(moved).rows)).toEqual(["a", "b"]);
    // An answer for where it began before is too late.
    expect(turnPage(moved, 1, "c1", reading([lock("z")]), false)).toBe(moved);
  });

  it("answers with the same book where nothing is new", () => {
    const data = reading([lock("a")]);
    const once = turnPage(newBook("f"), 0, "", data, false);
    expect(turnPage(once, 0, "", data, false)).toBe(once);
    expect(turnPage(once, 0, "", data, true)).toBe(once);
  });

  it("settles what was held back as soon as it may move", () => {
    const once = read(newBook("f"), 0, [lock("a")], "c1");
    const data = reading([lock("b")], "c1");
    const held = turnPage(once, 0, "", data, true);
    expect(ids(linesOf(held).rows)).toEqual(["(a)"]);
    expect(ids(linesOf(turnPage(held, 0, "", data, false)).rows)).toEqual(["b"]);
  });

  it("counts exactly once the last page was read", () => {
    const one = read(newBook("f"), 0, [lock("a")], "c1");
    expect(linesOf(one)).toMatchObject({ total: 9, isExact: false });
    const two = read(one, 1, [lock("b")]);
    expect(linesOf(two)).toMatchObject({ total: 2, isExact: true });
  });

  it("knows the page of a row, and the unread one behind the last", () => {
    expect([0, 1, 2, 9].map((at) => pageOfRow([2, 3, 3], at))).toEqual([0, 0, 1, 2]);
  });
});

describe("filter", () => {
  const names = new Map([["Deployer", "id-7"]]);
  it("reads kind and id from a whole key, and a holder's id from its name", () => {
    expect(filterOf({ kind: "task", key: "resource:database:prod/x", holder: "Deployer" }, names)).toEqual({
      resource_type: "resource",
      resource_id: "database:prod/x",
      agent_id: "id-7",
    });
    expect(filterOf({ kind: "", key: "database:prod/x", holder: "w-1" }, names)).toEqual({
      resource_id: "database:prod/x",
      agent_id: "w-1",
    });
  });
  it("is no key without kind or id", () => {
    expect(splitKey("database:prod/x")).toBeNull();
    expect(splitKey("task:")).toBeNull();
  });
});
