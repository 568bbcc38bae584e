import { describe, expect, it } from "vitest";
import { conditionWords, dateWords } from "./delegation-words.ts";

const flat = (conditions: Parameters<typeof conditionWords>[0]) =>
  conditionWords(conditions).map((sentence) =>
    sentence.map((piece) => (typeof piece === "string" ? piece : piece.code)).join(""),
  );

describe("a delegation in words", () => {
  it("holds for every request where it states no condition", () => {
    expect(flat({})).toEqual(["Every request"]);
  });
  it("states each condition, the risk zero too", () => {
    const conditions = {
      ...{ task_types: ["infra.*"], resource_patterns: ["a:*", "b:*", "c:*"], namespaces: ["prod-*"] },
      ...{ tags: ["incident"], risk_above: 0 },
    };
    expect(flat(conditions)).toEqual([
      "The type is infra.*",
      "It touches a:*, b:* or c:*",
      "The namespace is prod-*",
      "It is tagged incident",
      "Its risk is above 0",
    ]);
  });
  it("names its dates only where it has any", () => {
    expect(dateWords({})).toBeNull();
    expect(dateWords({ starts_at: "2026-07-01T00:00:00Z" })).toMatch(/^From /);
    expect(dateWords({ expires_at: "2026-07-01T00:00:00Z" })).toMatch(/^Until /);
    const both = { starts_at: "2026-07-01T00:00:00Z", expires_at: "2026-07-15T00:00:00Z" };
    expect(dateWords(both)).toMatch(/ to /);
  });
});
