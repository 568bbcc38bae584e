import { describe, expect, it } from "vitest";
import { createFilesExecutor } from "./adapters/files/configuration-file.ts";
import { createNoopExecutor } from "./adapters/noop/noop.ts";
import { taskConfigOf } from "./contract.ts";
import type { Executor } from "./port.ts";
import { createRegistry } from "./registry.ts";
import { executorInfo } from "./schema.ts";

const noop = createNoopExecutor();
const executor = (title: string, ...types: [string, ...string[]]): Executor => ({ ...noop, title, types });

describe("registry", () => {
  const registry = createRegistry([
    executor("any command", "command.*"),
    executor("git", "command.git.*"),
    executor("git push", "command.git.push"),
    noop,
  ]);

  it.each([
    ["command.run", "any command"],
    ["command.git", "any command"],
    ["command.git.pull", "git"],
    ["command.git.push", "git push"],
    ["command.git.push.force", "git"],
  ])("finds for %s the most exact executor", (type, title) => {
    expect(registry.find(type).title).toBe(title);
  });

  it.each([
    "command",
    "command.",
    "commandx.run",
    "test.noop.x",
    "xtest.noop",
    "TEST.NOOP",
    "*",
    "",
    "__proto__",
  ])("refuses %j with the known types", (type) => {
    const known = ["command.*", "command.git.*", "command.git.push", "test.noop"];
    expect(() => registry.find(type)).toThrow(
      expect.objectContaining({
        code: "UNKNOWN_TASK_TYPE",
        status: 400,
        details: [
          { field: "config.type", issue: expect.stringContaining(known.join(", ")), known_types: known },
        ],
      }),
    );
  });

  it("lists an entry for each pattern, as the border's schema has it", () => {
    const entries = createRegistry([noop, createFilesExecutor({ roots: { app: "/srv/app" } })]).list();
    expect(entries.map((entry) => executorInfo.parse(entry).type)).toEqual([
      "configuration.file",
      "test.noop",
    ]);
  });

  it.each([
    ["a pattern twice", [executor("a", "a.*"), executor("b", "a.*")], "Two executors are registered for a.*"],
    ["an odd pattern", [executor("a", "*")], "* is no pattern of a task type"],
    ["a star in the middle", [executor("a", "a.*.b")], "is no pattern"],
    ["open parameters", [{ ...noop, parameters: { type: "object" } }], "additionalProperties"],
    ["a wrong schema", [{ ...noop, parameters: { type: "objekt", additionalProperties: false } }], "schema"],
  ] as [string, Executor[], string][])("refuses to be made with %s", (_name, executors, sentence) => {
    expect(() => createRegistry(executors)).toThrow(sentence);
  });

  it("names every wrong field at once, and echoes no value", async () => {
    const config = taskConfigOf({
      type: "test.noop",
      parameters: { sleep_ms: "secret-value", fail: [], extra: "secret-value" },
    });
    const refusal = await registry.validate(config).catch((error) => error);
    expect(refusal).toMatchObject({ code: "VALIDATION_ERROR", status: 400 });
    expect(refusal.details.map((issue: { field: string }) => issue.field).sort()).toEqual([
      "config.parameters.extra",
      "config.parameters.fail",
      "config.parameters.sleep_ms",
    ]);
    expect(JSON.stringify(refusal.details) + refusal.message).not.toContain("secret-value");
  });

  it("takes a parameter named like a member of every object as any other", async () => {
    const properties = { constructor: { type: "string" } };
    const named = { ...noop, parameters: { type: "object", additionalProperties: false, properties } };
    const config = taskConfigOf({ type: "test.noop", parameters: {} });
    await expect(createRegistry([named]).validate(config)).resolves.toBe(undefined);
  });

  it("refuses text that the database can't hold, anywhere in the configuration", async () => {
    const config = taskConfigOf({ type: "test.noop", parameters: {}, description: "a\0b" });
    await expect(registry.validate(config)).rejects.toMatchObject({
      details: [{ field: "config.description", issue: "must not hold NUL characters" }],
    });
  });
});
