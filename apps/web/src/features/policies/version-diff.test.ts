import { expect, it } from "vitest";
import { textOf, versionDiff } from "./version-diff.ts";

const rules = { name: "Production", active: true, min_approvers: 1, reject_threshold: 1 };
const said = (lines: ReturnType<typeof versionDiff>, how: string) =>
  lines.filter((line) => line.how === how).map(({ sentence }) => textOf(sentence));

it("marks the sentences that came and went, and keeps the rest", () => {
  const lines = versionDiff(
    { ...rules, min_approvers: 2, groups: ["sre"], due_in_hours: 4 },
    { ...rules, groups: ["sre"] },
    (id) => id,
  );
  expect(said(lines, "removed")).toEqual(["1 approval from sre"]);
  expect(said(lines, "added")).toEqual(["2 approvals from sre", "Due in 4 hours"]);
  expect(said(lines, "kept")).toEqual(["Called “Production”", "Active", "Every task"]);
});

it("marks nothing in the first version", () => {
  expect(versionDiff(rules, undefined, (id) => id).every(({ how }) => how === "kept")).toBe(true);
});

it("tells a freeze and hours in words", () => {
  const freeze = {
    name: "Year end",
    dates: [{ from: "2026-12-19T00:00", to: "2027-01-04T06:00", time_zone: "Europe/Berlin" }],
    windows: [{ days: [0, 1, 2, 3, 4, 5, 6], from: "18:00", to: "08:00", time_zone: "UTC" }],
  };
  expect(
    said(
      versionDiff({ ...rules, freeze }, rules, (id) => id),
      "added",
    ),
  ).toEqual([
    "Not applied during “Year end”: daily 18:00–08:00 UTC and 2026-12-19 00:00 to 2027-01-04 06:00 Europe/Berlin",
  ]);
});
