import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type EpochRow, formatSentinel, judge, parseSentinel, type Sentinel } from "./epoch.ts";

const open: Sentinel = { epoch: 3, state: "open", run_id: "run", fence_floor: 100, grace_us: 0 };
const row: EpochRow = { epoch: 3, fence_floor: 100, max_ttl_seconds: 30, grace_ms: 0 };
const all = (sentinel: Sentinel | null) => Array.from({ length: 4 }, () => sentinel);
const but = (sentinel: Sentinel | null) => [...all(open).slice(1), sentinel];

describe("whether Redis still knows every grant", () => {
  test.each([
    ["everything agrees", { row, sentinels: all(open) }, "attach"],
    ["both are empty", { row: null, sentinels: all(null) }, { epoch: 1, lost: false }],
    ["Redis is empty", { row, sentinels: all(null) }, { epoch: 4, lost: true }],
    ["one partition is empty", { row, sentinels: but(null) }, { epoch: 4, lost: true }],
    ["Redis is older", { row: { ...row, epoch: 5 }, sentinels: all(open) }, { epoch: 6, lost: true }],
    ["one partition is older", { row, sentinels: but({ ...open, epoch: 2 }) }, { epoch: 4, lost: true }],
    ["it is another run", { row, sentinels: all({ ...open, run_id: "old" }) }, { epoch: 4, lost: true }],
    ["it was closed", { row, sentinels: all({ ...open, state: "closed" }) }, { epoch: 4, lost: false }],
    [
      "it was closed in another run",
      { row, sentinels: all({ ...open, state: "closed", run_id: "old" }) },
      { epoch: 4, lost: false },
    ],
    [
      "it was half closed in another run",
      {
        row,
        sentinels: but({ ...open, state: "closed", run_id: "old" }).map((s, at) =>
          at ? s : { ...s!, run_id: "old" },
        ),
      },
      { epoch: 4, lost: true },
    ],
    [
      "it was closed before the last epoch",
      { row: { ...row, epoch: 4 }, sentinels: all({ ...open, state: "closed" }) },
      { epoch: 5, lost: true },
    ],
    ["PostgreSQL is new", { row: null, sentinels: all(open) }, { epoch: 4, lost: false }],
    ["PostgreSQL is older", { row: { ...row, epoch: 1 }, sentinels: all(open) }, { epoch: 4, lost: false }],
  ] as const)("%s", (_, facts, expected) => {
    const partitions = facts.sentinels.map((sentinel) => ({ sentinel, run_id: "run" }));
    const verdict = judge({ row: facts.row, partitions });
    if (expected === "attach") expect(verdict.kind).toBe("attach");
    else expect(verdict).toMatchObject({ kind: "begin", ...expected });
  });
});

test("a new epoch is above every epoch and floor that anybody knows", () => {
  const sentinel = fc.record({
    epoch: fc.integer({ min: 1, max: 9 }),
    state: fc.constantFrom("open" as const, "closed" as const),
    run_id: fc.constantFrom("run", "old"),
    fence_floor: fc.nat(1000),
    grace_us: fc.constant(0),
  });
  const kept = fc.record({
    epoch: fc.integer({ min: 1, max: 9 }),
    fence_floor: fc.nat(1000),
    max_ttl_seconds: fc.constant(30),
    grace_ms: fc.constant(0),
  });
  fc.assert(
    fc.property(
      fc.option(kept),
      fc.array(fc.option(sentinel), { minLength: 4, maxLength: 4 }),
      (row, sentinels) => {
        const partitions = sentinels.map((sentinel) => ({ sentinel, run_id: "run" }));
        const verdict = judge({ row, partitions });
        const known = [row, ...sentinels].filter((one) => one !== null);
        if (verdict.kind === "attach") return known.every(({ epoch }) => epoch === row?.epoch);
        return known.every(
          ({ epoch, fence_floor }) => verdict.epoch > epoch && verdict.fence_floor >= fence_floor,
        );
      },
    ),
  );
});

test("a sentinel is read as it was written, and nothing else is", () => {
  expect(parseSentinel(formatSentinel(open))).toEqual(open);
  for (const text of [null, "", "1", "1:open:run:2", "x:open:run:1:1", `${formatSentinel(open)}:0`]) {
    expect(parseSentinel(text)).toBeNull();
  }
});
