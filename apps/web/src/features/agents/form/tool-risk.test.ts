import { expect, test } from "vitest";
import { findTools, follows, OWN_GROUP, toolLines, toolTotals, withPermission } from "./tool-risk.ts";

const catalogue = [
  { name: "read_file", title: "Read a file", description: "", group: "Files", risk: "low" },
  { name: "deploy", title: "Deploy", description: "Puts it live", group: "Operations", risk: "high" },
] as const;
const lines = toolLines(catalogue, [
  { name: "deploy", permission: "allow" },
  { name: "mine", permission: "deny" },
]);

test("tools of the catalogue and the agent's own stand in one list", () => {
  expect(lines.map(({ name, permission }) => [name, permission])).toEqual([
    ["read_file", null],
    ["deploy", "allow"],
    ["mine", "deny"],
  ]);
  expect(lines[2]?.group).toBe(OWN_GROUP);
  expect(toolTotals(lines)).toEqual({ alone: 1, risky: 1, ask: 1, refused: 1 });
});

test("what follows is said of the permission and the risk together", () => {
  expect(follows({ permission: null, risk: "high" }).words).toBe("Not set, so it asks");
  expect(follows({ permission: "ask", risk: "high" }).words).toBe("Asks before each call");
  expect(follows({ permission: "allow", risk: "high" })).toEqual({
    words: "Runs alone, high risk",
    tone: "bad",
  });
  expect(follows({ permission: "deny", risk: "high" }).words).toBe("Refused at once");
});

test("the search asks for every word, anywhere", () => {
  expect(findTools(lines, "live oper").map(({ name }) => name)).toEqual(["deploy"]);
  expect(findTools(lines, "live files")).toEqual([]);
});

test("a permission replaces the one before, and null takes it away", () => {
  const given = [{ name: "b", permission: "ask" as const }];
  expect(withPermission(given, "a", "deny").map(({ name }) => name)).toEqual(["a", "b"]);
  expect(withPermission(given, "b", "allow")).toEqual([{ name: "b", permission: "allow" }]);
  expect(withPermission(given, "b", null)).toEqual([]);
});
