import { describe, expect, it } from "vitest";
import { EMPTY_LINEUP, mergeLineup } from "./lineup.ts";

const lineupOf = (...readings: string[]) =>
  readings.reduce((before, ids) => mergeLineup(before, ids ? ids.split("") : []), EMPTY_LINEUP);

describe("the inbox's list", () => {
  it("shows the first reading as it is", () => {
    expect(lineupOf("abc")).toEqual({ shown: ["a", "b", "c"], gone: new Set(), held: [] });
  });

  it("holds what arrives above its end, and appends what sorts last", () => {
    const { shown, held } = lineupOf("abc", "xaybcz");
    expect(shown.join("")).toBe("abcz");
    expect(held.join("")).toBe("xy");
  });

  it("keeps a row that left in its place, and gives it back when it returns", () => {
    const left = lineupOf("abc", "ac");
    expect(left.shown.join("")).toBe("abc");
    expect([...left.gone]).toEqual(["b"]);
    const back = mergeLineup(left, ["a", "b", "c"]);
    expect(back).toEqual({ shown: ["a", "b", "c"], gone: new Set(), held: [] });
  });

  it("never moves a row when the order changes", () => {
    expect(lineupOf("abc", "cab").shown.join("")).toBe("abc");
  });

  it("drops the tail that a full page pushed out", () => {
    expect(lineupOf("abc", "xab").shown.join("")).toBe("ab");
  });

  it("starts anew when everything left", () => {
    expect(lineupOf("abc", "", "xy").shown.join("")).toBe("xy");
  });
});
