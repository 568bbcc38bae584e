import { describe, expect, test } from "vitest";
import { previewOfCall } from "./preview.ts";
import { type ToolCallInput, toolCallParameters } from "./schema.ts";

const shown = (more: Partial<ToolCallInput>) =>
  previewOfCall(toolCallParameters.parse({ tool: "edit_file", kind: "edit", title: "Edit", ...more }));
const diff = (path: string, old_text: string | null, new_text: string) => ({ path, old_text, new_text });

describe("what reviewers see of a call", () => {
  test("is every change of a file, in the order in which they are made", () => {
    const { changes, warnings } = shown({
      locations: [{ path: "b.txt" }],
      diffs: [diff("a.txt", "1\n", "rm -rf\n"), diff("b.txt", null, "new\n"), diff("a.txt", "2\n", "3\n")],
    });
    expect(changes.map(({ resource, action }) => [resource.id, action])).toEqual([
      ["edit_file", "execute"],
      ["b.txt", "create"],
      ["a.txt", "write"],
      ["a.txt", "write"],
    ]);
    expect(changes[2]!.diff).toContain("+rm -rf");
    expect(changes[3]!.diff).toContain("+3");
    expect(warnings).toEqual([]);
  });

  test("names files that are one name here, with the changes of both", () => {
    const { changes, warnings } = shown({
      diffs: [
        diff("README.md", "a\n", "b\n"),
        diff("readme.md", "c\n", "d\n"),
        diff("./README.md", "e\n", "f\n"),
      ],
    });
    expect(changes.slice(1).map(({ resource }) => resource.id)).toEqual([
      "readme.md",
      "readme.md",
      "readme.md",
    ]);
    expect(changes.slice(1).map((each) => /^\+(\w)$/m.exec(each.diff ?? "")?.[1])).toEqual(["b", "d", "f"]);
    expect(warnings).toEqual(["README.md and readme.md are one name here, and may be 2 files"]);
  });

  test("warns of what can't be seen, wherever an agent puts it, and of nothing else", () => {
    const { warnings } = shown({
      title: "List \u202eeverything",
      arguments: { command: "ls\n\tx", deep: [{ "na\u200bme": "\u2066a\u2069" }], more: { of: "\u001b[8m" } },
      diffs: [diff("a.txt", "a\u200f\n", "b\ufeff\n")],
    });
    expect(warnings).toEqual([
      "Characters that can't be seen stand in its title: U+202E",
      "Characters that can't be seen stand in its arguments: U+200B, U+2066, U+2069, U+001B",
      "Characters that can't be seen stand in its files: U+200F, U+FEFF",
    ]);
    expect(shown({ title: "Räumt auf 🧹", arguments: { text: "a\r\n\tb" } }).warnings).toEqual([]);
  });

  test("is a deletion where the call deletes, whatever text comes with it", () => {
    const { changes } = shown({ kind: "delete", diffs: [diff("a.txt", "a\n", "")] });
    expect(changes[1]).toMatchObject({ action: "delete", diff: expect.stringContaining("-a") });
  });
});
