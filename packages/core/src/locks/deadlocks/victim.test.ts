import fc from "fast-check";
import { expect, test } from "vitest";
import {
  DEADLOCK_STRATEGIES,
  type DeadlockStrategy,
  deadlockEntry,
  type Lock,
  type LockWaiter,
} from "../schema.ts";
import { type Cycle, findCycles } from "./graph.ts";
import { contended, heldLock } from "./graph-fixture.ts";
import { judgeDeadlock } from "./victim.ts";

const ownerOf = (one: Lock | LockWaiter) => one.owner_id;
const second = (n: number) => `2026-11-21T10:00:${String(n).padStart(2, "0")}.000Z`;

type Facts = { since: number; locks: number; priority: number };

/** A ring of owners `o0`, `o1`…, each with what a strategy looks at. */
function ring(facts: readonly Facts[]): { cycle: Cycle; locksOf: (owner: string) => Lock[] } {
  const keys = facts.map(({ since, priority }, at) => {
    const key = contended(`resource:${at}`, {
      holders: [`o${at}`],
      queue: [[`o${(at + 1) % facts.length}`, "exclusive"]],
      mode: "exclusive",
    });
    key.holders[0]!.acquired_at = second(since);
    key.queue[0]!.priority = facts[(at + 1) % facts.length]!.priority ?? priority;
    return key;
  });
  const all = facts.flatMap(({ since, locks }, at) => [
    keys[at]!.holders[0]!,
    ...Array.from({ length: locks - 1 }, (_, n) =>
      heldLock(`o${at}`, `resource:other-${at}-${n}`, { acquired_at: second(since + 1) }),
    ),
  ]);
  const [cycle] = findCycles(keys, ownerOf);
  return { cycle: cycle!, locksOf: (owner) => all.filter((lock) => lock.owner_id === owner) };
}

function judge(facts: readonly Facts[], strategy: DeadlockStrategy) {
  const id = "0192f0c4-0000-7000-8000-000000000001";
  return judgeDeadlock({ id, detected_at: second(30), found_by: "scan", strategy, ...ring(facts) });
}

const three: Facts[] = [
  { since: 10, locks: 1, priority: 50 },
  { since: 20, locks: 3, priority: 50 },
  { since: 5, locks: 2, priority: 10 },
];

test.each<[DeadlockStrategy, string, string]>([
  [
    "abort_youngest",
    "o1",
    "its oldest lock, of 2026-11-21T10:00:20.000Z, is the newest: its 3 locks were released",
  ],
  ["abort_shortest", "o0", "it holds the fewest locks (1): its lock was released"],
  ["abort_lowest_priority", "o2", "its request has the lowest priority (10): its 2 locks were released"],
])("%s chooses %s and says why", (strategy, victim, because) => {
  const { entry, victim: chosen } = judge(three, strategy);
  expect(chosen).toBe(victim);
  expect(deadlockEntry.parse(entry)).toEqual(entry);
  expect(entry.resolution).toMatchObject({ strategy, victim_owner_id: victim, victim_agent_id: "agent" });
  expect(entry.resolution.released_locks).toHaveLength(three[Number(victim[1])]!.locks);
  expect(entry.explanation).toContain(`${victim} (of agent) gives way because ${because}`);
  expect(entry.explanation).toContain("o0 (of agent) holds resource:0 and waits for resource:2");
  expect(entry.explanation).toContain("none of the 3 could ever go on");
});

test("the entry tells of each what it holds and waits for", () => {
  const { entry } = judge(three, "abort_youngest");
  expect(entry.cycle.map((one) => [one.owner_id, one.holds_key, one.waits_for_key, one.locks_held])).toEqual([
    ["o0", "resource:0", "resource:2", 1],
    ["o2", "resource:2", "resource:1", 2],
    ["o1", "resource:1", "resource:0", 3],
  ]);
});

test("a tie is decided by the other rules, then by the name, and said to be one", () => {
  const same = { since: 10, locks: 1, priority: 50 };
  for (const strategy of DEADLOCK_STRATEGIES) {
    expect(judge([same, same, same], strategy).victim).toBe("o2");
    expect(judge([same, same], strategy).entry.explanation).toContain(
      "in a tie that was decided by fixed rules",
    );
  }
  expect(judge([same, { ...same, priority: 20 }, same], "abort_youngest").victim).toBe("o1");
  expect(judge([same, { ...same, since: 12 }, same], "abort_lowest_priority").victim).toBe("o1");
});

test("one that holds nothing is never chosen: to end its wait might not help", () => {
  const keys = [
    contended("resource:1", {
      holders: ["a"],
      queue: [
        ["w", "exclusive"],
        ["b", "shared"],
      ],
      mode: "shared",
    }),
    contended("resource:2", { holders: ["b"], queue: [["a", "exclusive"]], mode: "exclusive" }),
  ];
  const [cycle] = findCycles(keys, ownerOf);
  const locksOf = (owner: string) =>
    keys.flatMap(({ holders }) => holders).filter((lock) => ownerOf(lock) === owner);
  for (const strategy of DEADLOCK_STRATEGIES) {
    const facts = { id: crypto.randomUUID(), detected_at: second(1), found_by: "enqueue", strategy } as const;
    const { entry, victim } = judgeDeadlock({ ...facts, cycle: cycle!, locksOf });
    expect(victim).toBe("b");
    expect(deadlockEntry.parse(entry)).toEqual(entry);
    expect(entry.explanation).toContain("w (of agent) stands in the queue for resource:1");
  }
});

test("a long cycle is told in short", () => {
  const facts = Array.from({ length: 100 }, (_, at) => ({ since: at % 60, locks: 1, priority: 50 }));
  const { explanation } = judge(facts, "abort_youngest").entry;
  expect(explanation).toContain("96 more go on like that, back to o0 (of agent)");
  expect(explanation.length).toBeLessThan(900);
});

test("everybody chooses the same one, by the strategy's own measure", () => {
  const facts = fc.array(
    fc.record({ since: fc.nat(5), locks: fc.integer({ min: 1, max: 4 }), priority: fc.nat(3) }),
    { minLength: 2, maxLength: 6 },
  );
  fc.assert(
    fc.property(facts, fc.constantFrom(...DEADLOCK_STRATEGIES), (owners, strategy) => {
      const { cycle, locksOf } = ring(owners);
      const base = { id: crypto.randomUUID(), detected_at: second(30), found_by: "scan", strategy } as const;
      const { entry, victim } = judgeDeadlock({ ...base, cycle, locksOf });
      for (const turned of cycle.map((_, at) => [...cycle.slice(at), ...cycle.slice(0, at)])) {
        const reversed = (owner: string) => locksOf(owner).reverse();
        expect(judgeDeadlock({ ...base, cycle: turned, locksOf: reversed }).victim).toBe(victim);
      }
      const measure = {
        abort_youngest: "since",
        abort_shortest: "locks",
        abort_lowest_priority: "priority",
      } as const;
      const values = owners.map((owner) => owner[measure[strategy]]);
      const best = strategy === "abort_youngest" ? Math.max(...values) : Math.min(...values);
      expect(owners[Number(victim.slice(1))]![measure[strategy]]).toBe(best);
      expect(entry.resolution.released_locks).toEqual(
        locksOf(victim)
          .map(({ id }) => id)
          .sort(),
      );
    }),
  );
});
