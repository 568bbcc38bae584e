import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { policyNotes } from "./notes.ts";
import type { Person } from "./requirements.ts";
import { type PolicyEntry, policyInput } from "./schema.ts";
import { effectOf, type PastTask } from "./what-if.ts";

const person = (id: string, groups: string[] = [], roles = ["reviewer"]): Person => ({
  ...{ id, name: id.toUpperCase(), roles, groups, active: true },
});
const PEOPLE = [
  person("a", ["sec"]),
  person("b", ["sec", "sre"]),
  person("c", ["sre"]),
  person("m", ["sec"], ["author"]),
];
const AT = new Date("2026-11-20T12:00:00Z");
let count = 0;
const task = (over: Partial<PastTask> = {}): PastTask => ({
  ...{ id: String(count++), title: "T", type: "configuration.file", keys: ["database:prod/main"], score: 40 },
  original_type: null,
  ...{ submitted_at: AT, approved_at: null, author: { roles: ["author"], groups: [] }, excluded: ["m"] },
  ...{ requested: [], may_waive: true },
  ...over,
});
const policy = (rules: object, id = "p"): PolicyEntry => ({
  ...policyInput.parse({ name: id }),
  ...rules,
  ...{ id, version: 1, created_at: AT.toISOString(), updated_at: AT.toISOString() },
});
const effect = (
  before: PolicyEntry | null,
  after: PolicyEntry | null,
  tasks: PastTask[],
  others: PolicyEntry[] = [],
) => effectOf({ others, before, after }, tasks, PEOPLE);

describe("the effect of a change", () => {
  test("tells who is asked in addition and no longer, and what each task came to", () => {
    const tasks = [task(), task({ keys: ["service:prod/web"] })];
    const found = effect(
      policy({ resource_patterns: ["database:*"], groups: ["sec"] }),
      policy({ resource_patterns: ["database:*"], groups: ["sre"], min_approvers: 2 }),
      tasks,
    );
    expect(found).toMatchObject({
      ...{ tasks: 2, fits_before: 1, fits_after: 1, asked_more: 1, asked_fewer: 1, approvals_more: 1 },
      ...{ approvals_fewer: 0, impossible_more: 0 },
    });
    expect(found.changed).toEqual([
      expect.objectContaining({
        ...{ id: tasks[0]!.id, added: ["C"], removed: ["A"] },
        before: { asked: 2, required: 1, waived: false, problem: null, held_by: null },
        after: { asked: 2, required: 2, waived: false, problem: null, held_by: null },
      }),
    ]);
  });

  test("finds what could never be approved any more, and why", () => {
    const found = effect(null, policy({ groups: ["sre"], min_approvers: 2 }), [
      task(),
      task({ excluded: ["b"] }),
    ]);
    expect(found.impossible_more).toBe(1);
    expect(found.changed.find(({ after }) => after.problem)?.after.problem).toMatch(
      /needs 2 of sre, and only 1/,
    );
    expect(
      effect(policy({ groups: ["sre"], min_approvers: 2 }), null, [task({ excluded: ["b"] })]),
    ).toMatchObject({
      impossible_fewer: 1,
    });
  });

  test("counts what passes by itself, more and fewer, and never after a drift", () => {
    const waives = policy({ auto_approve_if: { risk_below: 50 } });
    const tasks = [task(), task({ score: 60 }), task({ may_waive: false })];
    expect(effect(null, waives, tasks)).toMatchObject({ waived_more: 1, waived_fewer: 0, asked_fewer: 3 });
    expect(effect(waives, null, tasks)).toMatchObject({ waived_more: 0, waived_fewer: 1, asked_more: 3 });
    const other = policy({ task_types: ["*"], groups: ["sec"] }, "other");
    expect(effect(null, waives, tasks, [other])).toMatchObject({ waived_more: 0 });
  });

  test("of switching off is that of deleting", () => {
    const on = policy({ groups: ["sec"], min_approvers: 2 });
    const tasks = [task(), task({ score: 80 })];
    expect(effect(on, { ...on, active: false }, tasks)).toEqual(effect(on, null, tasks));
  });

  test("counts what a freeze would have held at its approval", () => {
    const freeze = {
      name: "Noon",
      dates: [{ from: "2026-11-20T12:00", to: "2026-11-20T13:00", time_zone: "UTC" }],
    };
    const tasks = [task(), task({ approved_at: new Date("2026-11-20T13:00:00Z") })];
    const found = effect(policy({}), policy({ freeze }), tasks);
    expect(found).toMatchObject({ held_more: 1, held_fewer: 0, asked_more: 0 });
    expect(found.changed.map(({ after }) => after.held_by)).toEqual(["Noon"]);
  });

  test("of no change is nothing, and of a change and its return the same with the signs turned", () => {
    const rules = fc.record({
      resource_patterns: fc.constantFrom(undefined, ["database:*"], ["service:*"]),
      groups: fc.constantFrom(undefined, ["sec"], ["sre"], ["sec", "sre"]),
      min_approvers: fc.integer({ min: 1, max: 3 }),
      auto_approve_if: fc.constantFrom(undefined, { risk_below: 50 }),
    });
    const some = fc.array(
      fc
        .record({
          score: fc.integer({ min: 0, max: 100 }),
          keys: fc.constantFrom(["database:prod/main"], ["service:prod/web"]),
        })
        .map((over) => task(over)),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(rules, rules, rules, some, (one, two, three, tasks) => {
        const [a, b, other] = [policy(one), policy(two), policy(three, "other")];
        expect(effect(a, a, tasks, [other]).changed).toEqual([]);
        const there = effect(a, b, tasks, [other]);
        const back = effect(b, a, tasks, [other]);
        for (const name of ["asked", "approvals", "waived", "impossible", "held"] as const) {
          expect(there[`${name}_more`]).toBe(back[`${name}_fewer`]);
          expect(there[`${name}_fewer`]).toBe(back[`${name}_more`]);
        }
        expect(there.changed.length).toBe(back.changed.length);
      }),
    );
  });
});

describe("notes on a policy", () => {
  const notes = (rules: object) =>
    policyNotes(policy(rules), {
      people: PEOPLE,
      tasks: [task()],
      types: ["configuration.file"],
      at: AT,
    }).map(({ field, tone }) => `${field} ${tone}`);
  test.each<[string, object, string[]]>([
    ["nothing to say", { resource_patterns: ["database:*"], groups: ["sec"] }, []],
    ["everything", { groups: ["sec"] }, ["task_types warn"]],
    ["a type that nobody handles", { task_types: ["terraform.*"], groups: ["sec"] }, ["task_types warn"]],
    [
      "a pattern that fits nothing",
      { resource_patterns: ["x:*"], groups: ["sec"] },
      ["resource_patterns info"],
    ],
    ["too few", { task_types: ["*"], groups: ["sre"], min_approvers: 3 }, ["min_approvers bad"]],
    ["nobody to spare", { task_types: ["*"], groups: ["sre"], min_approvers: 2 }, ["min_approvers warn"]],
    ["too few reviewers at all", { task_types: ["*"], min_approvers: 4 }, ["min_approvers bad"]],
    ["a role that nobody has", { task_types: ["*"], required_roles: ["admin"] }, ["required_roles bad"]],
    [
      "an author among the reviewers",
      { task_types: ["*"], reviewers: ["m"] },
      ["reviewers warn", "min_approvers bad"],
    ],
    ["an empty group", { task_types: ["*"], groups: ["sec", "gone"] }, ["groups warn"]],
    ["nobody to escalate to", { task_types: ["*"], escalate_to: "gone" }, ["escalate_to warn"]],
    ["more rejections than people", { task_types: ["*"], reject_threshold: 9 }, ["reject_threshold info"]],
    [
      "a waiver that never holds",
      { task_types: ["*"], risk_threshold: 40, auto_approve_if: { risk_below: 40 } },
      ["auto_approve_if.risk_below warn"],
    ],
    [
      "a waiver of everything",
      { task_types: ["*"], auto_approve_if: { author_has_role: ["author"] } },
      ["auto_approve_if warn"],
    ],
  ])("%s", (_, rules, expected) => expect(notes(rules)).toEqual(expected));
});
