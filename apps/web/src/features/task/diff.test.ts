import { describe, expect, it } from "vitest";
import { diffStat, pairLines, parseDiff } from "./diff.ts";

const DIFF = `--- a/service.conf
+++ b/service.conf
@@ -1,4 +1,4 @@
 name = api
-max = 20
+max = 40
+min = 2
 log = true
@@ -20,2 +20,1 @@ tail
 end = 1
-old = 1
\\ No newline at end of file
`;

describe("a unified diff", () => {
  const lines = parseDiff(DIFF);

  it("numbers each side by its own count", () => {
    expect(lines.map(({ kind, before, after }) => [kind, before, after])).toEqual([
      ["same", 1, 1],
      ["remove", 2, null],
      ["add", null, 2],
      ["add", null, 3],
      ["same", 3, 4],
      ["gap", null, null],
      ["same", 20, 20],
      ["remove", 21, null],
    ]);
  });

  it("counts what is added and removed, without the file's headers", () => {
    expect(diffStat(lines)).toEqual({ added: 2, removed: 2 });
  });

  it("stands removals beside the additions that follow them", () => {
    const texts = pairLines(lines).map(({ left, right }) => [left?.text ?? null, right?.text ?? null]);
    expect(texts.slice(1, 3)).toEqual([
      ["max = 20", "max = 40"],
      [null, "min = 2"],
    ]);
  });

  it("keeps a removed line that itself begins with dashes", () => {
    expect(parseDiff("@@ -1 +1 @@\n--- x\n+++ y\n").map(({ kind, text }) => [kind, text])).toEqual([
      ["remove", "-- x"],
      ["add", "++ y"],
    ]);
  });

  it("goes on with the next file, whose headers are no lines of it", () => {
    const both = `${"diff -u a b\n--- a\n+++ b/one\n@@ -1 +1 @@\n-x\n+y\n"}${"diff -u c d\n--- c\n+++ d/two\t2026\n@@ -1,2 +1 @@\n z\n-w\n"}`;
    expect(parseDiff(both).map(({ kind, text }) => [kind, text])).toEqual([
      ["remove", "x"],
      ["add", "y"],
      ["gap", "d/two"],
      ["same", "z"],
      ["remove", "w"],
    ]);
  });

  it("shows a plan that is no diff with the signs of its own", () => {
    const plan = `  # a will be created\n  + resource "a" {\n      - id = 1 -> null\n      ~ x  = 2\n-/+ resource "b"\n  -5 degrees\n`;
    expect(parseDiff(plan).map(({ kind }) => kind)).toEqual([
      "same",
      "add",
      "remove",
      "same",
      "remove",
      "same",
    ]);
    expect(parseDiff(plan)[1]!.text).toBe('  + resource "a" {');
  });
});
