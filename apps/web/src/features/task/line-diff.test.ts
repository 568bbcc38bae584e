import { describe, expect, it } from "vitest";
import { changeLines, configLines, diffLines } from "./line-diff.ts";

const shown = (before: string[], after: string[]) =>
  diffLines(before, after).map(
    ({ kind, text }) => `${{ add: "+", remove: "-", same: " ", gap: "~" }[kind]}${text}`,
  );

describe("what changed between two looks", () => {
  it("is nothing where nothing did", () => {
    expect(diffLines(["a", "b"], ["a", "b"])).toEqual([]);
  });

  it("keeps what is common and numbers both sides", () => {
    expect(shown(["a", "b", "c"], ["a", "x", "c", "d"])).toEqual([" a", "-b", "+x", " c", "+d"]);
    expect(diffLines(["a", "b"], ["b"])).toEqual([
      { kind: "remove", text: "a", before: 1, after: null },
      { kind: "same", text: "b", before: 2, after: 1 },
    ]);
  });

  it("finds what stayed between two changes", () => {
    expect(shown(["1", "keep", "2"], ["one", "keep", "two"])).toEqual(["-1", "+one", " keep", "-2", "+two"]);
  });

  it("folds what is far from a change", () => {
    const lines = Array.from({ length: 20 }, (_, place) => `line ${place}`);
    const after = lines.map((line, place) => (place === 10 ? "new" : line));
    expect(shown(lines, after)).toEqual([
      "~",
      " line 7",
      " line 8",
      " line 9",
      "-line 10",
      "+new",
      " line 11",
      " line 12",
      " line 13",
    ]);
  });

  it("writes texts line by line and the rest as JSON", () => {
    const config = {
      type: "configuration.file",
      description: "Raise",
      resources: [{ type: "service", id: "a", actions: ["write"] }],
      parameters: { content: "max = 1\nmin = 2\n", mode: 420 },
    };
    expect(configLines(config as unknown as Parameters<typeof configLines>[0])).toEqual([
      "type: configuration.file",
      "description: Raise",
      "resource: service:default/a write",
      "content:",
      "  max = 1",
      "  min = 2",
      "mode: 420",
    ]);
  });
});

it("a plan is compared by the lines of its diff, without headers and places, else by before and after", () => {
  const resource = {
    type: "configuration" as const,
    id: "files/a",
    scope: "namespace" as const,
    actions: ["write" as const],
  };
  const diff = "--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n-one\n+two\n same\n";
  const changes = [
    { resource, action: "update", before: { size: 1 }, diff },
    { resource, action: "update", before: 1, after: 2 },
  ];
  expect(changeLines(changes)).toEqual([
    "update configuration:default/files/a",
    "  − one",
    "  + two",
    "    same",
    "update configuration:default/files/a",
    "before: 1",
    "after: 2",
  ]);
});
