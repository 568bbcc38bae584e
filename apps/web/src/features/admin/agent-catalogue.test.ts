import { expect, test } from "vitest";
import { templateId, withModel, withoutModel, withTemplate, withTool } from "./agent-catalogue.ts";

const tool = (name: string) => ({ name, title: name, description: "", group: "Files", risk: "low" as const });
const template = (id: string) => ({ id, name: id, description: "", instructions: "" });
const value = {
  providers: [{ name: "One", models: [{ name: "b" }] }],
  tools: [tool("write")],
  templates: [template("first"), template("second")],
};

test("a model moves to another provider, and a provider goes with its last model", () => {
  const moved = withModel(value, { provider: "One", name: "b" }, { provider: "Two", name: "b" });
  expect(moved.providers).toEqual([{ name: "Two", models: [{ name: "b" }] }]);
  const added = withModel(value, null, { provider: "One", name: "a", context_window: 5 });
  expect(added.providers).toEqual([
    { name: "One", models: [{ name: "a", context_window: 5 }, { name: "b" }] },
  ]);
  expect(withoutModel(value, { provider: "One", name: "b" }).providers).toEqual([]);
  // Nothing is lost silently: two of a name are left for the server to refuse.
  expect(withModel(value, null, { provider: "One", name: "b" }).providers[0]?.models).toHaveLength(2);
});

test("tools stand by name, templates keep their place", () => {
  expect(withTool(value, null, tool("read")).tools.map(({ name }) => name)).toEqual(["read", "write"]);
  expect(withTool(value, "write", tool("put")).tools.map(({ name }) => name)).toEqual(["put"]);
  expect(withTool(value, "write", null).tools).toEqual([]);
  const ids = (of: typeof value) => of.templates.map(({ id }) => id);
  expect(ids(withTemplate(value, "first", template("other")) as typeof value)).toEqual(["other", "second"]);
  expect(ids(withTemplate(value, null, template("third")) as typeof value)).toHaveLength(3);
  expect(ids(withTemplate(value, "first", null) as typeof value)).toEqual(["second"]);
});

test("a template's id comes from its name", () => {
  expect(templateId("Release notes", [])).toBe("release-notes");
  expect(templateId("2. Säubern!", [])).toBe("s-ubern");
  expect(templateId("リリースノート", [])).toBe("template-1");
  expect(templateId("42", [template("template-1"), template("template-3")])).toBe("template-2");
});
