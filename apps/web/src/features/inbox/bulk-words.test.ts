import { describe, expect, it } from "vitest";
import { aloneBecause, bulkTitle, leftOutWords, mixedWarning } from "./bulk-words.ts";

type Level = "LOW" | "MEDIUM" | "HIGH" | "CRITICAL" | null;
let id = 0;
const row = (risk_level: Level, my_status = "PENDING") => ({
  task_id: String(id++),
  approval_id: "a",
  risk_level,
  my_status,
});
const none: ReadonlySet<string> = new Set();

describe("many answers at once", () => {
  it("says exactly how many of which risk", () => {
    const rows = [...Array.from({ length: 5 }, () => row("LOW")), row("MEDIUM"), row("MEDIUM")];
    expect(bulkTitle("approve", rows)).toBe("Approve 7 changes: 5 low, 2 medium");
    expect(bulkTitle("reject", [row("HIGH")])).toBe("Reject 1 change: 1 high");
    expect(bulkTitle("reject", [row(null), row("LOW")])).toBe("Reject 2 changes: 1 low, 1 not rated");
    expect(bulkTitle("approve", [])).toBe("Nothing to approve");
  });

  it("leaves high risk out until its changes were opened, and critical always", () => {
    const high = row("HIGH");
    expect(aloneBecause(high, "approve", none)).toBe("unopened");
    expect(aloneBecause(high, "approve", new Set([high.task_id]))).toBeNull();
    const critical = row("CRITICAL");
    expect(aloneBecause(critical, "approve", new Set([critical.task_id]))).toBe("critical");
    expect(aloneBecause(critical, "reject", none)).toBeNull();
    expect(aloneBecause(row("LOW", "APPROVED"), "approve", none)).toBe("not_asked");
  });

  it("says what the ones left out need", () => {
    expect(leftOutWords(["unopened"])).toEqual(["1 HIGH needs its changes opened first."]);
    expect(leftOutWords(["unopened", "unopened", "critical", "not_asked"])).toEqual([
      "2 HIGH need their changes opened first.",
      "1 CRITICAL is approved alone, by the name of the target.",
      "1 change: no answer of yours is asked for.",
    ]);
    expect(leftOutWords([])).toEqual([]);
  });

  it("warns where high risk stands among lower", () => {
    expect(mixedWarning("approve", [row("LOW"), row("HIGH")])).toMatch(/High risk among lower/);
    expect(mixedWarning("approve", [row("HIGH"), row("HIGH")])).toBeNull();
    expect(mixedWarning("approve", [row("LOW"), row("MEDIUM")])).toBeNull();
    expect(mixedWarning("reject", [row("LOW"), row("HIGH")])).toBeNull();
  });
});
