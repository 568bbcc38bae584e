import fc from "fast-check";
import { expect, test } from "vitest";
import { assertMayRespond, countApprovals, makersOf, outcomeOf } from "../approvals/service.ts";
import type { Actor } from "../kernel/actor.ts";
import type { Requirement } from "../policies/schema.ts";
import { candidatesOf, peopleOf, unsatisfiable } from "../policies/service.ts";
import type { ApprovalToAsk, TaskToAsk } from "../tasks/service.ts";
import { planAsk } from "./ask.ts";

/** Decisions in any order, by anybody, on the pure rules alone (spec: approvals.md, reliability.md "Simulation"). */
const NOW = new Date("2026-01-01T12:00:00Z");
const PEOPLE = ["a", "b", "c", "d", "e"];
const MAKERS = {
  ...{ author_id: "author", author_owner_id: "owner", author_key_by: "minter" },
  ...{ editor_id: "editor", editor_owner_id: null, editor_key_by: null, owners_now: ["next owner"] },
};

const requirementOf = (id: string) =>
  fc
    .record({
      candidates: fc.subarray(PEOPLE, { minLength: 1 }),
      needed: fc.integer({ min: 1, max: 4 }),
      role: fc.option(fc.subarray(PEOPLE, { minLength: 1 }), { nil: null }),
      reject_threshold: fc.integer({ min: 1, max: 3 }),
      open: fc.boolean(),
    })
    .map(
      ({ candidates, needed, role, reject_threshold, open }): Requirement => ({
        ...{ id, policy_id: id, policy_name: id, policy_version: 1, who: id, why: "", due_in_hours: null },
        ...{ candidates, open, reject_threshold, auto_approved: false },
        min_approvers: Math.min(needed, candidates.length),
        required_roles: role ? [{ name: "role", members: role }] : [],
      }),
    );
const requirements = fc
  .tuple(requirementOf("1"), requirementOf("2"))
  .chain((both) => fc.subarray(both, { minLength: 1 }));
const command = fc.record({
  who: fc.constantFrom(...PEOPLE),
  action: fc.constantFrom("APPROVED", "REJECTED", "CHANGES_REQUESTED", "delegate", "take_back"),
  to: fc.constantFrom(...PEOPLE, "x", "y"),
});
type Command = { who: string; action: string; to: string };

function reviewOf(asked: Requirement[]): TaskToAsk {
  const approvals = candidatesOf(asked).map(({ user_id, requirement_ids, why }) =>
    row(user_id, requirement_ids, why),
  );
  return { now: NOW, priority: 50, requirements: asked, approvals } as unknown as TaskToAsk;
}
function row(id: string, requirement_ids: string[], why: { requirement_id: string }[]): ApprovalToAsk {
  return {
    ...{ id: `row-${id}`, reviewer_id: id, reviewer_name: id, status: "PENDING", action: null, reason: null },
    ...{ priority: "NORMAL", requirement_ids, stands_for: [], delegated_to: null, by_admin: false },
    ...{ apply_immediately: false, release_at: null, due_at: null, created_at: "", responded_at: null },
    why: why.map(({ requirement_id }) => ({ requirement_id, policy: "", rule: "", via: [id] })),
  } as unknown as ApprovalToAsk;
}

/** One command, as the gate would take it; what it would refuse changes nothing. */
function step(task: TaskToAsk, { who, action, to }: Command): TaskToAsk {
  const own = task.approvals.find(({ reviewer_id }) => reviewer_id === who);
  if (!own) return task;
  if (action === "delegate" || action === "take_back") {
    if (action === "delegate" && (own.status === "DELEGATED" || to === who)) return task;
    const replace = {
      id: `row-${to}`,
      approval_id: own.id,
      by: { id: to, name: to },
      how: "delegated" as const,
    };
    const plan = planAsk(task, action === "delegate" ? { replace } : { take_back: own.id });
    if (plan.problems.length > 0) return task;
    const kept = task.approvals.filter(({ id }) => !plan.dropped.includes(id));
    return {
      ...task,
      requirements: [...plan.requirements],
      approvals: [
        ...kept.map((each) => ({ ...each, ...plan.changed.find(({ id }) => id === each.id) })),
        ...plan.asked.map((asked) => ({ ...row(asked.reviewer_id, [], []), ...asked })),
      ],
    };
  }
  if (own.status === "DELEGATED") return task;
  return {
    ...task,
    approvals: task.approvals.map((each) => (each === own ? { ...each, status: action } : each)),
  };
}

const outcome = (task: TaskToAsk) => outcomeOf(task.requirements!, task.approvals, NOW);
const all = (task: TaskToAsk, status: string): TaskToAsk => ({
  ...task,
  approvals: task.approvals.map((each) => (each.status === "DELEGATED" ? each : { ...each, status })),
});

/** Every review that these commands lead through, until one ends it. */
function walk(first: TaskToAsk, commands: readonly Command[]): TaskToAsk[] {
  const seen = [first];
  for (const each of commands) {
    if (outcome(seen.at(-1)!) !== "open") break;
    seen.push(step(seen.at(-1)!, each));
  }
  return seen;
}
const reviews = fc
  .tuple(requirements, fc.array(command, { maxLength: 12 }))
  .filter(([asked]) => unsatisfiable(asked).length === 0)
  .map(([asked, commands]) => walk(reviewOf(asked), commands));

test("a review that was opened can always end: by everybody's yes, and by everybody's no", () => {
  fc.assert(
    fc.property(reviews, (path) => {
      for (const task of path.filter((each) => outcome(each) === "open")) {
        expect(outcome(all(task, "APPROVED"))).toBe("approve");
        expect(outcome(all(task, "REJECTED"))).toBe("reject");
      }
    }),
  );
});

test("what is approved has as many different people as each requirement asks for, and one of each role", () => {
  fc.assert(
    fc.property(reviews, (path) => {
      const task = path.at(-1)!;
      if (outcome(task) !== "approve") return;
      const yes = new Set(
        task.approvals.filter(({ status }) => status === "APPROVED").map((each) => each.reviewer_id),
      );
      for (const { open, candidates, min_approvers, required_roles } of task.requirements!) {
        const counted = open ? yes.size : candidates.filter((id) => yes.has(id)).length;
        expect(counted).toBeGreaterThanOrEqual(min_approvers);
        for (const { members } of required_roles) expect(members.some((id) => yes.has(id))).toBe(true);
      }
    }),
  );
});

test("one more yes never takes an approval away, whoever passed what on before", () => {
  fc.assert(
    fc.property(reviews, fc.constantFrom(...PEOPLE), (path, who) => {
      for (const task of path) {
        const more = step(task, { who, action: "APPROVED", to: who });
        if (outcome(task) === "approve") expect(outcome(more)).toBe("approve");
        const gained = countApprovals(more.approvals) - countApprovals(task.approvals);
        expect(gained === 0 || gained === 1).toBe(true);
      }
    }),
  );
});

test("passing on and taking back lowers no requirement, and asks each person once", () => {
  fc.assert(
    fc.property(reviews, (path) => {
      const demand = (task: TaskToAsk) =>
        task.requirements!.map(({ id, min_approvers }) => [id, min_approvers]);
      for (const task of path) {
        expect(demand(task)).toEqual(demand(path[0]!));
        expect(unsatisfiable(task.requirements!)).toEqual([]);
        expect(new Set(task.approvals.map(({ reviewer_id }) => reviewer_id)).size).toBe(
          task.approvals.length,
        );
        const named = new Set(task.requirements!.flatMap((each) => [...peopleOf(each)]));
        const asked = task.approvals
          .filter(({ status }) => status !== "DELEGATED")
          .map((each) => each.reviewer_id);
        expect([...named].toSorted()).toEqual(asked.toSorted());
      }
    }),
  );
});

test("superseded and closed answers never count, in whatever order they were given", () => {
  fc.assert(
    fc.property(reviews, fc.constantFrom("SUPERSEDED", "CLOSED"), (path, status) => {
      for (const task of path) {
        const over = { ...task, approvals: task.approvals.map((each) => ({ ...each, status })) };
        expect(outcome(over)).toBe("open");
        expect(countApprovals(over.approvals)).toBe(0);
      }
    }),
  );
});

test("whoever made a change answers nothing of it, whatever they hold and whomever the row names", () => {
  const anybody = fc.record({
    id: fc.constantFrom(...makersOf(MAKERS)),
    roles: fc.subarray(["author", "reviewer", "admin"] as const),
    action: fc.constantFrom("approve", "reject", "request_changes", "delegate"),
    asked: fc.constantFrom(...PEOPLE, ...makersOf(MAKERS)),
  });
  fc.assert(
    fc.property(anybody, ({ id, roles, action, asked }) => {
      const actor = { kind: "user", id, roles } as unknown as Actor;
      const answer = { action: action as "approve", reason: "because", delegate_to: "x" };
      expect(() => assertMayRespond(actor, MAKERS, { reviewer_id: asked }, answer)).toThrow(
        expect.objectContaining({ code: "SELF_APPROVAL" }),
      );
    }),
  );
});
