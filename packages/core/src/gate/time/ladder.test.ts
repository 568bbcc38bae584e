import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Person } from "../../identity/schema.ts";
import { LADDER_END, type LadderFacts, nextStep } from "./ladder.ts";

const CREATED = "2026-01-05T09:00:00Z";
const DUE = "2026-01-07T09:00:00Z";
const at = (hours: number) => new Date(new Date(CREATED).getTime() + hours * 3_600_000);

function person(id: string, over: Partial<Person> = {}): Person {
  return { id, name: id, roles: ["reviewer"], groups: [], active: true, manager_id: null, ...over };
}
const PEOPLE = [
  person("ravi", { manager_id: "lee" }),
  person("lee", { manager_id: "top" }),
  person("top"),
  person("sec", { groups: ["security"] }),
  person("duty"),
];
const late = (step: number, over = {}) => ({
  reviewer_id: "ravi",
  escalation_step: step,
  created_at: CREATED,
  due_at: DUE,
  ...over,
});
const facts = (hours: number, over: Partial<LadderFacts> = {}): LadderFacts => ({
  now: at(hours),
  people: PEOPLE,
  groups: ["security"],
  on_call: ["duty"],
  excluded: new Set(["ravi"]),
  ...over,
});
const names = (step: ReturnType<typeof nextStep>) =>
  step.kind === "escalate" ? step.to.map(({ id }) => id) : [];

describe("the ladder", () => {
  test("reminds before it is due, and again only asks", () => {
    expect(nextStep(late(0), facts(36))).toEqual({ kind: "remind", step: 1, next: new Date(DUE) });
  });
  test("reminds nobody of what is due already", () => {
    expect(nextStep(late(0), facts(48))).toMatchObject({ kind: "escalate", rung: "manager" });
  });
  test("goes from manager to group to on-call, each after half of the time, and ends", () => {
    const first = nextStep(late(1), facts(48));
    expect(first).toMatchObject({ rung: "manager", step: 2, next: at(72) });
    expect(names(first)).toEqual(["lee"]);
    const second = nextStep(late(2), facts(72));
    expect(second).toMatchObject({ rung: "group", step: 3, next: at(96) });
    expect(names(second)).toEqual(["sec"]);
    const third = nextStep(late(3), facts(96));
    expect(third).toMatchObject({ rung: "on_call", step: LADDER_END, next: null });
    expect(names(third)).toEqual(["duty"]);
    expect(nextStep(late(LADDER_END), facts(120))).toEqual({ kind: "end", step: LADDER_END, next: null });
  });
  test("skips a rung on which nobody can be asked", () => {
    const noManager = PEOPLE.map((one) => (one.id === "ravi" ? { ...one, manager_id: null } : one));
    expect(nextStep(late(1), facts(48, { people: noManager }))).toMatchObject({ rung: "group", step: 3 });
    expect(nextStep(late(1), facts(48, { people: noManager, groups: [] }))).toMatchObject({
      rung: "on_call",
      next: null,
    });
    expect(nextStep(late(1), facts(48, { people: noManager, groups: [], on_call: [] })).kind).toBe("end");
  });
  test("climbs past a manager who left, may not review or made the change", () => {
    for (const over of [{ active: false }, { roles: ["author" as const] }]) {
      const people = PEOPLE.map((one) => (one.id === "lee" ? { ...one, ...over } : one));
      expect(names(nextStep(late(1), facts(48, { people })))).toEqual(["top"]);
    }
    expect(names(nextStep(late(1), facts(48, { excluded: new Set(["lee"]) })))).toEqual(["top"]);
  });
  test("ends in a circle of managers", () => {
    const people = [
      person("ravi", { manager_id: "a" }),
      person("a", { manager_id: "b", active: false }),
      person("b", { manager_id: "a", active: false }),
    ];
    expect(nextStep(late(1), facts(48, { people, groups: [], on_call: [] })).kind).toBe("end");
  });
  test("asks nobody twice, nobody who is excluded, and always ends", () => {
    const ids = ["ravi", "lee", "top", "sec", "duty", "x"];
    const anybody = fc.record({
      id: fc.constantFrom(...ids),
      active: fc.boolean(),
      manager_id: fc.option(fc.constantFrom(...ids), { nil: null }),
      reviews: fc.boolean(),
      groups: fc.subarray(["security", "sre"]),
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(anybody, { selector: ({ id }) => id }),
        fc.subarray(ids),
        fc.subarray(ids),
        (drawn, excluded, onCall) => {
          const people = drawn.map(({ reviews, ...one }) =>
            person(one.id, { ...one, roles: reviews ? ["reviewer"] : ["author"] }),
          );
          const asked = new Set([...excluded, "ravi"]);
          let step = 1;
          for (let round = 0; step < LADDER_END; round += 1) {
            expect(round).toBeLessThan(4);
            const next = nextStep(late(step), facts(48, { people, on_call: onCall, excluded: asked }));
            expect(next.step).toBeGreaterThan(step);
            for (const id of names(next)) {
              expect(asked.has(id)).toBe(false);
              expect(people.find((one) => one.id === id)).toMatchObject({
                active: true,
                roles: ["reviewer"],
              });
              asked.add(id);
            }
            step = next.step;
          }
        },
      ),
    );
  });
});
