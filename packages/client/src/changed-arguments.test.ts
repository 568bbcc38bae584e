import { describe, expect, test } from "vitest";
import { argumentsToRun, askAgainWith } from "./changed-arguments.ts";

const MASK = "••••••";
const CUT = `${"x".repeat(30)} … (20000 more characters)`;
const LONG = "x".repeat(20_030);
type Members = Record<string, unknown>;
/** What is run of `own`, which reviewers saw as `before` and one of them changed into `changed`. */
const run = (own: Members, before: Members, changed: Members) =>
  argumentsToRun(own, { before, arguments: changed, by: "rex", reason: "Staging first." });

describe("what was left as it was shown is the agent's own", () => {
  test("a masked and a shortened text, at any depth", () => {
    const own = { token: "sesame", body: LONG, deep: { list: [{ key: "k" }], to: "prod" } };
    const before = { token: MASK, body: CUT, deep: { list: [{ key: MASK }], to: "prod" } };
    const changed = { ...before, deep: { ...before.deep, to: "staging" } };
    expect(run(own, before, changed)).toEqual({ ...own, deep: { list: [{ key: "k" }], to: "staging" } });
  });

  test("a part of which not all was shown", () => {
    const own = { list: Array.from({ length: 3 }, (_, at) => at), to: "prod" };
    expect(run(own, { list: [0, 1], to: "prod" }, { list: [0, 1], to: "staging" })).toEqual({
      ...{ list: [0, 1, 2], to: "staging" },
    });
  });

  test("a list's items by what they look like, not by where they stand", () => {
    const own = { args: ["--force", "--token=sesame", "--prod"] };
    const before = { args: ["--force", `--token=${MASK}`, "--prod"] };
    expect(run(own, before, { args: [`--token=${MASK}`, "--staging"] })).toEqual({
      args: ["--token=sesame", "--staging"],
    });
  });
});

test("what a reviewer wrote, added and removed counts", () => {
  const changed = { command: "ls", added: { list: ["secret:⁄⁄x"] } };
  expect(run({ command: "rm", force: true }, { command: "rm", force: true }, changed)).toEqual({
    ...{ command: "ls", added: { list: ["secret://x"] } },
  });
});

describe("what would be a guess is not run", () => {
  const unknown: [string, Members, Members, Members][] = [
    [
      "a text edited around its mask",
      { command: "deploy --token=sesame --prod" },
      { command: `deploy --token=${MASK} --prod` },
      { command: `deploy --token=${MASK} --staging` },
    ],
    ["a text edited before its cut", { body: LONG }, { body: CUT }, { body: `y${CUT}` }],
    ["a mask in another place", { a: "1", b: "2" }, { a: MASK, b: "2" }, { b: MASK }],
    ["a mask in a name", { a: "1" }, { a: "1" }, { [`x${MASK}`]: "1" }],
    [
      "one of two items that look alike",
      { keys: [{ key: "a" }, { key: "b" }] },
      { keys: [{ key: MASK }, { key: MASK }] },
      { keys: [{ key: MASK }] },
    ],
    ["a list not all of which was shown", { list: [1, 2, 3] }, { list: [1, 2] }, { list: [1] }],
    ["an object not all of which was shown", { a: 1, b: 2 }, { a: 1 }, { a: 3 }],
    ["a name that was masked", { ghp_secret: 1, b: 2 }, { [MASK]: 1, b: 2 }, { [MASK]: 1, b: 3 }],
    ["a change that cannot be seen", { token: "sesame" }, { token: MASK }, { token: MASK }],
  ];
  test.each(unknown)("%s", (_, own, before, changed) => {
    expect(run(own, before, changed)).toBeNull();
  });

  test("but items that look alike and are alike are no guess", () => {
    const own = { keys: [{ key: "a" }, { key: "a" }] };
    const shown = { key: MASK };
    expect(run(own, { keys: [shown, shown] }, { keys: [shown] })).toEqual({ keys: [{ key: "a" }] });
  });
});

test("an agent is told what to ask with, and what a mask stands for", () => {
  const changed = { before: {}, by: "rex", reason: "No.", arguments: { to: "staging" } };
  expect(askAgainWith(changed)).toBe(
    'rex approved it with other arguments (No.). Ask again with: {"to":"staging"}',
  );
  expect(askAgainWith({ ...changed, arguments: { token: MASK } })).toContain("a secret that was not shown");
});
