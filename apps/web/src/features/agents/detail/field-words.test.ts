import { expect, test } from "vitest";
import { fieldLines, fieldName } from "./field-words.ts";

test("every setting becomes lines that a person can compare", () => {
  expect(fieldLines("tools", [{ name: "deploy", permission: "ask" }])).toEqual(["deploy: ask"]);
  expect(fieldLines("scopes", null)).toEqual(["every"]);
  expect(fieldLines("scopes", [])).toEqual(["none"]);
  expect(fieldLines("tags", [])).toEqual([]);
  expect(fieldLines("limits", { tasks_per_hour: 20 })).toEqual(["tasks per hour: 20"]);
  expect(
    fieldLines("memory_blocks", [{ label: "house", value: "be kind", limit: 100, read_only: true }]),
  ).toEqual(["house (limit 100, read only): be kind"]);
  expect(fieldLines("instructions", "one\ntwo")).toEqual(["one", "two"]);
  expect(fieldName("task_types")).toBe("Task types it may propose");
});
