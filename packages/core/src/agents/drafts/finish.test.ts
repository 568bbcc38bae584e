import { describe, expect, test } from "vitest";
import { finish } from "./finish.ts";
import { type DraftData, draftData } from "./schema.ts";

const fine = { name_taken: false, owner_left: false };
const good: DraftData = { name: "robot", connection: { kind: "worker" } };
const problems = (data: DraftData, facts = fine) =>
  finish(data, facts).problems.map(({ field, issue, step }) => `${step} ${field} ${issue}`);

describe("what is in the way of making an agent", () => {
  test("is said for each field, with the step where it is mended, in the order of the steps", () => {
    expect(problems({})).toEqual(["1 name is missing", "2 connection choose how it is reached"]);
    expect(problems({ ...good, name: "x" })).toEqual(["1 name must have at least 2 characters"]);
    expect(problems({ ...good, connection: { kind: "acp", command: "" } })).toEqual([
      "2 connection.command is missing",
    ]);
    expect(problems({ ...good, connection: { kind: "http", url: "ftp://x" } })).toEqual([
      "2 connection.url must be an address that begins with http",
    ]);
    expect(
      problems({
        ...good,
        parameters: { temperature: 3 },
        tools: [
          { name: "a", permission: "ask" },
          { name: "a", permission: "deny" },
        ],
        memory_blocks: [{ label: "" }],
        capacity: { max_tasks: 10_001 },
      }),
    ).toEqual([
      "3 memory_blocks.0.label is missing",
      "4 tools names a tool twice",
      "5 capacity.max_tasks must be at most 10000",
      "5 parameters.temperature must be at most 2",
    ]);
    expect(problems(good, { name_taken: true, owner_left: true })).toHaveLength(2);
  });

  test("is nothing where the agent can be made, and then its input stands ready, without what was left empty", () => {
    const data: DraftData = {
      ...good,
      connection: { kind: "http", url: "https://agents.example.com", command: "typed before" },
      ...{ provider: "", model: "m-1", owner_id: "" },
      parameters: { temperature: 0.2, max_tokens: null },
      memory_blocks: [{ label: "style" }],
      scopes: [],
    };
    const { input } = finish(data, fine);
    expect(finish(data, fine).problems).toEqual([]);
    expect(input).toMatchObject({
      connection: { kind: "http", url: "https://agents.example.com" },
      model: "m-1",
      parameters: { temperature: 0.2 },
      memory_blocks: [{ label: "style", value: "", read_only: false }],
      scopes: [],
    });
    expect(input).not.toHaveProperty("provider");
    expect(input?.connection).not.toHaveProperty("command");
    expect(finish(data, { ...fine, name_taken: true }).input).toBe(null);
  });

  test("a draft takes what is unfinished, and neither what nobody knows nor more than an agent can hold", () => {
    expect(draftData.safeParse({ name: "", connection: {}, capacity: { max_tasks: null } }).success).toBe(
      true,
    );
    for (const bad of [
      { name: "x".repeat(101) },
      { instructions: "x".repeat(100_001) },
      { paused: true },
      { connection: { kind: "telnet" } },
      { connection: { kind: "acp", shell: true } },
      { tags: Array(51).fill("t") },
      { limits: Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`l${index}`, 1])) },
    ]) {
      expect([bad, draftData.safeParse(bad).success]).toEqual([bad, false]);
    }
  });
});
