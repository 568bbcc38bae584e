import { agentInput } from "@ade/core/agents/schema";
import { createUserInput } from "@ade/core/identity/schema";
import { policyInput } from "@ade/core/policies/schema";
import { describe, expect, it } from "vitest";
import { issueWords } from "./issue-words.ts";

type Issue = { path: PropertyKey[]; message: string };
type Schema = { safeParse: (input: unknown) => { error?: { issues: Issue[] } | undefined } };

/** The schema's own complaints, so that another wording of the library is noticed here. */
function complaints(schema: Schema, input: unknown): Record<string, string> {
  const issues = schema.safeParse(input).error?.issues ?? [];
  return Object.fromEntries(issues.map((issue) => [issue.path.join("."), issueWords(issue.message)]));
}

describe("a field's complaint in words", () => {
  it("tells the limits of an executor's parameters", () => {
    expect(["must be <= 20", "must be >= 0.5", 'must match pattern "^v[0-9]+$"'].map(issueWords)).toEqual([
      "At most 20",
      "At least 0.5",
      "It has to look like ^v[0-9]+$",
    ]);
  });

  it("tells limits of texts, numbers and lists", () => {
    const input = { name: "", risk_threshold: 500, min_approvers: -1, due_in_hours: 1.5, groups: [] };
    expect(complaints(policyInput, input)).toEqual({
      name: "This is needed",
      risk_threshold: "At most 100",
      min_approvers: "At least 0",
      due_in_hours: "A whole number",
      groups: "This is needed",
    });
    expect(complaints(agentInput, { name: "x", connection: { kind: "http", url: "nonsense" } })).toEqual({
      name: "At least 2 characters",
      "connection.url": "An address that starts with https:// or http://",
    });
  });

  it("tells what an address looks like", () => {
    expect(complaints(createUserInput, { email: "ada", name: "Ada", roles: [] })).toEqual({
      email: "An address like name@example.com",
    });
  });

  it("leaves sentences as they are", () => {
    expect(issueWords("has left")).toBe("Has left");
  });
});
