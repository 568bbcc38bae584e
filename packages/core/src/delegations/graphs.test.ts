import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type DelegationFacts, type DelegationRule, fitOf } from "./match.ts";
import { type Delegate, type Resolution, resolveDelegations } from "./resolve.ts";

const RUNS = { numRuns: 500 };
const COUNT = 8;
const AT = new Date("2026-03-01T12:00:00Z");
const ids = Array.from({ length: COUNT }, (_, place) => `u${place}`);

const anyPerson = (id: string): fc.Arbitrary<Delegate> =>
  fc.record({
    id: fc.constant(id),
    name: fc.constant(id.toUpperCase()),
    roles: fc.subarray(["author", "reviewer", "admin"]),
    active: fc.integer({ min: 0, max: 4 }).map((chance) => chance > 0),
  });
const some = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const anyRule = (place: number): fc.Arbitrary<DelegationRule> =>
  fc
    .record({
      owner_id: fc.constantFrom(...ids),
      delegate_to: fc.constantFrom(...ids),
      task_types: some(fc.constantFrom(["infra.*"], ["*"], ["database.*"])),
      namespaces: some(fc.constantFrom(["prod-*"], ["stage"])),
      risk_above: some(fc.constantFrom(0, 50, 90)),
      cascade: fc.integer({ min: 0, max: 3 }).map((chance) => chance > 0),
      starts_at: fc.constantFrom(null, "2026-02-01T00:00:00Z", "2026-04-01T00:00:00Z"),
      expires_at: fc.constantFrom(null, "2026-02-15T00:00:00Z", "2026-05-01T00:00:00Z"),
      active: fc.integer({ min: 0, max: 5 }).map((chance) => chance > 0),
    })
    .map(({ task_types, namespaces, risk_above, ...rest }) => ({
      id: `d${String(place).padStart(3, "0")}`,
      ...rest,
      conditions: JSON.parse(JSON.stringify({ task_types, namespaces, risk_above })),
    }));
/** People, delegations in any order and shape (circles, to oneself, to those who left) and a change. */
const anyWorld = fc
  .record({
    people: fc.tuple(...ids.map(anyPerson)),
    count: fc.integer({ min: 0, max: 20 }),
    makers: fc.subarray(ids, { maxLength: 3 }),
    score: fc.integer({ min: 0, max: 100 }),
    type: fc.constantFrom("infra.deploy", "database.migrate"),
    keys: fc.constantFrom(["service:prod-eu/x"], ["service:stage/x", "database:default/y"]),
  })
  .chain(({ count, people, makers, ...change }) =>
    fc.record({
      people: fc.constant(people),
      rules: fc.tuple(...Array.from({ length: count }, (_, place) => anyRule(place))),
      facts: fc.constant<DelegationFacts>({ ...change, makers, tags: [], at: AT }),
    }),
  );
type World = { people: Delegate[]; rules: DelegationRule[]; facts: DelegationFacts };
const solve = ({ people, rules, facts }: World) => resolveDelegations(rules, ids, facts, people);
const forEach = (check: (world: World, found: Map<string, Resolution>) => void) =>
  fc.assert(
    fc.property(anyWorld, (world) => check(world, solve(world))),
    RUNS,
  );

describe("any graph of delegations", () => {
  test("has one end for each, and it is a reviewer who is there and did not make the change, or the owner", () => {
    forEach(({ people, facts }, found) => {
      expect([...found.keys()]).toEqual(ids);
      for (const { owner_id, end_id } of found.values()) {
        if (end_id === owner_id) continue;
        const end = people.find(({ id }) => id === end_id)!;
        expect(end.active).toBe(true);
        expect(end.roles.includes("reviewer") || end.roles.includes("admin")).toBe(true);
        expect(facts.makers).not.toContain(end_id);
      }
    });
  });

  test("gives a path without a circle, along delegations that apply, over no maker and nobody who left", () => {
    forEach(({ people, rules, facts }, found) => {
      for (const { owner_id, end_id, path } of found.values()) {
        expect([path[0], path.at(-1)]).toEqual([owner_id, end_id]);
        expect(new Set(path).size).toBe(path.length);
        for (const [place, id] of path.slice(1).entries()) {
          const steps = rules.filter((rule) => rule.owner_id === path[place] && rule.delegate_to === id);
          const applying = steps.filter((rule) => fitOf(rule, facts).applies);
          expect(applying.length).toBeGreaterThan(0);
          // Only the last step may be one that does not cascade.
          if (place < path.length - 2) expect(applying.some((rule) => rule.cascade)).toBe(true);
          expect(facts.makers).not.toContain(id);
          expect(people.find((person) => person.id === id)?.active).toBe(true);
        }
      }
    });
  });

  test("stops at nobody whose own delegation could have carried it on, unless it may not be passed on", () => {
    forEach(({ rules, facts }, found) => {
      for (const { end_id, path, stops, looks } of found.values()) {
        if (path.length === 1) continue;
        const last = looks.findLast((look) => look.verdict === "taken" && look.to_id === end_id)!;
        const taken = rules.find(({ id }) => id === last.delegation_id)!;
        const own = rules.filter((rule) => rule.owner_id === end_id && fitOf(rule, facts).applies);
        expect(stops.endsWith("may not be passed on")).toBe(!taken.cascade);
        if (taken.cascade) expect(own).toEqual([]);
      }
    });
  });

  test("falls back only where no chain leads to anybody, and then warns, unless none applies", () => {
    forEach((world, found) => {
      for (const { owner_id, end_id, warnings } of found.values()) {
        const applying = world.rules.filter(
          (rule) => rule.owner_id === owner_id && fitOf(rule, world.facts).applies,
        );
        const reachable = canReachAnEnd(world, owner_id, [owner_id]);
        expect(end_id !== owner_id).toBe(applying.length > 0 && reachable);
        if (end_id === owner_id) expect(warnings.length > 0).toBe(applying.length > 0);
      }
    });
  });

  test("is resolved the same whatever the order of its delegations", () => {
    fc.assert(
      fc.property(anyWorld, fc.infiniteStream(fc.nat()), (world, numbers) => {
        const shuffled = world.rules
          .map((rule) => ({ rule, place: numbers.next().value as number }))
          .sort((a, b) => a.place - b.place)
          .map(({ rule }) => rule);
        expect(solve({ ...world, rules: shuffled })).toEqual(solve(world));
      }),
      RUNS,
    );
  });

  test("with everybody delegating to everybody ends in time", () => {
    const many = Array.from({ length: 60 }, (_, place) => `p${place}`);
    const people = many.map((id) => ({ id, name: id, roles: [], active: true }));
    const rules = many.flatMap((owner_id, row) =>
      many.map((delegate_to, column) => ({
        ...{ id: `d${row}-${column}`, owner_id, delegate_to, conditions: {}, cascade: true },
        ...{ starts_at: null, expires_at: null, active: true },
      })),
    );
    const facts = { type: "x", keys: ["service:a/b"], score: 1, tags: [], at: AT, makers: [] };
    const [found] = resolveDelegations(rules, ["p0"], facts, people).values();
    expect(found!.end_id).toBe("p0");
  });
});

/** By trying every path: whether some chain from here ends at somebody who can answer. */
function canReachAnEnd({ people, rules, facts }: World, here: string, path: readonly string[]): boolean {
  return rules.some((rule) => {
    const to = rule.delegate_to;
    const person = people.find(({ id }) => id === to)!;
    if (rule.owner_id !== here || !fitOf(rule, facts).applies) return false;
    if (path.includes(to) || facts.makers.includes(to) || !person.active) return false;
    const may = person.roles.includes("reviewer") || person.roles.includes("admin");
    const passesOn = rules.some((next) => next.owner_id === to && fitOf(next, facts).applies);
    if (!rule.cascade || !passesOn) return may;
    return canReachAnEnd({ people, rules, facts }, to, [...path, to]);
  });
}
