import { describe, expect, test } from "vitest";
import type { SealedEntry } from "../ledger/service.ts";
import type { Subject } from "./subject.ts";
import { taskIdOf, tellingsOf } from "./tell.ts";

const SUBJECT: Subject = {
  id: "11111111-1111-4111-8111-111111111111",
  title: "Roll out 2.14",
  type: "configuration.file",
  author_id: "mia",
  author_name: "Mia",
  owner_id: "mia",
  risk_level: "HIGH",
  risk_score: 62,
  resource_keys: [],
  asked: [
    { reviewer_id: "ravi", responded: true },
    { reviewer_id: "sam", responded: false },
  ],
};
const entry = (action: string, over: Partial<SealedEntry> = {}): SealedEntry => ({
  seq: 1,
  id: "e",
  at: "2026-01-01T00:00:00Z",
  action,
  entity_type: "task",
  entity_id: SUBJECT.id,
  task_id: SUBJECT.id,
  actor_kind: "user",
  actor_id: "ravi",
  actor_name: "Ravi",
  from_state: null,
  to_state: null,
  reason: null,
  detail: {},
  ...over,
});
const told = (one: SealedEntry, subject: Subject | null = SUBJECT) =>
  tellingsOf(one, { subject, admins: ["ada", "root"] }).map(({ user_id, kind }) => `${user_id} ${kind}`);

describe("who is told", () => {
  test.each<[string, Partial<SealedEntry>, string[]]>([
    ["approval.requested", { detail: { reviewer_id: "sam" } }, ["sam asked"]],
    ["approval.requested", { detail: { reviewer_id: "sam", how: "escalated" } }, []],
    ["approval.requested", { detail: { reviewer_id: "sam", stands_for: ["ravi"] } }, []],
    [
      "approval.requested",
      { actor_id: "system", detail: { reviewer_id: "sam", stands_for: ["ravi"] } },
      ["sam asked"],
    ],
    ["approval.requested", { detail: { reviewer_id: "ada", override_id: "o" } }, []],
    ["approval.reminded", { detail: { reviewer_id: "sam" } }, ["sam reminded"]],
    ["approval.delegated", { detail: { delegated_to: "sam" } }, ["sam delegated"]],
    ["approval.reassigned", { detail: { delegated_to: "sam" } }, ["sam delegated"]],
    ["approval.unanswerable", {}, ["mia attention", "ada attention", "root attention"]],
    [
      "approval.escalated",
      {
        actor_id: "system",
        detail: {
          reviewer_id: "sam",
          to: [{ id: "lee", name: "Lee" }],
          on_call: [
            { id: "duty", name: "D" },
            { id: "lee", name: "Lee" },
          ],
        },
      },
      ["lee escalated", "sam escalated", "duty escalated"],
    ],
    [
      "approval.responded",
      { from_state: "PENDING", to_state: "APPROVED", detail: { response: "approve" } },
      ["mia answered"],
    ],
    ["approval.responded", { from_state: "PENDING", detail: { response: "request_changes" } }, []],
    ["approval.responded", { detail: { response: "approve", override_id: "o" } }, []],
    [
      "approval.changed",
      { actor_id: "sam", from_state: "APPROVED", to_state: "REJECTED", detail: { response: "reject" } },
      ["ravi changed_mind", "mia answered"],
    ],
    ["task.approved", {}, ["mia approved"]],
    ["task.rejected", {}, ["mia rejected"]],
    ["task.changes_requested", {}, ["mia returned"]],
    ["task.sent_back", {}, ["mia returned"]],
    ["task.cancelled", { actor_id: "mia" }, []],
    ["task.cancelled", { actor_id: "ada" }, ["mia returned"]],
    ["task.drifted", {}, ["mia drifted"]],
    ["task.completed", { detail: { result: "success" } }, ["mia applied"]],
    ["task.completed", { detail: { result: "unknown" } }, ["mia failed"]],
    ["task.apply_retried", { detail: {} }, []],
    [
      "task.apply_retried",
      { detail: { quarantined: true } },
      ["mia attention", "ada attention", "root attention"],
    ],
    ["task.commented", {}, ["mia commented", "sam commented"]],
    ["task.override_requested", { actor_id: "ada" }, ["root override", "mia override"]],
    ["task.edited", {}, []],
  ])("by %s %j", (action, over, expected) => {
    expect(told(entry(action, over))).toEqual(expected);
  });

  test("is the owner of the agent that proposed it", () => {
    expect(told(entry("task.approved"), { ...SUBJECT, author_id: "bot", owner_id: "olga" })).toEqual([
      "olga approved",
    ]);
    expect(told(entry("task.approved"), { ...SUBJECT, owner_id: null })).toEqual([]);
  });

  test("are admins of a webhook that gave up, though it is about no task", () => {
    const one = entry("webhook.failed", { actor_id: "system", task_id: null, detail: { name: "ops" } });
    expect(told(one, null)).toEqual(["ada attention", "root attention"]);
  });

  test("is the task that gave way in a deadlock", () => {
    const detail = { resolution: { victim_owner_id: `task:${SUBJECT.id}` }, explanation: "A waited for B." };
    const one = entry("lock.deadlock_detected", { task_id: null, detail });
    expect(taskIdOf(one)).toBe(SUBJECT.id);
    expect(told(one)).toEqual(["mia deadlock"]);
    expect(taskIdOf({ ...one, detail: { resolution: { victim_owner_id: "worker-7" } } })).toBeNull();
  });

  test("no error of an executor goes out with it", () => {
    const detail = { result: "failure", error: "password hunter2 refused" };
    expect(
      JSON.stringify(tellingsOf(entry("task.completed", { detail }), { subject: SUBJECT, admins: [] })),
    ).not.toContain("hunter2");
  });
});
