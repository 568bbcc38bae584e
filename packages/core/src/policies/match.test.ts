import { describe, expect, test } from "vitest";
import { type MatchFacts, matchPolicies } from "./match.ts";
import type { PolicyEntry } from "./schema.ts";
import { isWithin, localTime, type TimeWindow } from "./time-window.ts";
import { isTimeZone } from "./wall-clock.ts";

const policy = (partial: Partial<PolicyEntry>): PolicyEntry => ({
  id: "0192f0c4-0000-7000-8000-000000000001",
  name: "p",
  version: 1,
  active: true,
  min_approvers: 1,
  reject_threshold: 1,
  created_at: "",
  updated_at: "",
  ...partial,
});

const FACTS: MatchFacts = {
  type: "configuration.file",
  keys: ["configuration:default/app.json", "database:prod/main"],
  score: 50,
  at: new Date("2025-07-01T12:00:00Z"),
};

const OFFICE: TimeWindow = { days: [1, 2, 3, 4, 5], from: "09:00", to: "17:00", time_zone: "UTC" };

describe("matchPolicies", () => {
  test.each<[string, Partial<PolicyEntry>, boolean]>([
    ["no condition", {}, true],
    ["its type", { task_types: ["command.*", "configuration.*"] }, true],
    ["another type", { task_types: ["command.*"] }, false],
    ["any one of its resources", { resource_patterns: ["database:prod/*"] }, true],
    ["a resource's id alone", { resource_patterns: ["main"] }, true],
    ["no resource", { resource_patterns: ["secret:*"] }, false],
    ["risk at the threshold", { risk_threshold: 50 }, true],
    ["risk below the threshold", { risk_threshold: 51 }, false],
    ["inside the window", { time_windows: [OFFICE] }, true],
    ["outside the window", { time_windows: [{ ...OFFICE, days: [0] }] }, false],
    ["one of two windows", { time_windows: [{ ...OFFICE, days: [0] }, OFFICE] }, true],
    [
      "all of them",
      { task_types: ["*"], resource_patterns: ["main"], risk_threshold: 1, time_windows: [OFFICE] },
      true,
    ],
    ["all of them but one", { task_types: ["*"], resource_patterns: ["main"], risk_threshold: 99 }, false],
    ["inactive", { active: false }, false],
  ])("%s", (_, conditions, matches) => {
    expect(matchPolicies([policy(conditions)], FACTS)).toHaveLength(matches ? 1 : 0);
  });

  test("of a rollback, one about what it brings back demands too, and is told from one about rollbacks", () => {
    const rollback = { ...FACTS, type: "task.rollback", original_type: "agent.settings" };
    const about = (...task_types: string[]) => matchPolicies([policy({ task_types })], rollback);
    expect(about("agent.*")).toMatchObject([
      { only_original: true, why: "what it brings back, agent.settings, fits agent.*" },
    ]);
    for (const types of [["task.rollback"], ["agent.settings", "task.*"], ["*"]]) {
      expect(about(...types)).toHaveLength(1);
      expect(about(...types)[0]).not.toHaveProperty("only_original");
    }
    expect(matchPolicies([policy({})], rollback)[0]).not.toHaveProperty("only_original");
    expect(about("configuration.*")).toEqual([]);
  });

  test("says why, and keeps the order", () => {
    const matches = matchPolicies(
      [
        policy({ name: "a" }),
        policy({ name: "b", resource_patterns: ["database:prod/*"], risk_threshold: 40 }),
      ],
      FACTS,
    );
    expect(matches.map((match) => [match.policy.name, match.why])).toEqual([
      ["a", "it applies to every task"],
      ["b", "it touches database:prod/main, which fits database:prod/*; its risk 50 is at or above 40"],
    ]);
  });
});

describe("time windows", () => {
  const night: TimeWindow = { days: [5], from: "22:00", to: "06:00", time_zone: "Europe/Berlin" };

  test.each([
    ["Friday before it begins", "2025-07-04T19:59:00Z", false],
    ["Friday as it begins", "2025-07-04T20:00:00Z", true],
    ["Saturday after midnight", "2025-07-05T01:00:00Z", true],
    ["Saturday in its last minute", "2025-07-05T03:59:59Z", true],
    ["Saturday as it ends", "2025-07-05T04:00:00Z", false],
    ["Friday morning, which belongs to Thursday", "2025-07-04T01:00:00Z", false],
    ["Saturday night", "2025-07-05T21:00:00Z", false],
  ])("over midnight: %s", (_, at, within) => {
    expect(isWithin(night, new Date(at))).toBe(within);
  });

  test("follow daylight saving: 09:00 in Berlin is 08:00 UTC in winter and 07:00 UTC in summer", () => {
    const morning: TimeWindow = {
      days: [0, 1, 2, 3, 4, 5, 6],
      from: "09:00",
      to: "10:00",
      time_zone: "Europe/Berlin",
    };
    expect(isWithin(morning, new Date("2025-01-15T08:30:00Z"))).toBe(true);
    expect(isWithin(morning, new Date("2025-01-15T07:30:00Z"))).toBe(false);
    expect(isWithin(morning, new Date("2025-07-15T07:30:00Z"))).toBe(true);
    expect(isWithin(morning, new Date("2025-07-15T08:30:00Z"))).toBe(false);
  });

  test("with equal ends last 24 hours", () => {
    const sunday: TimeWindow = { days: [0], from: "12:00", to: "12:00", time_zone: "UTC" };
    expect(isWithin(sunday, new Date("2025-07-06T12:00:00Z"))).toBe(true);
    expect(isWithin(sunday, new Date("2025-07-07T11:59:00Z"))).toBe(true);
    expect(isWithin(sunday, new Date("2025-07-06T11:59:00Z"))).toBe(false);
    expect(isWithin(sunday, new Date("2025-07-07T12:00:00Z"))).toBe(false);
  });

  test("midnight is minute 0, and zones that nobody knows are told", () => {
    expect(localTime(new Date("2025-07-06T00:00:00Z"), "UTC")).toEqual({ day: 0, minute: 0 });
    expect(isTimeZone("Asia/Kathmandu")).toBe(true);
    expect(isTimeZone("Mars/Olympus")).toBe(false);
  });
});
