import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileGlob, compileNameGlob, firstMatch } from "./glob.ts";

describe("compileGlob", () => {
  test.each([
    ["*", "database:prod/main", true],
    ["database:*", "database:prod/main", true],
    ["database:prod/*", "database:prod/main", true],
    ["database:prod/*", "database:production/main", false],
    ["database:prod*", "database:production/main", true],
    ["*:prod/*", "service:prod/api", true],
    ["database:prod/m?in", "database:prod/main", true],
    ["database:prod/m?in", "database:prod/min", false],
    ["DATABASE:Prod/*", "database:prod/main", true],
    // Without : and / it looks at the id alone.
    ["main", "database:prod/main", true],
    ["prod", "database:prod/main", false],
    ["prod-*", "infrastructure:default/prod-vpc", true],
    ["*.json", "configuration:default/app/a.json", true],
    // Without a namespace: default, as in a name.
    ["database:main", "database:default/main", true],
    ["database:main", "database:prod/main", false],
    // Nothing else is special.
    ["storage:x/[ab]", "storage:x/a", false],
    ["storage:x/[ab]", "storage:x/[ab]", true],
    ["storage:x/a.c", "storage:x/abc", false],
    ["storage:x/a+", "storage:x/aa", false],
    ["storage:x/{a,b}", "storage:x/a", false],
    ["", "storage:x/a", false],
    ["?", "storage:x/\u{1F600}", true],
    ["a**b", "storage:x/ab", true],
  ])("%s on %s is %s", (pattern, key, fits) => {
    expect(compileGlob(pattern)(key)).toBe(fits);
  });

  test("agrees with the obvious recursive definition", () => {
    const unit = fc.constantFrom("a", "b", "*", "?");
    const obvious = (pattern: string, text: string): boolean => {
      if (pattern === "") return text === "";
      if (pattern[0] === "*")
        return obvious(pattern.slice(1), text) || (text !== "" && obvious(pattern, text.slice(1)));
      return (
        text !== "" &&
        (pattern[0] === "?" || pattern[0] === text[0]) &&
        obvious(pattern.slice(1), text.slice(1))
      );
    };
    fc.assert(
      fc.property(
        fc.string({ unit, maxLength: 8 }),
        fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 10 }),
        (pattern, text) => {
          expect(compileNameGlob(pattern)(text)).toBe(obvious(pattern, text));
        },
      ),
      { numRuns: 5000 },
    );
  });

  test("takes time in proportion to the text, however hostile the pattern", () => {
    // A backtracking matcher needs more steps here than there are atoms; this one a few million.
    const text = "a".repeat(50_000);
    const started = performance.now();
    expect(compileGlob(`${"a*".repeat(149)}b`)(`storage:x/${text}`)).toBe(false);
    expect(compileGlob(`${"*a".repeat(149)}*b`)(`storage:x/${text}`)).toBe(false);
    expect(compileGlob(`${"?*".repeat(149)}b`)(`storage:x/${text}`)).toBe(false);
    expect(compileGlob(`*${"a".repeat(290)}b`)(`storage:x/${text}`)).toBe(false);
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

test("compileNameGlob fits task types", () => {
  expect(compileNameGlob("configuration.*")("configuration.file")).toBe(true);
  expect(compileNameGlob("configuration.*")("command.run")).toBe(false);
  expect(compileNameGlob("test.noop")("test.noop")).toBe(true);
});

test("firstMatch names the pattern that fits", () => {
  expect(firstMatch(["x*", "database:*", "*"], "database:prod/main")).toBe("database:*");
  expect(firstMatch(["x*"], "database:prod/main")).toBeUndefined();
});
