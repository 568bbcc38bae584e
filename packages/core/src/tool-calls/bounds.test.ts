import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ToolCallInput } from "./schema.ts";
import { type Callers, openCallers } from "./tool-calls-fixture.ts";

let core: Callers["core"];
let agent: Callers["agent"];
let call: Callers["call"];
let ask: Callers["ask"];
beforeAll(async () => {
  ({ core, agent, call, ask } = await openCallers());
});
afterAll(() => core.dispose());

describe("what is asked for is bounded, and nothing of it is left out", () => {
  const refused = (more: Partial<ToolCallInput>) => {
    const config = { ...call(), parameters: { ...call().parameters, ...more } };
    const input = { config, metadata: { tags: [] }, dry_run: false };
    return expect(core.gate.simulate(agent, input)).rejects;
  };

  test("a file that hides behind sixty harmless ones is no file less: the call is refused", async () => {
    const locations = Array.from({ length: 60 }, (_, index) => ({ path: `docs/${index}.md` }));
    await refused({ locations, arguments: { path: "/etc/cron.d/x" }, diffs: [] }).toMatchObject({
      code: "VALIDATION_ERROR",
      message: expect.stringContaining("name 61 files, and 60 are the most"),
    });
    const { id } = await ask(
      call({ locations: locations.slice(1), arguments: { path: "/etc/cron.d/x" }, diffs: [] }),
    );
    const { preview } = await core.tasks.get(agent, id);
    expect(preview?.changes.map(({ resource }) => resource.id)).toContain("etc/cron.d/x");
  });

  test("a mebibyte of arguments, or a nest of them, is refused before anything reads it", async () => {
    const issue = {
      code: "VALIDATION_ERROR",
      message: expect.stringContaining("config.parameters.arguments"),
    };
    await refused({ arguments: { x: "a.".repeat(400_000) } }).toMatchObject(issue);
    const deep = JSON.parse(`${"[".repeat(100_000)}${"]".repeat(100_000)}`);
    await refused({ arguments: { deep } }).toMatchObject(issue);
    await refused({ title: "x".repeat(501) }).toMatchObject({ code: "VALIDATION_ERROR" });
  });
});
