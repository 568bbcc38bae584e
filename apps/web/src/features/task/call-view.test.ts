import { expect, test } from "vitest";
import { argumentNames, argumentText, callOf } from "./call-view.tsx";

const after = { tool: "Bash", kind: "execute", title: "Run the tests", arguments: { command: "a\nb" } };

test("a tool call is told from other changes by its tool and its arguments", () => {
  expect(callOf(after)).toEqual(after);
  expect(callOf({ tool: "Bash", arguments: {} })).toMatchObject({ kind: "other", title: "" });
  expect(callOf({ runs: ["make"], directory: "/srv" })).toBeNull();
  expect(callOf({ tool: "x", arguments: ["no object"] })).toBeNull();
  expect(callOf("text")).toBeNull();
  expect(callOf(null)).toBeNull();
});

test("text stands as it is, line for line, and never escaped", () => {
  expect(argumentText("a\n“b”\t\\n")).toBe("a\n“b”\t\\n");
  expect(argumentText({ deep: [1] })).toBe('{\n  "deep": [\n    1\n  ]\n}');
  expect(argumentText(false)).toBe("false");
});

test("what could deceive who reads it stands there to be seen", () => {
  expect(argumentText("rm \u202e-rf\u200b")).toBe("rm ⟨U+202E⟩-rf⟨U+200B⟩");
  expect(argumentText({ "a\u2066": "b\ufeff" })).toBe('{\n  "a⟨U+2066⟩": "b⟨U+FEFF⟩"\n}');
});

test("what runs stands first, the rest as it comes, and what was taken away is named too", () => {
  const call = { ...after, arguments: { env: {}, note: "", path: "build", command: "make" } };
  const before = { ...after, arguments: { gone: 1 } };
  expect(argumentNames(call, before)).toEqual(["command", "path", "env", "note", "gone"]);
  expect(argumentNames(null)).toEqual([]);
});
