import { expect, it } from "vitest";
import { taskConfigOf } from "./contract.ts";
import { taskConfig } from "./schema.ts";
import { referenceIssues, referencesOf, replaceReferences, spell } from "./secret-reference.ts";

const task = (parameters: Record<string, unknown>, secrets: string[] = []) =>
  taskConfigOf({ type: "test.noop", parameters, secrets });
const value = ({ name, version }: { name: string; version: number | null }) => `<${name} ${version}>`;

it.each([
  ["secret://db", "<db null>"],
  ["Bearer secret://api-token@12", "Bearer <api-token 12>"],
  ["a=secret://a;b=secret://b@2.", "a=<a null>;b=<b 2>."],
  ['{"password":"secret://db_1"}', '{"password":"<db_1 null>"}'],
  ["secret://a,secret://a@1\nsecret://a", "<a null>,<a 1>\n<a null>"],
  ["no secret at all", "no secret at all"],
])("reads %j", (text, revealed) => {
  expect(replaceReferences(text, value)).toBe(revealed);
  expect(referenceIssues(task({ text }))).toEqual([]);
});

it.each([
  "secret://",
  "secret://-a",
  "secret:///a",
  "secret://a/b",
  "secret://a@",
  "secret://a@0",
  "secret://a@latest",
  "secret://a@10.0.0.5/db",
  "postgres://u:secret://pw@host/db",
  "secret://a@9999999999",
  `secret://${"a".repeat(64)}`,
])("refuses %j, and reveals nothing there", (text) => {
  expect(referenceIssues(task({ deep: [{ text }] }))).toEqual([
    { field: "config.parameters.deep.0.text", issue: expect.stringContaining("secret://name@3") },
  ]);
  expect(replaceReferences(text, () => "VALUE")).toBe(text);
  expect(taskConfig.shape.secrets.safeParse([text]).success).toBe(false);
});

it("finds each once, in the list, in values, in names of members and in what a definition adds", () => {
  const config = task({ a: ["x secret://one y"], "secret://two@3": 1, b: { c: "secret://one" } }, [
    "secret://three",
  ]);
  expect(referencesOf(config, ["k=secret://four@1"]).map(spell)).toEqual([
    "secret://four@1",
    "secret://one",
    "secret://three",
    "secret://two@3",
  ]);
});

it("takes time that grows with the text", () => {
  const text = "secret:///".repeat(100_000);
  const began = performance.now();
  expect(referenceIssues(task({ text }))).toHaveLength(1);
  expect(performance.now() - began).toBeLessThan(2_000);
});
