import { applyPatch } from "diff";
import fc from "fast-check";
import { expect, test } from "vitest";
import { fileDiff } from "../../executors/adapters/files/file-diff.ts";
import type { Change } from "../../executors/schema.ts";
import { reverseChanges, reverseDiff } from "./reverse.ts";

const resource: Change["resource"] = {
  type: "configuration",
  id: "a",
  scope: "namespace",
  actions: ["write"],
};

test("undoing exchanges before and after, the last change first, and what was made is deleted", () => {
  const made = { resource, action: "create", after: { size: 2 } };
  const resized = { resource, action: "update", before: { size: 2 }, after: { size: 3 } };
  expect(reverseChanges([made, resized])).toEqual([
    { resource, action: "update", before: { size: 3 }, after: { size: 2 } },
    { resource, action: "delete", before: { size: 2 } },
  ]);
  expect(reverseChanges(reverseChanges([made, resized]))).toEqual([made, resized]);
});

test("a reversed diff leads from the new text to the old one, with or without a newline at the end", () => {
  const text = fc
    .array(fc.constantFrom("a", "b", "-- c", "++ d", "", "@@ -1 +1 @@", "\\ e"), { maxLength: 30 })
    .map((lines) => lines.join("\n"));
  const state = (content: string) => ({ bytes: Buffer.from(content), mode: 0o644 }) as never;
  fc.assert(
    fc.property(text, text, (before, after) => {
      fc.pre(before !== after);
      const diff = fileDiff("a.txt", state(before), Buffer.from(after));
      expect(applyPatch(after, reverseDiff(diff))).toBe(before);
      expect(applyPatch(before, reverseDiff(reverseDiff(diff)))).toBe(after);
    }),
    { numRuns: 500 },
  );
});
