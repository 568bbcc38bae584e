import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isCoded } from "../kernel/errors.ts";
import { canonicalKey, describeKey, parseKey, type ResourceName } from "./name.ts";
import { RESOURCE_TYPES } from "./schema.ts";

/** The key, or the code and the field that were refused. */
function keyOf(name: ResourceName): string {
  try {
    return canonicalKey(name);
  } catch (error) {
    if (!isCoded(error, "INVALID_RESOURCE_NAME")) throw error;
    const [detail] = error.details as { field: string }[];
    return `${error.status} ${detail?.field}`;
  }
}

describe("canonicalKey", () => {
  test.each([
    [{ type: "database", id: "main" }, "database:default/main"],
    [{ type: "database", id: "Main", namespace: "PROD" }, "database:prod/main"],
    [{ type: "configuration", id: "app/settings.json" }, "configuration:default/app/settings.json"],
    [{ type: "service", id: "cafe\u0301" }, "service:default/caf\u00e9"],
    [{ type: "storage", id: "a:b", namespace: "x.y" }, "storage:x.y/a:b"],
    [{ type: "storage", id: "..a/b..", namespace: "..." }, "storage:.../..a/b.."],
    [{ type: "storage", id: "my file.txt" }, "storage:default/my file.txt"],
  ])("writes %j as %s", (name, key) => {
    expect(keyOf(name)).toBe(key);
  });

  test.each([
    ["a parent segment", "a/../b"],
    ["only a parent", ".."],
    ["a dot segment", "a/./b"],
    ["an empty segment", "a//b"],
    ["a leading slash", "/a"],
    ["a slash at the end", "a/"],
    ["nothing", ""],
    ["percent-encoding", "a%2f..%2fb"],
    ["double encoding", "a%252fb"],
    ["a backslash", "a\\..\\b"],
    ["a NUL", "a\u0000b"],
    ["a line break", "a\nb"],
    ["a bidirectional override", "a\u202Eb"],
    ["a bidirectional isolate", "a\u2066b"],
    ["a zero-width space", "a\u200Bb"],
    ["a variation selector", "a\uFE0Fb"],
    ["a hangul filler", "a\u3164b"],
    ["a soft hyphen", "a\u00ADb"],
    ["a lone surrogate", "a\uD800b"],
    ["a non-breaking space", "a\u00A0b"],
    ["a space at the edge", " a"],
    ["a space at a segment's edge", "a /b"],
    ["a fullwidth form", "\uFF41bc"],
    ["a ligature", "\uFB01le"],
    ["a fullwidth slash", "a\uFF0Fb"],
    ["a Cyrillic letter among Latin ones", "p\u0430yments"],
    ["a pattern", "prod-*"],
    ["more than 200 characters", "a".repeat(201)],
  ])("refuses %s in an id", (_, id) => {
    expect(keyOf({ type: "database", id })).toBe("400 id");
  });

  test.each(["a/b", "a:b", "..", ".", "", "a%2fb", "a\u202Eb", "n".repeat(101)])(
    "refuses the namespace %j",
    (namespace) => {
      expect(keyOf({ type: "database", id: "x", namespace })).toBe("400 namespace");
    },
  );

  test("refuses a type that nobody knows, and names the field where it stands", () => {
    expect(keyOf({ type: "planet", id: "mars" })).toBe("400 type");
    expect(() => canonicalKey({ type: "database", id: "" }, "config.resources.3")).toThrow(
      expect.objectContaining({
        details: [{ field: "config.resources.3.id", issue: "must not be empty" }],
      }),
    );
  });

  const anyName = fc.record({
    type: fc.constantFrom(...RESOURCE_TYPES),
    namespace: fc.option(fc.string({ unit: "binary", maxLength: 12 }), { nil: undefined }),
    id: fc.oneof(
      fc.string({ unit: "binary", minLength: 1, maxLength: 20 }),
      fc.string({
        unit: fc.constantFrom("a", "É", "e", "\u0301", "İ", "Σ", "K", "/", ".", ":", "-", " ", "é", "\u0958"),
        minLength: 1,
        maxLength: 12,
      }),
    ),
  });

  test("is idempotent: the canonical spelling of a key is that key", () => {
    let accepted = 0;
    fc.assert(
      fc.property(anyName, (name) => {
        const key = keyOf(name);
        if (key.startsWith("400 ")) return;
        accepted++;
        expect(canonicalKey(parseKey(key))).toBe(key);
        expect(keyOf({ ...parseKey(key) })).toBe(key);
      }),
      { numRuns: 3000 },
    );
    expect(accepted).toBeGreaterThan(100);
  });

  test("has no aliases: spellings that differ in case or composition alone share a key, and no key holds a detour", () => {
    fc.assert(
      fc.property(anyName, (name) => {
        const key = keyOf(name);
        if (key.startsWith("400 ")) return;
        expect(keyOf({ ...name, id: name.id.normalize("NFD") })).toBe(key);
        expect(keyOf({ ...name, id: name.id.normalize("NFC") })).toBe(key);
        const { id, namespace } = parseKey(key);
        const segments = [namespace, ...id.split("/")];
        expect(segments.every((segment) => segment !== "" && segment !== "." && segment !== "..")).toBe(true);
        expect(key).toBe(key.normalize("NFC").toLowerCase());
      }),
      { numRuns: 3000 },
    );
  });
});

describe("parseKey", () => {
  test("reads a key, its short spelling, and ids with slashes", () => {
    expect(parseKey("database:prod/main")).toEqual({ type: "database", namespace: "prod", id: "main" });
    expect(parseKey("Database:Main")).toEqual({ type: "database", namespace: "default", id: "main" });
    expect(parseKey("storage:x/a/b:c")).toEqual({ type: "storage", namespace: "x", id: "a/b:c" });
  });

  test.each(["", "main", "database", "database:", "database:/main", "database:x/", "planet:x/y"])(
    "refuses %j",
    (key) => {
      expect(() => parseKey(key)).toThrow(expect.objectContaining({ code: "INVALID_RESOURCE_NAME" }));
    },
  );
});

test("describeKey says a key as people do", () => {
  expect(describeKey("database:default/billing")).toBe("billing database");
  expect(describeKey("database:prod/billing")).toBe("billing database in prod");
});
