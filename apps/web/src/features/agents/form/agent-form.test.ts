import { agentInput } from "@ade/core/agents/schema";
import { expect, test } from "vitest";
import {
  AT_ONCE,
  changedFields,
  changesOf,
  draftDataOf,
  formOf,
  inputOf,
  REVIEWED,
  rebased,
  savedOver,
} from "./agent-form.ts";
import { stepIssues } from "./step-rules.ts";
import { withPermission } from "./tool-risk.ts";

const half = formOf({
  name: "x",
  connection: { kind: "http", url: "nowhere", command: "kept for later" },
  memory_blocks: [{ label: "", value: "v" }],
  limits: { tasks_per_hour: null },
});

test("a half-written draft comes back as it was, with what was typed for another kind", () => {
  expect(formOf(draftDataOf(half))).toEqual(half);
  expect(draftDataOf(half)).not.toHaveProperty("scopes");
  expect(formOf(draftDataOf({ ...half, scopes: [] })).scopes).toEqual([]);
});

test("only the fields of the chosen kind are sent, and nothing that is empty", () => {
  const form = { ...half, name: "tidy", connection: { ...half.connection, url: " https://a.example " } };
  const input = agentInput.parse(inputOf({ ...form, memory_blocks: [], limits: [] }));
  expect(input.connection).toEqual({ kind: "http", url: "https://a.example" });
  expect(input).not.toHaveProperty("owner_id");
  expect(input).not.toHaveProperty("scopes");
  expect(input.capacity).toEqual({ max_tasks: 10 });
});

test("each step says its own problems alone, at their fields", () => {
  expect(stepIssues(1, half)).toEqual([{ field: "name", issue: "At least 2 characters" }]);
  expect(stepIssues(2, half)).toEqual([
    { field: "connection.url", issue: "An address that starts with https:// or http://" },
  ]);
  expect(stepIssues(3, half)).toEqual([{ field: "memory_blocks.0.label", issue: "This is needed" }]);
  expect(stepIssues(4, half)).toEqual([]);
  expect(stepIssues(5, half)).toEqual([{ field: "limits.0.amount", issue: "A number" }]);
});

test("changes are told field by field, and sent to where they belong", () => {
  const after = {
    ...half,
    model: "other",
    scopes: ["database:*"],
    connection: { ...half.connection, url: "https://b.example" },
  };
  const changed = changedFields(half, after);
  expect(changed).toEqual(new Set(["model", "scopes", "connection", "connection.url"]));
  expect(changesOf(AT_ONCE, after, changed)).toEqual({
    model: "other",
    connection: { kind: "http", url: "https://b.example" },
  });
  expect(changesOf(REVIEWED, after, changed)).toEqual({ scopes: ["database:*"] });
  const back = changedFields(after, half);
  expect(changesOf(REVIEWED, half, back)).toEqual({ scopes: null });
});

test("a version from elsewhere moves under what is typed, and names only what both sides changed", () => {
  const mine = { ...half, model: "typed", description: "typed" };
  const theirs = { ...half, description: "stored", instructions: "stored" };
  expect(rebased(half, mine, theirs)).toEqual({
    taken: { instructions: "stored" },
    clashes: ["description"],
  });
  expect(rebased(half, mine, mine)).toEqual({ taken: {}, clashes: [] });
});

test("a clash outlasts the next version from elsewhere, until its field is as it is stored", () => {
  const second = { ...half, model: "stored" };
  const mine = { ...half, model: "typed", description: "typed" };
  const { clashes } = rebased(half, mine, second);
  const third = { ...second, instructions: "stored", description: "stored" };
  expect(rebased(second, mine, third, clashes)).toEqual({
    taken: { instructions: "stored" },
    clashes: ["model", "description"],
  });
  expect(rebased(second, mine, { ...third, model: "typed" }, clashes).clashes).toEqual(["description"]);
  const given = { ...mine, model: "stored" };
  expect(rebased(second, given, { ...second, model: "later" }, clashes)).toEqual({
    taken: { model: "later" },
    clashes: [],
  });
});

test("what was saved is taken as the server keeps it; what was typed since and what is to be proposed stay", () => {
  const sent = { ...half, model: " spaced ", scopes: ["database:*"] };
  const now = { ...sent, description: "typed since" };
  const { taken } = rebased(savedOver(half, sent), now, { ...half, model: "spaced" });
  expect(taken).toEqual({ model: "spaced" });
});

test("tools stand in one order: there and back again is no change", () => {
  const stored = formOf({
    tools: [
      { name: "write", permission: "ask" },
      { name: "bash", permission: "deny" },
    ],
  });
  const away = { ...stored, tools: withPermission(stored.tools, "write", "allow") };
  const back = { ...stored, tools: withPermission(away.tools, "write", "ask") };
  expect(changedFields(stored, away).has("tools")).toBe(true);
  expect(changedFields(stored, back)).toEqual(new Set());
});

test("a limit without a name, of a wrong name or named twice is told at its row's name", () => {
  const row = (name: string, amount: number | null = 1) => ({ name, amount });
  const rows = [row("tasks_per_hour"), row("tasks_per_hour", 2), row(""), row("Per Hour"), row("x", null)];
  expect(stepIssues(5, { ...half, limits: rows })).toEqual([
    { field: "limits.1.name", issue: "This limit is named above already" },
    { field: "limits.2.name", issue: "This is needed" },
    { field: "limits.3.name", issue: "Small letters, digits and _, as in tasks_per_hour" },
    { field: "limits.4.amount", issue: "A number" },
  ]);
});
