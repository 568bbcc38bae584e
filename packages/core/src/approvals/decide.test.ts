import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Requirement } from "../policies/schema.ts";
import { assertMayRespond, countApprovals, dueRule, makersOf, outcomeOf, type Response } from "./decide.ts";

const NOW = new Date("2026-01-01T12:00:00Z");
const LATER = "2026-01-01T12:00:10Z";

function requirement(over: Partial<Requirement> = {}): Requirement {
  return {
    id: "p",
    policy_id: "p",
    policy_name: "sec",
    policy_version: 1,
    min_approvers: 1,
    candidates: ["a", "b", "c"],
    open: false,
    who: "sec",
    required_roles: [],
    reject_threshold: 1,
    auto_approved: false,
    why: "",
    due_in_hours: null,
    ...over,
  };
}
const says = (reviewer_id: string, status: string, release_at: string | null = null): Response => ({
  reviewer_id,
  status,
  release_at,
});

describe("the outcome of a review", () => {
  test("needs every requirement, not one of them", () => {
    const both = [requirement({ id: "1", min_approvers: 2 }), requirement({ id: "2", candidates: ["d"] })];
    expect(outcomeOf(both, [says("a", "APPROVED"), says("b", "APPROVED")], NOW)).toBe("open");
    expect(outcomeOf(both, [says("a", "APPROVED"), says("b", "APPROVED"), says("d", "APPROVED")], NOW)).toBe(
      "approve",
    );
  });

  test("counts one person once", () => {
    const two = [requirement({ min_approvers: 2 })];
    expect(outcomeOf(two, [says("a", "APPROVED"), says("a", "APPROVED")], NOW)).toBe("open");
    expect(countApprovals([says("a", "APPROVED"), says("a", "APPROVED")])).toBe(1);
  });

  test.each(["APPROVED", "REJECTED", "CHANGES_REQUESTED"])("lets %s wait for its undo time", (status) => {
    expect(outcomeOf([requirement()], [says("a", status, LATER)], NOW)).toBe("open");
    expect(outcomeOf([requirement()], [says("a", status, LATER)], new Date(LATER))).not.toBe("open");
  });

  test("ignores somebody whom no requirement lists", () => {
    expect(outcomeOf([requirement()], [says("x", "APPROVED")], NOW)).toBe("open");
    expect(outcomeOf([requirement()], [says("x", "REJECTED")], NOW)).toBe("open");
  });

  test("never counts a superseded or closed answer", () => {
    for (const status of ["SUPERSEDED", "CLOSED", "PENDING", "DELEGATED"]) {
      expect(outcomeOf([requirement()], [says("a", status)], NOW)).toBe("open");
    }
  });

  test("stays approved whoever approves in addition", () => {
    const people = fc.subarray(["a", "b", "c", "d", "e"]);
    fc.assert(
      fc.property(people, people, fc.integer({ min: 0, max: 3 }), (first, more, needed) => {
        const requirements = [requirement({ min_approvers: needed })];
        const yes = first.map((id) => says(id, "APPROVED"));
        const all = [...new Set([...first, ...more])].map((id) => says(id, "APPROVED"));
        if (outcomeOf(requirements, yes, NOW) === "approve")
          expect(outcomeOf(requirements, all, NOW)).toBe("approve");
      }),
    );
  });
});

describe("who may answer", () => {
  const task = {
    ...{ author_id: "author", author_owner_id: null, author_key_by: "first minter" },
    ...{ editor_id: "editor", editor_owner_id: "owner", editor_key_by: "minter", owners_now: ["next owner"] },
  };
  const user = (id: string, roles: ("author" | "reviewer" | "admin")[] = ["reviewer"]) => ({
    kind: "user" as const,
    id,
    name: id,
    roles,
    groups: [],
    scopes: null,
    owner_id: null,
    via: "session:1",
    where: { service: "test" },
  });
  const approve = { action: "approve" as const };

  test("is nobody behind the change, whatever their roles", () => {
    expect(makersOf(task)).toEqual(["author", "editor", "owner", "first minter", "minter", "next owner"]);
    for (const id of makersOf(task)) {
      const act = () => assertMayRespond(user(id, ["admin", "reviewer"]), task, { reviewer_id: id }, approve);
      expect(act).toThrow(expect.objectContaining({ code: "SELF_APPROVAL" }));
    }
  });
  test("is the one who is asked, or an admin in their own name", () => {
    expect(assertMayRespond(user("r"), task, { reviewer_id: "r" }, approve)).toEqual({
      reviewer_id: "r",
      by_admin: false,
    });
    expect(assertMayRespond(user("z", ["admin"]), task, { reviewer_id: "r" }, approve)).toEqual({
      reviewer_id: "z",
      by_admin: true,
    });
    expect(() => assertMayRespond(user("x"), task, { reviewer_id: "r" }, approve)).toThrow(
      expect.objectContaining({ code: "NOT_ASKED" }),
    );
  });
  test("is never an agent", () => {
    const agent = { ...user("g"), kind: "agent" as const };
    expect(() => assertMayRespond(agent, task, { reviewer_id: "g" }, approve)).toThrow(
      expect.objectContaining({ code: "FORBIDDEN" }),
    );
  });
  test.each(["reject", "request_changes"] as const)("says why to %s", (action) => {
    expect(() => assertMayRespond(user("r"), task, { reviewer_id: "r" }, { action, reason: "  " })).toThrow(
      expect.objectContaining({ code: "VALIDATION_ERROR" }),
    );
  });
});

test.each([
  [80, [null], { priority: "URGENT", hours: 4 }],
  [75, [], { priority: "URGENT", hours: 4 }],
  [60, [], { priority: "HIGH", hours: 12 }],
  [50, [], { priority: "NORMAL", hours: 48 }],
  [24, [], { priority: "LOW", hours: 72 }],
  [50, [8, null, 24], { priority: "NORMAL", hours: 8 }],
])("a task of priority %i with policies' hours %j is due %j", (priority, hours, due) => {
  expect(dueRule(priority, hours)).toEqual(due);
});
