import { applyPatch } from "diff";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DIFF_LIMIT_CHARACTERS } from "../../unified-diff.ts";
import { fileDiff } from "./file-diff.ts";
import { type FileState, hashOf } from "./file-state.ts";

const state = (content: string | Buffer): FileState => {
  const bytes = Buffer.from(content as string);
  return { bytes, sha256: hashOf(bytes), mode: 0o644, uid: 0, gid: 0 };
};
const diff = (before: string | Buffer | null, after: string | Buffer | null) =>
  fileDiff(
    "x/a.conf",
    before === null ? null : state(before),
    after === null ? null : Buffer.from(after as string),
  );

describe("file diff", () => {
  it("shows a new, a changed and a deleted file as Git does", () => {
    expect(diff(null, "a\n")).toBe("--- /dev/null\n+++ b/x/a.conf\n@@ -0,0 +1,1 @@\n+a\n");
    expect(diff("a\n", null)).toBe("--- a/x/a.conf\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-a\n");
    expect(diff("a\n", "a")).toBe(
      "--- a/x/a.conf\n+++ b/x/a.conf\n@@ -1,1 +1,1 @@\n-a\n+a\n\\ No newline at end of file\n",
    );
  });

  it("says that a file is binary", () => {
    expect(diff(Buffer.from([0xff, 0xfe]), "a")).toBe(
      "Binary files a/x/a.conf (2 bytes) and b/x/a.conf (1 bytes) differ\n",
    );
    expect(diff(null, "a\0")).toBe("Binary files /dev/null (absent) and b/x/a.conf (2 bytes) differ\n");
  });

  it("turns any text into any other when applied", () => {
    const text = fc
      .array(fc.constantFrom("a", "b", "c", "", "--- x", "\ttab"))
      .map((lines) => lines.join("\n"));
    fc.assert(
      fc.property(text, text, (before, after) => {
        expect(applyPatch(before, diff(before, after))).toBe(after);
      }),
    );
  });

  it("shows files that differ in every line as replaced, in bounded time and size, the same each time", () => {
    const lines = (seed: string) =>
      Array.from({ length: 130_000 }, (_, index) => `${seed}${index % 9973}`).join("\n");
    const [before, after] = [lines("a"), lines("b")];
    const started = performance.now();
    const shown = diff(before, after);
    expect(performance.now() - started).toBeLessThan(5000);
    expect(shown.startsWith("--- a/x/a.conf\n+++ b/x/a.conf\n@@ -1,130000 +1,130000 @@\n-a0\n-a1\n")).toBe(
      true,
    );
    expect(shown).toMatch(/\\ \d+ more characters are not shown\n$/);
    expect(shown.length).toBeLessThan(DIFF_LIMIT_CHARACTERS + 100);
    expect(diff(before, after)).toBe(shown);
  });
});
