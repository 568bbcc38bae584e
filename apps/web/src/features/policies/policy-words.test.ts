import type { PolicyEntry } from "@ade/core/policies/schema";
import { describe, expect, it } from "vitest";
import { demandWords, matchWords, type Sentence } from "./policy-words.ts";

const policy = (rules: Partial<PolicyEntry>): PolicyEntry => ({
  id: "019a0000-0000-7000-8000-000000000001",
  name: "A policy",
  version: 1,
  min_approvers: 1,
  reject_threshold: 1,
  active: true,
  created_at: "2025-01-01T00:00:00.000Z",
  updated_at: "2025-01-01T00:00:00.000Z",
  ...rules,
});
const flat = (sentences: readonly Sentence[]) =>
  sentences.map((sentence) =>
    sentence.map((piece) => (typeof piece === "string" ? piece : piece.code)).join(""),
  );
const nameOf = (id: string) => ({ r: "Ravi", s: "Sam" })[id] ?? id;

describe("a policy in words", () => {
  it("matches every task where it states no condition", () => {
    expect(flat(matchWords(policy({})))).toEqual(["Every task"]);
  });

  it("states each condition, the risk threshold zero too", () => {
    const rules = { task_types: ["a.*"], resource_patterns: ["x:*", "y:*", "z:*"], risk_threshold: 0 };
    expect(flat(matchWords(policy(rules)))).toEqual([
      "The type is a.*",
      "It touches x:*, y:* or z:*",
      "Its risk is 0 or more",
    ]);
  });

  it("names whoever is asked, and every reviewer where nobody is named", () => {
    expect(flat(demandWords(policy({}), nameOf))).toEqual(["1 approval from any reviewer"]);
    const rules = {
      min_approvers: 2,
      groups: ["sre"],
      reviewers: ["r", "s"],
      required_roles: ["sec", "sre"],
    };
    expect(flat(demandWords(policy(rules), nameOf))).toEqual([
      "2 approvals from sre, Ravi or Sam",
      "At least one each from sec and sre",
    ]);
  });

  it("says what is loosened for agents", () => {
    expect(flat(demandWords(policy({ owner_may_answer: true, editor_may_approve: true }), nameOf))).toEqual([
      "1 approval from any reviewer",
      "An agent's owner may answer its calls below high risk",
      "Who changed a call's arguments may approve it",
    ]);
  });

  it("joins the conditions of a waiver by and", () => {
    const auto_approve_if = { risk_below: 40, resources_in_scope: ["*:staging/*"] };
    expect(
      flat(demandWords(policy({ auto_approve_if, reject_threshold: 2, due_in_hours: 1 }), nameOf)),
    ).toEqual([
      "1 approval from any reviewer",
      "Approves itself if its risk is below 40 and it stays within *:staging/*",
      "Ends with 2 rejections",
      "Due in 1 hour",
    ]);
  });
});

describe("when it is applied, in words", () => {
  const window = { days: [2], from: "20:00", to: "22:00", time_zone: "UTC" };
  it("tells freezes, windows for applying, or both", () => {
    const said = (freeze: NonNullable<PolicyEntry["freeze"]>) =>
      flat(demandWords(policy({ freeze }), nameOf)).at(-1);
    expect(said({ name: "Night", windows: [window] })).toBe(
      "Not applied during “Night”: Tue 20:00–22:00 UTC",
    );
    expect(said({ name: "Releases", outside: [window] })).toBe(
      "Applied only Tue 20:00–22:00 UTC (“Releases”)",
    );
    expect(said({ name: "Both", windows: [window], outside: [window] })).toContain(". Applied only Tue");
  });
});
