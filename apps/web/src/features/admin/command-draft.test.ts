import type { CommandDefinition } from "@ade/core/executors/adapters/command/schema";
import { describe, expect, it } from "vitest";
import { definitionOfDraft, draftOfCommand, EMPTY_COMMAND } from "./command-draft.ts";

const FULL: CommandDefinition = {
  name: "scale",
  title: "Scale",
  types: ["command.scale"],
  directory: "/srv",
  plan: ["./scale", "plan", "--to={count}", "with space"],
  apply: ["sh", "-ec", "one\ntwo", "sh", "{stash}", ""],
  rollback: ["./undo"],
  parameters: {
    type: "object",
    additionalProperties: false,
    properties: { count: { type: "integer" } },
    required: ["count"],
  },
  resources: [{ type: "service", id: "{count}", scope: "namespace", actions: ["write"] }],
  environment: { A: "x=y", B: "secret://b" },
  plan_exit_codes: [0, 2],
  volatile: ["*: Reading...*"],
  retry: "safe",
};

describe("a command in the form", () => {
  it("comes out as it went in", () => {
    const { parameters, ...rest } = definitionOfDraft(draftOfCommand(FULL));
    const { parameters: given, ...wanted } = FULL;
    expect(rest).toEqual(wanted);
    expect({ type: "object", additionalProperties: false, ...parameters }).toEqual(given);
  });

  it("says which text it can't understand", () => {
    const sound = { ...EMPTY_COMMAND, name: "x", plan: "a", apply: "b", directory: "/srv" };
    expect(definitionOfDraft(sound)).toMatchObject({ plan: ["a"], parameters: {}, plan_exit_codes: [0] });
    for (const [field, text] of [
      ["parameters", "{"],
      ["resources", "x"],
      ["environment", "A"],
      ["plan_exit_codes", "zero"],
    ] as const)
      expect(() => definitionOfDraft({ ...sound, [field]: text })).toThrow(
        expect.objectContaining({ field }),
      );
  });
});
