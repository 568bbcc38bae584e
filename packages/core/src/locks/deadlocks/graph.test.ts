import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ContendedKey, Lock, LockMode, LockWaiter } from "../schema.ts";
import { type Cycle, cycleSignature, findCycles } from "./graph.ts";
import { contended, type Shape } from "./graph-fixture.ts";
import { waitEdges } from "./wait-edges.ts";

const ownerOf = (one: Lock | LockWaiter) => one.owner_id;
const names = (cycles: readonly Cycle[]) => cycles.map((cycle) => cycle.map(({ owner }) => owner));
const x = (owner: string) => [owner, "exclusive"] as const;
const s = (owner: string) => [owner, "shared"] as const;

/** One key of a test: who holds it (`"s"` before them: as readers) and who waits. */
function key(name: string, holders: string[], ...queue: Shape["queue"]): ContendedKey {
  const [first, ...rest] = holders;
  return first === "shared"
    ? contended(name, { holders: rest, queue, mode: "shared" })
    : contended(name, { holders, queue, mode: name.startsWith("agent:") ? "shared" : "exclusive" });
}

describe("who is in a deadlock", () => {
  test.each<[string, ContendedKey[], string[][]]>([
    ["two", [key("resource:1", ["a"], x("b")), key("resource:2", ["b"], x("a"))], [["a", "b"]]],
    [
      "three, whatever waits beside them",
      [
        key("resource:1", ["a"], x("z"), x("c")),
        key("resource:2", ["b"], x("a")),
        key("resource:3", ["c"], x("b"), x("y")),
      ],
      [["a", "b", "c"]],
    ],
    ["not a chain", [key("resource:1", ["a"], x("b")), key("resource:2", ["b"], x("c"))], []],
    [
      "not a reader among readers",
      [key("resource:1", ["shared", "a"], s("b")), key("resource:2", ["b"], x("a"))],
      [],
    ],
    [
      "a reader behind a writer that waits for readers",
      [key("resource:1", ["shared", "a"], x("w"), s("b")), key("resource:2", ["b"], x("a"))],
      [["a", "b", "w"]],
    ],
    [
      "not a reader before that writer",
      [key("resource:1", ["shared", "a"], s("b"), x("w")), key("resource:2", ["b"], x("a"))],
      [],
    ],
    [
      "through a writer in two queues",
      [
        key("resource:1", ["shared", "a", "b"], x("w"), s("c")),
        key("resource:2", ["shared", "a", "c"], x("w"), s("b")),
      ],
      [["b", "w", "c", "w"]],
    ],
    ["two upgraders", [key("resource:1", ["shared", "a", "b"], x("a"), x("b"))], [["a", "b"]]],
    ["nobody with itself", [key("resource:1", ["a"], x("a"))], []],
    [
      "not where another slot of an agent comes free",
      [key("agent:1", ["a", "other"], x("b")), key("resource:2", ["b"], x("a"))],
      [],
    ],
    [
      "all slots of an agent stuck",
      [key("agent:1", ["a", "c"], x("b")), key("resource:2", ["b"], x("a"), x("c"))],
      [["a", "b"]],
    ],
    ["nobody in a lock delay", [key("resource:1", [], x("a")), key("resource:2", ["a"], x("b"))], []],
    [
      "two at once, apart",
      [
        key("resource:1", ["a"], x("b")),
        key("resource:2", ["b"], x("a")),
        key("resource:3", ["c"], x("d")),
        key("resource:4", ["d"], x("c")),
      ],
      [
        ["a", "b"],
        ["c", "d"],
      ],
    ],
    [
      "of two that share an owner the shorter one",
      [
        key("resource:1", ["a"], x("b")),
        key("resource:2", ["b"], x("a"), x("c")),
        key("resource:3", ["c"], x("a")),
      ],
      [["a", "b"]],
    ],
  ])("%s", (_, keys, expected) => {
    expect(names(findCycles(keys, ownerOf))).toEqual(expected);
  });

  test("a cycle tells by which lock each blocks and by which request it waits", () => {
    const keys = [key("resource:1", ["a"], x("b")), key("resource:2", ["b"], x("a"))];
    const [one, two] = keys as [ContendedKey, ContendedKey];
    const [cycle] = findCycles(keys, ownerOf);
    expect(cycle).toEqual([
      {
        owner: "a",
        lock: one.holders[0],
        blocked_key: one.key,
        request: two.queue[0],
        waits_for_key: two.key,
      },
      {
        owner: "b",
        lock: two.holders[0],
        blocked_key: two.key,
        request: one.queue[0],
        waits_for_key: one.key,
      },
    ]);
    expect(cycleSignature(cycle!)).toBe(
      `${one.holders[0]!.id}>${two.queue[0]!.request_id}|${two.holders[0]!.id}>${one.queue[0]!.request_id}`,
    );
  });

  test("a ring is found up to the length that is asked for", () => {
    const ring = (length: number) =>
      Array.from({ length }, (_, at) => key(`resource:${at}`, [`o${at}`], x(`o${(at + 1) % length}`)));
    expect(findCycles(ring(100), ownerOf)[0]).toHaveLength(100);
    expect(findCycles(ring(101), ownerOf)).toEqual([]);
    expect(findCycles(ring(5), ownerOf, { max_length: 4 })).toEqual([]);
  });

  test("only through the one who just began to wait, where asked", () => {
    const keys = [key("resource:1", ["a"], x("b")), key("resource:2", ["b"], x("a"), x("c"))];
    expect(names(findCycles(keys, ownerOf, { through: "b" }))).toEqual([["a", "b"]]);
    expect(findCycles(keys, ownerOf, { through: "c" })).toEqual([]);
    expect(findCycles(keys, ownerOf, { through: "nobody" })).toEqual([]);
  });
});

/** Who waits for whom by the words of the specification, pair by pair. */
type Node = { request: LockWaiter; key: ContendedKey };
function blockers({ request, key: at }: Node): { holders: Lock[]; requests: LockWaiter[] } {
  const clashes = (one: { mode: LockMode }) =>
    at.resource_type === "agent" || one.mode === "exclusive" || request.mode === "exclusive";
  return {
    holders: at.holders.filter(clashes),
    requests: at.queue.filter((other) => other.queue_position < request.queue_position && clashes(other)),
  };
}
function stuckOwners(keys: readonly ContendedKey[]): Set<string> {
  const requests = keys.flatMap((at) => at.queue.map((request) => ({ request, key: at })));
  const gone = new Set<string>();
  const granted = new Set<string>();
  const everybody = keys.flatMap((at) => [...at.holders, ...at.queue]).map(ownerOf);
  for (let before = -1; before !== gone.size + granted.size; ) {
    before = gone.size + granted.size;
    for (const one of requests) {
      const { holders, requests: earlier } = blockers(one);
      const left = holders.filter((lock) => !gone.has(ownerOf(lock)));
      const isFree = one.key.resource_type === "agent" ? left.length < holders.length || !left[0] : !left[0];
      if (isFree && earlier.every(({ request_id }) => granted.has(request_id)))
        granted.add(one.request.request_id);
    }
    for (const owner of everybody) {
      const waits = requests.filter(({ request }) => ownerOf(request) === owner);
      if (waits.every(({ request }) => granted.has(request.request_id))) gone.add(owner);
    }
  }
  return new Set(everybody.filter((owner) => !gone.has(owner)));
}

const someKeys = fc
  .array(
    fc.record({
      kind: fc.constantFrom("resource", "resource", "agent"),
      mode: fc.constantFrom<LockMode>("shared", "exclusive"),
      parties: fc.uniqueArray(fc.integer({ min: 0, max: 7 }), { maxLength: 6 }),
      held: fc.integer({ min: 0, max: 3 }),
      modes: fc.array(fc.constantFrom<LockMode>("shared", "exclusive"), { minLength: 6, maxLength: 6 }),
    }),
    { maxLength: 7 },
  )
  .map((shapes) =>
    shapes.map(({ kind, mode, parties, held, modes }, at) => {
      const isSingle = mode === "exclusive" && kind === "resource";
      const holders = parties.slice(0, isSingle ? Math.min(1, held) : held).map((n) => `o${n}`);
      const queue = parties.slice(holders.length).map((n, place) => [`o${n}`, modes[place]!] as const);
      return contended(`${kind}:${at}`, { holders, queue, mode: kind === "agent" ? "shared" : mode });
    }),
  );

describe("of whatever holds and waits", () => {
  test("there is a cycle exactly where somebody can never go on, and each of its waits is one", () => {
    fc.assert(
      fc.property(someKeys, (keys) => {
        const cycles = findCycles(keys, ownerOf);
        const stuck = stuckOwners(keys);
        expect(cycles.length > 0).toBe(stuck.size > 0);
        const owners = cycles.flatMap((cycle) => [...new Set(cycle.map(({ owner }) => owner))]);
        expect(new Set(owners).size).toBe(owners.length);
        for (const cycle of cycles) {
          expect(cycle[0]!.owner).toBe(cycle.map(({ owner }) => owner).sort()[0]);
          for (const [at, member] of cycle.entries()) {
            const next = cycle[(at + 1) % cycle.length]!;
            const place = keys.find((one) => one.key === member.waits_for_key)!;
            const { holders, requests } = blockers({ request: member.request, key: place });
            expect(stuck).toContain(member.owner);
            expect(next.blocked_key).toBe(member.waits_for_key);
            expect(place.queue).toContain(member.request);
            if (next.lock) expect(holders).toContain(next.lock);
            else expect(requests).toContain(next.request);
          }
        }
      }),
      { numRuns: 2000 },
    );
  });

  test("the answer is the same for any order of keys and holders", () => {
    const shuffled = someKeys.chain((keys) =>
      fc.tuple(
        fc.constant(keys),
        fc.shuffledSubarray(keys, { minLength: keys.length }),
        fc.integer({ min: 0, max: 5 }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([keys, others, turn]) => {
        const turned = others.map((one) => ({
          ...one,
          holders: [...one.holders.slice(turn), ...one.holders.slice(0, turn)],
          queue: one.queue.toReversed(),
        }));
        expect(findCycles(turned, ownerOf)).toEqual(findCycles(keys, ownerOf));
      }),
    );
  });

  test("the drawn edges lead wherever a wait leads, and nowhere else", () => {
    fc.assert(
      fc.property(someKeys, (keys) => {
        for (const one of keys) {
          const edges = waitEdges([one], ownerOf, []);
          for (const request of one.queue) {
            const { holders, requests } = blockers({ request, key: one });
            const expected = new Set([...holders, ...requests].map(ownerOf));
            const reached = new Set<string>();
            const from = [request.owner_id];
            for (let owner = from.pop(); owner !== undefined; owner = from.pop()) {
              for (const edge of edges) {
                if (edge.from.owner_id !== owner || reached.has(edge.to.owner_id)) continue;
                reached.add(edge.to.owner_id);
                from.push(edge.to.owner_id);
              }
            }
            for (const owner of expected) expect(reached).toContain(owner);
            // Through a writer before it, a reader waits for the readers that the writer waits for.
            if (request.mode === "exclusive") expect(reached).toEqual(expected);
          }
        }
      }),
      { numRuns: 1000 },
    );
  });
});

test("edges: a queue is a chain, a writer waits for all readers before it, and a cycle's own are there", () => {
  const edges = (keys: ContendedKey[]) =>
    waitEdges(keys, ownerOf, findCycles(keys, ownerOf)).map(
      ({ from, to, because }) => `${from.owner_id}>${to.owner_id} ${because}`,
    );
  expect(edges([key("resource:1", ["a"], x("b"), x("c"))])).toEqual(["b>a holds", "c>b queued_before"]);
  expect(edges([key("resource:1", ["shared", "a"], s("b"), x("c"), s("d"))])).toEqual([
    "c>a holds",
    "c>b queued_before",
    "d>c queued_before",
  ]);
  expect(edges([key("resource:1", ["a"], x("b"), x("c")), key("resource:2", ["c"], x("a"))])).toEqual([
    "b>a holds",
    "c>b queued_before",
    "a>c holds",
    "c>a holds",
  ]);
});

describe("is quick where very many wait", () => {
  const many = (count: number, prefix: string) =>
    Array.from({ length: count }, (_, at) => x(`${prefix}${at}`));
  const best = (work: () => unknown) => {
    const times = Array.from({ length: 7 }, () => {
      const from = performance.now();
      work();
      return performance.now() - from;
    });
    return Math.min(...times);
  };

  test.each<[string, ContendedKey[], number]>([
    ["at one key, without a deadlock", [key("resource:1", ["a"], ...many(10_000, "w"))], 0],
    [
      "in two queues, between whose holders there is one",
      [
        key("resource:1", ["a"], ...many(5_000, "v"), x("b")),
        key("resource:2", ["b"], ...many(5_000, "w"), x("a")),
      ],
      1,
    ],
    [
      "for many readers",
      [key("resource:1", ["shared", ...many(2_000, "r").map(([owner]) => owner)], ...many(8_000, "w"))],
      0,
    ],
    [
      "in five thousand deadlocks",
      Array.from({ length: 10_000 }, (_, at) => key(`resource:${at}`, [`o${at}`], x(`o${at ^ 1}`))),
      5_000,
    ],
  ])("%s", (_, keys, expected) => {
    const cycles = findCycles(keys, ownerOf);
    expect(cycles).toHaveLength(expected);
    // Some 5 to 40 ms on a quiet machine; a search that is not linear takes seconds.
    expect(best(() => findCycles(keys, ownerOf))).toBeLessThan(1_000);
    expect(best(() => waitEdges(keys, ownerOf, cycles))).toBeLessThan(1_000);
  });
});
