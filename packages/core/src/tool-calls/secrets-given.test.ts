import { expect, test } from "vitest";
import { secretsGiven } from "./secrets-given.ts";

const MASK = "••••••";

test("what was left as it was shown, and what looks like no secret, is taken", () => {
  const shown = {
    command: `deploy --token=${MASK} --prod`,
    env: { TOKEN: MASK, TO: "prod" },
    list: [1, "a"],
  };
  const given = {
    ...{ command: `deploy --token=${MASK} --staging`, env: { TOKEN: MASK, TO: "staging" } },
    ...{ list: [2, "secret://x/y"], added: { deep: [null, true] } },
  };
  expect(secretsGiven(shown, given)).toEqual([]);
  expect(secretsGiven(shown, {})).toEqual([]);
});

test("a secret of the reviewer's own is told by its place", () => {
  const shown = { command: `deploy --token=${MASK}`, env: { TOKEN: MASK }, list: ["a"] };
  const given = {
    ...{ command: "deploy --token=sesame", env: { TOKEN: "sesame" } },
    ...{ list: ["a", "https://me:sesame@example.org"], [`ghp_${"x".repeat(20)}`]: 1 },
  };
  expect(secretsGiven(shown, given)).toEqual([
    ...["arguments.command", "arguments.env.TOKEN", "arguments.list.1", "arguments"],
  ]);
});

test("what follows a key stays seen, and may be changed", () => {
  const shown = { key: `-----BEGIN PRIVATE KEY-----${MASK}\nto: prod`, other: 1 };
  expect(secretsGiven(shown, { ...shown, other: 2 })).toEqual([]);
  expect(secretsGiven(shown, { ...shown, key: shown.key.replace("prod", "staging") })).toEqual([]);
});
