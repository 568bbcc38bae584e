import { describe, expect, it } from "vitest";
import { checkDefinition } from "./definition.ts";

const SOUND = { name: "x", directory: "/srv", plan: ["plan"], apply: ["apply"] };
const wrong = (over: Record<string, unknown>) => {
  const checked = checkDefinition({ ...SOUND, ...over });
  return "issues" in checked ? checked.issues.map(({ field, issue }) => `${field}: ${issue}`) : [];
};

describe("a command's definition", () => {
  it("is filled with its defaults, and closed", () => {
    expect(checkDefinition(SOUND)).toEqual({
      definition: {
        ...SOUND,
        parameters: { type: "object", properties: {}, additionalProperties: false },
        environment: {},
        plan_exit_codes: [0],
        volatile: [],
        retry: "never",
      },
    });
  });

  it.each<[Record<string, unknown>, string]>([
    [{ apply: "terraform apply" }, "apply: "],
    [{ apply: [] }, "apply: "],
    [{ plan: undefined }, "plan: "],
    [{ name: "a b" }, "name: must be letters"],
    [{ shell: "sh" }, "shell: is not a field of a command"],
    [{ plan: ["{x}"] }, "plan.0: names the program"],
    [{ plan: ["plan", "a\0b"] }, "plan.1: must not hold NUL"],
    [{ apply: ["sh", "-c", "rm {stash}/x"] }, "apply.2: is a script"],
    [{ apply: ["env", "-i", "/bin/bash", "-ec", "rm {stash}/x"] }, "apply.4: is a script"],
    [{ apply: ["python3", "-c", "print('{stash}')"] }, "apply.2: is a script"],
    [{ apply: ["apply", "-v={size}"] }, "apply.1: {size} is not declared in parameters"],
    [{ rollback: ["back", "{size}"] }, "rollback.1: {size} is not declared in parameters"],
    [{ parameters: { additionalProperties: true } }, "parameters.additionalProperties: must be false"],
    [{ parameters: { type: "array" } }, "parameters.type: must be object"],
    [{ parameters: { properties: { a: { type: "nonsense" } } } }, "parameters: is no JSON Schema"],
    [{ parameters: { properties: { a: { type: "string", patern: "x" } } } }, "parameters: is no JSON Schema"],
    [{ parameters: { properties: { a: { type: "array" } } } }, "parameters.properties.a: must have one of"],
    [
      { parameters: { properties: { stash: { type: "string" } } } },
      "parameters.properties.stash: has the name",
    ],
    [
      { parameters: { properties: { "a b": { type: "string" } } } },
      "parameters.properties.a b: must be named",
    ],
    [
      { apply: ["apply", "{a}"], parameters: { properties: { a: { type: "string" } } } },
      "parameters.properties.a: stands in a vector and must be required or have a default",
    ],
    [{ resources: [{ type: "service", id: "{a}" }] }, "resources: {a} is not declared"],
    [{ resources: [{ type: "service", id: "a/../b" }] }, "resources.0: "],
    [{ environment: { A: "secret://" } }, "environment.A: holds secret:// without a name"],
    [{ apply: ["apply", "-token=secret://token"] }, "environment: is the only place for secret://token"],
    [{ environment: { "A B": "x" } }, "environment.A B: "],
    [{ plan_exit_codes: [256] }, "plan_exit_codes.0: "],
    [{ types: ["database.sql"] }, "types.0: must be a type"],
    [{ retry: true }, "retry: "],
  ])("names what is wrong: %j", (over, sentence) => {
    expect(
      wrong(over).some((found) => found.startsWith(sentence)),
      wrong(over).join("\n"),
    ).toBe(true);
  });

  it("takes doubled braces as text, as templates of other programs have them", () => {
    expect(
      wrong({ plan: ["kubectl", "get", "-o=go-template={{range .items}}{{end}}", "-o=jsonpath={.items}"] }),
    ).toEqual([]);
  });
});
