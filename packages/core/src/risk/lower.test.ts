import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ResourceRef } from "../resources/schema.ts";
import { canonicalKey } from "../resources/service.ts";
import { lowerings } from "./lower.ts";
import { assessRisk, type RiskFacts } from "./score.ts";

const NO_REACH = { resources: [], services: [], via: null, truncated: false };
const ref = (over: Partial<ResourceRef> = {}): ResourceRef => ({
  ...{ type: "configuration", id: "app", scope: "namespace", actions: ["write"] },
  ...over,
});
const facts = (over: Partial<RiskFacts> = {}): RiskFacts => ({
  ...{
    resources: [ref()],
    keys: [],
    catalogue: [],
    preview: { changes: [{ action: "update", diff: "+a" }] },
  },
  ...{ worst_case: 60, reach: NO_REACH, history: { failures: 0, completed: 0 } },
  ...over,
});
const told = (given: RiskFacts, without?: Parameters<typeof lowerings>[2]) =>
  lowerings(given, assessRisk(given), without).map(({ text }) => text);

describe("what would lower the score", () => {
  test("nothing, where nothing stands out", () => expect(told(facts())).toEqual([]));

  test("a preview in place of the worst case, from the declared actions on", () => {
    expect(told(facts({ preview: null }))).toEqual([
      "with a preview the magnitude counts from 20 instead of 60: it would be 19 (LOW) at best",
    ]);
  });

  test("doing without the deletion, declared or previewed", () => {
    const database = { type: "database", id: "billing", namespace: "demo-prod" } as const;
    const given = facts({
      resources: [ref({ ...database, actions: ["write", "delete"] })],
      preview: { changes: [{ action: "delete" }, { action: "update", diff: "+a" }] },
    });
    const { score } = assessRisk(given);
    const [found] = lowerings(given, assessRisk(given));
    expect(found?.text).toMatch(/^without the deletion it would be \d+ \((LOW|MEDIUM)\)$/);
    expect(found!.score).toBeLessThan(score);
    const many = { ...given, preview: { changes: Array(3).fill({ action: "destroy" }) } };
    expect(told(many)[0]).toMatch(/^without the 3 deletions/);
  });

  test("leaving a resource out, with what it alone reaches", () => {
    const billing = ref({ type: "database", id: "billing", namespace: "demo-prod" });
    const services = ["service:demo-prod/payments", "service:demo-prod/checkout"];
    const given = facts({
      resources: [ref(), billing],
      reach: { resources: services, services, via: canonicalKey(billing), truncated: false },
    });
    const without = new Map([
      [canonicalKey(billing), NO_REACH],
      [canonicalKey(ref()), given.reach],
    ]);
    const found = told(given, without);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^without database:demo-prod\/billing it would be/);
  });

  test("a narrower scope, and parts that a person can look through", () => {
    expect(told(facts({ resources: [ref({ scope: "global" })] }))[0]).toMatch(/^with the scope namespace/);
    const changes = Array.from({ length: 60 }, () => ({ action: "update", diff: "+a\n-b\n+c" }));
    expect(told(facts({ preview: { changes } }))[0]).toMatch(
      /^in parts of 10 changes instead of 60 .* at best$/,
    );
  });

  test("is always lower than the score, best first, and never a long list", () => {
    const any = fc.record({
      resources: fc.array(
        fc.record({
          type: fc.constantFrom("database" as const, "service" as const, "configuration" as const),
          id: fc.constantFrom("a", "b", "c"),
          scope: fc.constantFrom("global" as const, "cluster" as const, "namespace" as const),
          actions: fc.subarray(["read", "write", "execute", "delete"] as const, { minLength: 1 }),
        }),
        { minLength: 1, maxLength: 4 },
      ),
      preview: fc.option(
        fc.array(fc.record({ action: fc.constantFrom("update", "delete", "run") }), { maxLength: 30 }),
      ),
    });
    fc.assert(
      fc.property(any, ({ resources, preview }) => {
        const given = facts({
          resources: resources.map((one) => ref({ ...one, actions: [...one.actions] })),
          preview: preview && { changes: preview },
        });
        const scored = assessRisk(given);
        const keys = given.resources.map((one) => canonicalKey(one));
        const found = lowerings(given, scored, new Map(keys.map((key) => [key, NO_REACH])));
        expect(found.length).toBeLessThanOrEqual(4);
        expect(found.every(({ score }) => score < scored.score)).toBe(true);
        expect(found.map(({ score }) => score)).toEqual(
          found.map(({ score }) => score).sort((a, b) => a - b),
        );
      }),
    );
  });
});
