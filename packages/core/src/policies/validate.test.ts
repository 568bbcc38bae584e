import { describe, expect, test } from "vitest";
import { type PolicyInput, policyInput, policyPatch } from "./schema.ts";
import { policyIssues } from "./validate.ts";

const BOB = "0192f0c4-0000-7000-8000-00000000000b";
const CAT = "0192f0c4-0000-7000-8000-00000000000c";
const GONE = "0192f0c4-0000-7000-8000-00000000000d";
const DIRECTORY = {
  people: [
    { id: BOB, active: true },
    { id: CAT, active: true },
    { id: GONE, active: false },
  ],
  groups: [{ name: "sec" }],
};

const fieldsOf = (input: Partial<PolicyInput>) =>
  policyIssues(policyInput.parse({ name: "p", ...input }), DIRECTORY).map((issue) => issue.field);

describe("policyIssues", () => {
  test.each<[string, Partial<PolicyInput>, string[]]>([
    ["a sound policy", { groups: ["sec"], reviewers: [BOB], required_roles: ["sec", "admin"] }, []],
    [
      "somebody unknown, somebody who left",
      { reviewers: [BOB, GONE, "0192f0c4-0000-7000-8000-00000000000e"] },
      ["reviewers.1", "reviewers.2"],
    ],
    ["an unknown group", { groups: ["sec", "sce"] }, ["groups.1"]],
    ["an unknown role", { required_roles: ["boss"] }, ["required_roles.0"]],
    [
      "an unknown author role",
      { auto_approve_if: { author_has_role: ["boss"] } },
      ["auto_approve_if.author_has_role.0"],
    ],
    ["an unknown escalation group", { escalate_to: "boss" }, ["escalate_to"]],
    [
      "an unknown time zone",
      { time_windows: [{ days: [1], from: "09:00", to: "17:00", time_zone: "Mars/Olympus" }] },
      ["time_windows.0.time_zone"],
    ],
    ["more approvers than named", { reviewers: [BOB, CAT], min_approvers: 3 }, ["min_approvers"]],
    ["somebody named twice is one", { reviewers: [BOB, BOB], min_approvers: 2 }, ["min_approvers"]],
    ["more than named, but a group beside", { reviewers: [BOB], groups: ["sec"], min_approvers: 3 }, []],
    ["more rejections than named", { reviewers: [BOB], reject_threshold: 2 }, ["reject_threshold"]],
    ["nobody at all", { min_approvers: 0 }, ["min_approvers"]],
    ["nobody but a role", { min_approvers: 0, required_roles: ["sec"] }, []],
    ["nobody while it waives", { min_approvers: 0, auto_approve_if: { risk_below: 25 } }, []],
  ])("%s", (_, input, fields) => {
    expect(fieldsOf(input)).toEqual(fields);
  });
});

describe("the schemas", () => {
  test("refuse unknown keys, negative quorums, and a waiver without a condition", () => {
    expect(policyInput.safeParse({ name: "p", surprise: 1 }).success).toBe(false);
    expect(policyInput.safeParse({ name: "p", min_approvers: -1 }).success).toBe(false);
    expect(policyInput.safeParse({ name: "p", reject_threshold: 0 }).success).toBe(false);
    expect(policyInput.safeParse({ name: "p", auto_approve_if: {} }).success).toBe(false);
    expect(policyInput.safeParse({ name: "p", groups: [] }).success).toBe(false);
  });

  test("a patch carries no defaults, which would reset what it does not name", () => {
    expect(policyPatch.parse({ name: "q" })).toEqual({ name: "q" });
    expect(policyPatch.parse({ groups: null })).toEqual({ groups: null });
  });
});
