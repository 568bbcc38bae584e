import { describe, expect, test } from "vitest";
import {
  allowedActions,
  type Cause,
  causesOf,
  FINAL_STATES,
  isPossible,
  TRANSITIONS,
  transitionFrom,
} from "./machine.ts";
import { TASK_ACTIONS, TASK_STATES, type TaskAction, type TaskState } from "./schema.ts";

/**
 * lifecycle.md as a person reads it, written out cell by cell and on purpose not from the table: what each relation
 * may do in each state. A change of the table that nobody meant fails here.
 */
const EXPECTED: Record<TaskState, Record<"author" | "reviewer" | "admin" | "stranger", TaskAction[]>> = {
  DRAFT: {
    author: ["cancel", "delete", "edit", "submit"],
    reviewer: [],
    admin: ["cancel", "delete", "edit", "submit"],
    stranger: [],
  },
  SUBMITTED: {
    author: ["cancel", "comment"],
    reviewer: ["comment"],
    admin: ["cancel", "comment", "force_apply"],
    stranger: ["comment"],
  },
  REVIEWING: {
    author: ["cancel", "comment", "edit"],
    reviewer: ["change_arguments", "comment", "respond"],
    admin: ["cancel", "change_arguments", "comment", "edit", "force_apply", "override", "respond"],
    stranger: ["comment"],
  },
  APPROVED: {
    author: ["cancel", "comment"],
    reviewer: ["comment"],
    admin: ["cancel", "comment", "release"],
    stranger: ["comment"],
  },
  APPLYING: {
    author: ["comment"],
    reviewer: ["comment"],
    admin: ["abort", "comment"],
    stranger: ["comment"],
  },
  COMPLETED: {
    author: ["archive", "comment", "resubmit", "roll_back"],
    reviewer: ["comment"],
    admin: ["archive", "comment", "resubmit", "roll_back"],
    stranger: ["comment"],
  },
  REJECTED: {
    author: ["archive", "comment", "resubmit"],
    reviewer: ["comment"],
    admin: ["archive", "comment", "resubmit"],
    stranger: ["comment"],
  },
  CANCELLED: {
    author: ["archive", "comment", "resubmit", "roll_back"],
    reviewer: ["comment"],
    admin: ["archive", "comment", "resubmit", "roll_back"],
    stranger: ["comment"],
  },
};

const RELATIONS: Record<"author" | "reviewer" | "admin" | "stranger", Cause[]> = {
  author: ["creator", "author"],
  reviewer: ["reviewer"],
  admin: ["creator", "admin"],
  stranger: ["creator"],
};

describe("the transition table", () => {
  for (const state of TASK_STATES) {
    for (const [relation, causes] of Object.entries(RELATIONS) as [keyof typeof RELATIONS, Cause[]][]) {
      test(`${state}: what ${relation} may do`, () => {
        expect(allowedActions(state, causes).toSorted()).toEqual(EXPECTED[state][relation]);
      });
    }
  }

  test("leads from every state that is not final to an end", () => {
    const ends = new Set<TaskState>(FINAL_STATES);
    for (let round = 0; round < TASK_STATES.length; round += 1) {
      for (const { from, to } of TRANSITIONS) if (from && to && ends.has(to)) ends.add(from);
    }
    expect([...ends].toSorted()).toEqual([...TASK_STATES].toSorted());
  });

  test("leaves final states by nothing", () => {
    expect(TRANSITIONS.filter(({ from }) => from !== null && FINAL_STATES.includes(from))).toEqual([]);
  });

  test("has one answer for each state and command", () => {
    const keys = TRANSITIONS.map(({ from, on }) => `${from} ${on}`);
    expect(new Set(keys).size).toBe(keys.length);
  });

  test("names every pair of states that lifecycle.md names, and no other", () => {
    const pairs = new Set(TRANSITIONS.map(({ from, to }) => `${from ?? "-"} ${to ?? "gone"}`));
    expect([...pairs].toSorted()).toEqual(
      [
        "- DRAFT",
        "DRAFT DRAFT",
        "DRAFT gone",
        "DRAFT SUBMITTED",
        "SUBMITTED DRAFT",
        "SUBMITTED REVIEWING",
        "SUBMITTED APPROVED",
        "REVIEWING SUBMITTED",
        "REVIEWING DRAFT",
        "REVIEWING APPROVED",
        "REVIEWING REJECTED",
        "APPROVED SUBMITTED",
        "APPROVED APPLYING",
        "APPLYING COMPLETED",
        "APPLYING APPROVED",
        "DRAFT CANCELLED",
        "SUBMITTED CANCELLED",
        "REVIEWING CANCELLED",
        "APPROVED CANCELLED",
      ].toSorted(),
    );
  });

  test("records each kind of move as a fact of its own", () => {
    expect(transitionFrom("REVIEWING", "approve")).toMatchObject({ to: "APPROVED", fact: "task.approved" });
    expect(transitionFrom("COMPLETED", "approve")).toBeNull();
  });

  test("tells a wrong state from a missing right", () => {
    for (const action of TASK_ACTIONS) {
      const states = TASK_STATES.filter((state) => isPossible(state, action));
      expect(states.length, action).toBeGreaterThan(0);
    }
    expect(isPossible("APPLYING", "cancel")).toBe(false);
  });
});

describe("what an actor is to a task", () => {
  const task = { author_id: "a", reviewer_ids: ["r", "a"] };
  test.each([
    [{ kind: "user" as const, id: "a", roles: ["author" as const] }, ["creator", "author"]],
    [{ kind: "user" as const, id: "r", roles: ["reviewer" as const] }, ["reviewer"]],
    // Asked, but no longer a reviewer: the right is gone.
    [{ kind: "user" as const, id: "r", roles: [] }, []],
    [{ kind: "user" as const, id: "x", roles: ["reviewer" as const] }, []],
    [{ kind: "agent" as const, id: "r", roles: [] }, ["creator"]],
    [{ kind: "user" as const, id: "z", roles: ["admin" as const] }, ["creator", "admin"]],
    [{ kind: "worker" as const, id: "w", roles: [] }, ["worker"]],
  ])("%j", (actor, causes) => {
    expect(causesOf(actor, task)).toEqual(causes);
  });
});
