import { describe, expect, test } from "vitest";
import { type BacklogCandidate, DEFAULT_BACKLOG, mayPass, overLimit, raisedPriority } from "./backlog.ts";

const ON = { ...DEFAULT_BACKLOG, auto_approve: { enabled: true, per_author_and_hour: 2 } };
const LOW: BacklogCandidate = {
  risk_level: "LOW",
  revision: 1,
  drifts: 0,
  resubmitted_from: null,
  waited_hours: 24,
  answers: 0,
  passed_in_last_hour: 0,
};

describe("what passes without a person", () => {
  test("is nothing unless an admin switched it on", () => {
    expect(mayPass(LOW, DEFAULT_BACKLOG)).toBe(false);
    expect(mayPass(LOW, ON)).toBe(true);
  });
  test.each<Partial<BacklogCandidate>>([
    { risk_level: "MEDIUM" },
    { risk_level: null },
    { revision: 2 },
    { drifts: 1 },
    { resubmitted_from: "another" },
    { waited_hours: 23.9 },
    { answers: 1 },
    { passed_in_last_hour: 2 },
  ])("is never one with %j", (over) => {
    expect(mayPass({ ...LOW, ...over }, ON)).toBe(false);
  });
});

test("a limit is passed by more than it says, and none is no limit", () => {
  const open = {
    overall: 11,
    by_reviewer: new Map([
      ["a", 3],
      ["b", 2],
    ]),
  };
  const limits = { ...ON, open_overall: 10, open_per_reviewer: 2 };
  expect(overLimit(limits, open)).toEqual({ overall: true, reviewers: new Set(["a"]) });
  expect(overLimit({ ...limits, open_overall: 11 }, open).overall).toBe(false);
  expect(overLimit({ ...limits, open_overall: null, open_per_reviewer: null }, open)).toEqual({
    overall: false,
    reviewers: new Set(),
  });
});

test.each([
  ["LOW", "LOW", 23, "LOW"],
  ["LOW", "LOW", 24, "NORMAL"],
  ["LOW", "NORMAL", 25, "NORMAL"],
  ["LOW", "NORMAL", 48, "HIGH"],
  ["NORMAL", "NORMAL", 500, "URGENT"],
  ["LOW", "URGENT", 0, "URGENT"],
] as const)(
  "what began %s and is %s after %i hours is %s, however often one looks",
  (base, now, waited_hours, to) => {
    const once = raisedPriority({ base, now, waited_hours }, DEFAULT_BACKLOG);
    expect(once).toBe(to);
    expect(raisedPriority({ base, now: once, waited_hours }, DEFAULT_BACKLOG)).toBe(to);
  },
);
