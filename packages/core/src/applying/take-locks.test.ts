import { expect, test } from "vitest";
import type { ResourceRef } from "../resources/schema.ts";
import { neededLocks } from "./take-locks.ts";

const ref = (id: string, ...actions: ResourceRef["actions"]): ResourceRef => ({
  type: "database",
  id,
  scope: "namespace",
  actions,
});

test("every task takes its locks in one order: its own, its resources by name, a slot of its agent", () => {
  const needs = neededLocks("task-1", [ref("b", "read"), ref("a", "read", "write")], "agent-1");
  expect(needs).toEqual([
    { resource_type: "task", resource_id: "task-1", mode: "exclusive" },
    { resource_type: "resource", resource_id: "database:default/a", mode: "exclusive" },
    { resource_type: "resource", resource_id: "database:default/b", mode: "shared" },
    { resource_type: "agent", resource_id: "agent-1", mode: "exclusive" },
  ]);
  const turned = neededLocks("task-1", [ref("a", "read", "write"), ref("b", "read")], null);
  expect(turned).toEqual(needs.slice(0, 3));
});
