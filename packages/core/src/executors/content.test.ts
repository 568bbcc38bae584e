import { describe, expect, it } from "vitest";
import { contentHash, sameChanges } from "./content.ts";
import { taskConfigOf } from "./contract.ts";
import type { Change } from "./schema.ts";

const config = taskConfigOf({ type: "test.noop", parameters: { sleep_ms: 1, output: "a" } });
const resource = config.resources[0]!;
const change = (over: Partial<Change> = {}): Change => ({
  resource,
  action: "update",
  before: 1,
  after: 2,
  ...over,
});
const hash = (over: Partial<Parameters<typeof contentHash>[0]> = {}) =>
  contentHash({ config, digest: "d", changes: [change()], volatile: [], ...over });

describe("content hash", () => {
  it("is SHA-256 of the canonical JSON, here as another program computed it", () => {
    expect(hash()).toBe("7505239ede42263091b3407a8a8a0f8cfb66e90ac69a3da5c5ddf056e06e3c56");
  });

  it("knows no order of keys, nor of changes", () => {
    const shuffled = JSON.parse(JSON.stringify(config), (_key, value) =>
      value && typeof value === "object" && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).reverse())
        : value,
    );
    expect(hash({ config: shuffled })).toBe(hash());
    const [a, b] = [change({ action: "create" }), change({ action: "delete" })];
    expect(hash({ changes: [a, b] })).toBe(hash({ changes: [b, a] }));
  });

  it.each([
    ["type", { type: "test.other" }],
    ["version", { version: "2.0.0" }],
    ["description", { description: "Another" }],
    ["resources", { resources: [] }],
    ["parameters", { parameters: { sleep_ms: 2, output: "a" } }],
    ["secrets", { secrets: ["secret://a@1"] }],
    ["rollback_strategy", { rollback_strategy: "none" as const }],
    ["timeout_seconds", { timeout_seconds: 301 }],
    ["priority", { priority: 51 }],
  ])("changes with the configuration's %s", (_field, over) => {
    expect(hash({ config: { ...config, ...over } })).not.toBe(hash());
  });

  it("changes with the executor's digest and with each part of a change", () => {
    expect(hash({ digest: "e" })).not.toBe(hash());
    const others = [
      change({ resource: { ...resource, id: "other" } }),
      change({ action: "create" }),
      change({ before: 0 }),
      change({ after: null }),
      change({ diff: "+x" }),
    ];
    expect(new Set([hash(), ...others.map((other) => hash({ changes: [other] }))]).size).toBe(
      others.length + 1,
    );
  });

  it("tells no preview, no change and a change that comes twice apart", () => {
    const hashes = [null, [], [change()], [change(), change()]].map((changes) => hash({ changes }));
    expect(new Set(hashes).size).toBe(4);
  });

  it("takes numbers that may differ for the same as long as they are near, and few only where they are equal", () => {
    const rows = (count: number, percent = 10) =>
      change({ after: { sql: "UPDATE", rows: count }, may_differ: { "after.rows": percent } });
    const isSame = (approved: Change, now: Change) => sameChanges([approved], [now], []);
    expect(isSame(rows(1_000), rows(1_100))).toBe(true);
    expect(isSame(rows(1_000), rows(900))).toBe(true);
    expect(isSame(rows(1_000), rows(1_101))).toBe(false);
    expect(isSame(rows(9), rows(10))).toBe(false);
    expect(isSame(rows(0), rows(1))).toBe(false);
    expect(isSame(rows(1_000, 0), rows(1_001, 0))).toBe(false);
    // A plan of now cannot allow itself more than the approved one does.
    expect(isSame(rows(1_000), rows(1_101, 50))).toBe(false);
    expect(
      isSame(rows(1_000), change({ after: { sql: "UPDATE", rows: null }, may_differ: { "after.rows": 10 } })),
    ).toBe(false);
    expect(sameChanges([rows(100), rows(500)], [rows(505), rows(101)], [])).toBe(true);
    expect(hash({ changes: [rows(1_000)] })).not.toBe(hash({ changes: [rows(1_001)] }));
  });

  it("leaves out volatile fields, and only those", () => {
    const at = (updated_at: string, size: number) =>
      change({ after: { updated_at, size, list: [{ took_ms: size }, { took_ms: 0 }] } });
    const volatile = ["after.updated_at", "after.list.*.took_ms"];
    expect(sameChanges([at("a", 1)], [at("b", 1)], volatile)).toBe(true);
    expect(sameChanges([at("a", 1)], [at("b", 1)], [])).toBe(false);
    expect(sameChanges([at("a", 1)], [at("b", 2)], volatile)).toBe(false);
    expect(hash({ changes: [at("a", 1)], volatile })).toBe(hash({ changes: [at("b", 1)], volatile }));
  });
});
