import { expect, test } from "vitest";
import type { Requirement } from "../policies/schema.ts";
import type { ApprovalToAsk, TaskToAsk } from "../tasks/service.ts";
import { type AskChange, askFacts, planAsk } from "./ask.ts";

const NOW = new Date("2026-01-01T12:00:00Z");
const DUE = "2026-01-02T12:00:00.000Z";

function requirement(id: string, over: Partial<Requirement> = {}): Requirement {
  return {
    ...{ id, policy_id: id, policy_name: id, policy_version: 1, min_approvers: 1, open: false, who: id },
    ...{ candidates: ["a", "b"], required_roles: [], reject_threshold: 1, auto_approved: false, why: "" },
    due_in_hours: null,
    ...over,
  };
}
function row(reviewer: string, requirement_ids: string[], over: Partial<ApprovalToAsk> = {}): ApprovalToAsk {
  return {
    ...{
      id: `row-${reviewer}`,
      reviewer_id: reviewer,
      reviewer_name: reviewer.toUpperCase(),
      status: "PENDING",
    },
    ...{
      action: null,
      reason: null,
      priority: "NORMAL",
      requirement_ids,
      stands_for: [],
      delegated_to: null,
    },
    ...{
      by_admin: false,
      apply_immediately: false,
      allow_always: null,
      release_at: null,
      due_at: DUE,
      created_at: DUE,
    },
    ...{ next_step_at: null, escalation_step: 0 },
    responded_at: null,
    why: requirement_ids.map((id) => ({
      ...{ requirement_id: id, policy: id, rule: "", via: [reviewer.toUpperCase()] },
    })),
    ...over,
  };
}
function review(requirements: Requirement[], approvals: ApprovalToAsk[]): TaskToAsk {
  return { now: NOW, priority: 50, requirements, approvals, resource_keys: [] } as unknown as TaskToAsk;
}
/** The review after a plan, as reading it again would show it. */
function after(task: TaskToAsk, change: AskChange): TaskToAsk {
  const plan = planAsk(task, change);
  expect(plan.problems).toEqual([]);
  const kept = task.approvals.filter(({ id }) => !plan.dropped.includes(id));
  const rows = kept.map((each) => ({ ...each, ...plan.changed.find(({ id }) => id === each.id) }));
  const made = plan.asked.map((each) => ({ ...row(each.reviewer_id, []), ...each }));
  return { ...task, requirements: [...plan.requirements], approvals: [...rows, ...made] };
}
const person = (id: string) => ({ id, name: id.toUpperCase() });
const delegate = (approval: string, to: string): AskChange => ({
  replace: { id: `row-${to}`, approval_id: approval, by: person(to), how: "delegated" },
});

test("somebody new takes the place in every requirement and role, and keeps the time that is left", () => {
  const roles = [{ name: "sec", members: ["a"] }];
  const task = review(
    [requirement("1"), requirement("2", { candidates: ["b"] }), requirement("3", { required_roles: roles })],
    [row("a", ["1", "3"]), row("b", ["1", "2"])],
  );
  const plan = planAsk(task, delegate("row-a", "c"));
  expect(plan.requirements.map(({ candidates }) => candidates)).toEqual([["b", "c"], ["b"], ["b", "c"]]);
  expect(plan.requirements[2]!.required_roles[0]!.members).toEqual(["c"]);
  expect(plan.asked).toMatchObject([
    { reviewer_id: "c", requirement_ids: ["1", "3"], stands_for: ["a"], due_at: DUE },
  ]);
  expect(plan.asked[0]!.why.map(({ via }) => via)).toEqual([
    ["A", "C"],
    ["A", "C"],
  ]);
  expect(plan.changed).toMatchObject([{ id: "row-a", status: "DELEGATED", delegated_to: "c" }]);
  expect(askFacts(task, plan).map(({ action }) => action)).toEqual([
    "approval.delegated",
    "approval.requested",
  ]);
});

test("somebody who is asked already is asked for more, in one row", () => {
  const task = review(
    [requirement("1", { candidates: ["a"] }), requirement("2", { candidates: ["b"] })],
    [row("a", ["1"]), row("b", ["2"])],
  );
  const plan = planAsk(task, delegate("row-a", "b"));
  expect(plan.asked).toEqual([]);
  expect(plan.changed.find(({ id }) => id === "row-b")).toMatchObject({
    status: "PENDING",
    requirement_ids: ["2", "1"],
    stands_for: ["a"],
  });
  expect(plan.required_approvals).toBe(1);
});

test("nothing is passed on that would leave too few people, or to somebody who is done with it", () => {
  const two = review([requirement("1", { min_approvers: 2 })], [row("a", ["1"]), row("b", ["1"])]);
  expect(planAsk(two, delegate("row-a", "b")).problems[0]).toContain("only 1 of them is left");
  for (const status of ["APPROVED", "REJECTED", "DELEGATED", "CLOSED"]) {
    const task = review([requirement("1")], [row("a", ["1"]), row("b", ["1"], { status })]);
    expect(planAsk(task, delegate("row-a", "b")).problems, status).toHaveLength(1);
  }
});

test("a chain keeps its whole path, and nobody on it can be reached again", () => {
  const first = review([requirement("1", { candidates: ["a"] })], [row("a", ["1"])]);
  const second = after(after(first, delegate("row-a", "b")), delegate("row-b", "c"));
  expect(second.requirements![0]!.candidates).toEqual(["c"]);
  expect(second.approvals.at(-1)).toMatchObject({ stands_for: ["a", "b"], why: [{ via: ["A", "B", "C"] }] });
  expect(planAsk(second, delegate("row-c", "a")).problems).toHaveLength(1);
});

test("what was passed on is taken back whole: who was asked only for it is asked no more", () => {
  const task = review(
    [requirement("1"), requirement("2", { candidates: ["b"] }), requirement("3", { candidates: ["a"] })],
    [row("a", ["1", "3"]), row("b", ["1", "2"])],
  );
  for (const to of ["b", "c"]) {
    const back = after(after(task, delegate("row-a", to)), { take_back: "row-a" });
    const sorted = (each: TaskToAsk) => ({
      ...each,
      requirements: each.requirements!.map((one) => ({ ...one, candidates: one.candidates.toSorted() })),
    });
    expect(sorted(back)).toEqual(sorted(task));
  }
  const on = after(after(task, delegate("row-a", "c")), delegate("row-c", "d"));
  expect(planAsk(on, { take_back: "row-a" }).problems).toHaveLength(1);
});

test("an escalation adds a candidate in the place of whom they stand for, and lowers nothing", () => {
  const roles = [{ name: "sec", members: ["a"] }];
  const task = review(
    [requirement("1", { candidates: [], min_approvers: 0, required_roles: roles })],
    [row("a", ["1"])],
  );
  const add = { id: "row-m", person: person("m"), requirement_ids: ["1"], why: [], stands_for: ["a"] };
  const plan = planAsk(task, { add: [add] });
  expect(plan.requirements[0]).toMatchObject({ candidates: [], required_roles: [{ members: ["a", "m"] }] });
  expect(plan.required_approvals).toBe(1);
  expect(plan.asked).toMatchObject([{ reviewer_id: "m" }]);
  const done = review([requirement("1")], [row("a", ["1"]), row("m", [], { status: "APPROVED" })]);
  expect(planAsk(done, { add: [add] })).toMatchObject({ asked: [], changed: [] });
});

test("a demand that is taken back asks nobody any more whom only it asked", () => {
  const task = review([requirement("1")], [row("a", ["1"]), row("b", ["1"])]);
  const demand = requirement("more", { candidates: ["b", "x"], min_approvers: 2 });
  const add = ["b", "x"].map((id) => ({
    ...{ id: `row-${id}`, person: person(id), requirement_ids: ["more"], stands_for: [] },
    why: [{ requirement_id: "more", policy: "more", rule: "", via: [id.toUpperCase()] }],
  }));
  const more = after(task, { demand, add });
  expect(more.approvals.map(({ requirement_ids }) => requirement_ids)).toEqual([
    ["1"],
    ["1", "more"],
    ["more"],
  ]);
  expect(after(more, { without: "more" })).toEqual(task);
});
