import { describe, expect, it } from "vitest";
import { snoozeTimes } from "./snooze-times.ts";

const names = (now: Date) => snoozeTimes(now).map(({ name }) => name);

describe("times to snooze until", () => {
  it("offers this afternoon only in the morning", () => {
    expect(names(new Date(2026, 10, 18, 9, 15))).toEqual([
      "In an hour",
      "In four hours",
      "This afternoon",
      "Tomorrow morning",
      "Monday morning",
    ]);
    expect(names(new Date(2026, 10, 18, 13, 30))).not.toContain("This afternoon");
  });

  it("names a morning once", () => {
    expect(names(new Date(2026, 10, 22, 20, 0))).toEqual(["In an hour", "In four hours", "Tomorrow morning"]);
  });

  it("means next week's Monday on a Monday", () => {
    const monday = new Date(2026, 10, 23, 8, 0);
    const then = snoozeTimes(monday).find(({ name }) => name === "Monday morning")?.at;
    expect(then).toEqual(new Date(2026, 10, 30, 9, 0));
  });
});
