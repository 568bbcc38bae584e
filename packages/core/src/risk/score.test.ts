import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RESOURCE_ACTIONS, RESOURCE_TYPES, type ResourceRef } from "../resources/schema.ts";
import { canonicalKey } from "../resources/service.ts";
import { riskSettings } from "./schema.ts";
import { assessRisk, type RiskFacts } from "./score.ts";
import { DEFAULT_RISK_SETTINGS, levelOf } from "./settings.ts";

const NO_REACH = { resources: [], services: [], via: null, truncated: false };

function ref(partial: Partial<ResourceRef> = {}): ResourceRef {
  return { type: "configuration", id: "app.json", scope: "namespace", actions: ["write"], ...partial };
}

function facts(partial: Partial<RiskFacts> = {}): RiskFacts {
  return {
    resources: [ref()],
    keys: [],
    catalogue: [],
    preview: { changes: [{ action: "update", diff: "@@ -1 +1 @@\n-a\n+b" }] },
    worst_case: 80,
    reach: NO_REACH,
    history: { failures: 0, completed: 0 },
    ...partial,
  };
}

const factorOf = (given: RiskFacts, name: string) =>
  assessRisk(given).factors.find((factor) => factor.name === name)?.value ?? Number.NaN;
const sentenceOf = (given: RiskFacts, name: string) =>
  assessRisk(given).factors.find((factor) => factor.name === name)?.explanation;

describe("the score", () => {
  const anyRef = fc.record({
    type: fc.constantFrom(...RESOURCE_TYPES),
    id: fc.constantFrom("a", "b", "c"),
    namespace: fc.constantFrom("default", "prod", "dev"),
    scope: fc.constantFrom("global", "namespace", "cluster", "instance") as fc.Arbitrary<
      ResourceRef["scope"]
    >,
    actions: fc.subarray([...RESOURCE_ACTIONS]),
  });
  const anyChange = fc.record({
    action: fc.constantFrom("create", "update", "delete", "read", "execute", "frobnicate"),
    diff: fc.option(
      fc.array(fc.constantFrom("+a", "-b", " c"), { maxLength: 30 }).map((lines) => lines.join("\n")),
      { nil: undefined },
    ),
    after: fc.jsonValue({ maxDepth: 1 }),
  });
  const anyFacts: fc.Arbitrary<RiskFacts> = fc.record({
    resources: fc.array(anyRef, { minLength: 1, maxLength: 4 }),
    keys: fc.constant([] as string[]),
    catalogue: fc.constant([]),
    preview: fc.option(fc.record({ changes: fc.array(anyChange, { maxLength: 60 }) })),
    worst_case: fc.integer({ min: 0, max: 100 }),
    reach: fc.record({
      resources: fc.array(fc.constantFrom("database:default/x", "service:default/y"), { maxLength: 80 }),
      services: fc.array(fc.constant("service:default/y"), { maxLength: 40 }),
      via: fc.constant(null),
      truncated: fc.boolean(),
    }),
    history: fc
      .tuple(fc.nat(50), fc.nat(50))
      .map(([failures, successes]) => ({ failures, completed: failures + successes })),
  });

  test("is the rounded sum of the unrounded contributions, each weight times a value from 0 to 100", () => {
    fc.assert(
      fc.property(anyFacts, (given) => {
        const { score, level, factors } = assessRisk(given);
        expect(factors.map((factor) => factor.weight)).toEqual([0.4, 0.3, 0.2, 0.1]);
        expect(score).toBe(Math.round(factors.reduce((sum, factor) => sum + factor.contribution, 0)));
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(100);
        expect(level).toBe(levelOf(score));
        for (const factor of factors) {
          expect(factor.value).toBeGreaterThanOrEqual(0);
          expect(factor.value).toBeLessThanOrEqual(100);
          expect(factor.contribution).toBe(factor.weight * factor.value);
          expect(factor.explanation).not.toBe("");
        }
      }),
    );
  });

  test("never falls for a further resource, change, deletion, dependent, failure, wider scope or worse action", () => {
    const worsen: Record<string, (given: RiskFacts) => RiskFacts> = {
      resource: (given) => ({ ...given, resources: [...given.resources, ref({ type: "secret", id: "z" })] }),
      "touched key": (given) => ({ ...given, keys: [...given.keys, "database:prod/z"] }),
      change: (given) => withChange(given, { action: "update", diff: "+x" }),
      deletion: (given) => withChange(given, { action: "delete", after: undefined }),
      dependent: (given) => ({
        ...given,
        reach: { ...given.reach, resources: [...given.reach.resources, "network:default/n"] },
      }),
      failure: ({ history, ...given }) => ({
        ...given,
        history: { failures: history.failures + 1, completed: history.completed + 1 },
      }),
      "wider scope": (given) => ({
        ...given,
        resources: given.resources.map((one) => ({ ...one, scope: "global" as const })),
      }),
      "worse action": (given) => ({
        ...given,
        resources: given.resources.map((one) => ({ ...one, actions: [...one.actions, "delete" as const] })),
      }),
      "higher rating": (given) => ({
        ...given,
        catalogue: given.resources.map((one) => ({
          key: canonicalKey(one),
          type: one.type,
          namespace: "default",
          criticality: 100,
          known: true,
        })),
      }),
    };
    const withChange = (
      given: RiskFacts,
      change: { action: string; diff?: string; after?: unknown },
    ): RiskFacts => ({
      ...given,
      preview: given.preview && { changes: [...given.preview.changes, change] },
    });
    fc.assert(
      fc.property(anyFacts, fc.constantFrom(...Object.keys(worsen)), (given, how) => {
        expect(assessRisk(worsen[how]!(given)).score).toBeGreaterThanOrEqual(assessRisk(given).score);
      }),
      { numRuns: 1500 },
    );
  });

  test("turning a previewed update into a deletion never lowers it", () => {
    const update = facts({ preview: { changes: [{ action: "update", diff: "-a" }] } });
    const deletion = facts({ preview: { changes: [{ action: "delete", diff: "-a" }] } });
    expect(assessRisk(deletion).score).toBeGreaterThan(assessRisk(update).score);
  });

  test("a small edit of a configuration file is LOW, deleting a production database is not", () => {
    expect(assessRisk(facts()).level).toBe("LOW");
    const drop = facts({
      resources: [ref({ type: "database", id: "main", namespace: "prod", actions: ["delete"] })],
      preview: { changes: [{ action: "delete" }] },
    });
    expect(["HIGH", "CRITICAL"]).toContain(assessRisk(drop).level);
  });

  test("bands begin where the settings say", () => {
    expect([0, 24, 25, 49, 50, 74, 75, 100].map((score) => levelOf(score))).toEqual([
      "LOW",
      "LOW",
      "MEDIUM",
      "MEDIUM",
      "HIGH",
      "HIGH",
      "CRITICAL",
      "CRITICAL",
    ]);
    expect(levelOf(10, { medium_from: 5, high_from: 10, critical_from: 20 })).toBe("HIGH");
  });

  test("settings whose weights don't add up to 1 or whose bands don't rise are refused", () => {
    const { weights, bands } = DEFAULT_RISK_SETTINGS;
    expect(riskSettings.safeParse(DEFAULT_RISK_SETTINGS).success).toBe(true);
    expect(riskSettings.safeParse({ bands, weights: { ...weights, blast_radius: 0.3 } }).success).toBe(false);
    expect(riskSettings.safeParse({ weights, bands: { ...bands, high_from: 20 } }).success).toBe(false);
  });
});

describe("resource_criticality", () => {
  test("is the highest over declared and really touched resources", () => {
    expect(factorOf(facts(), "resource_criticality")).toBe(30);
    expect(factorOf(facts({ keys: ["secret:default/token"] }), "resource_criticality")).toBe(80);
  });

  test("takes the catalogue's rating before the type's, under any spelling of the name", () => {
    const given = facts({
      resources: [ref({ id: "App.JSON" })],
      catalogue: [
        {
          key: "configuration:default/app.json",
          type: "configuration",
          namespace: "default",
          criticality: 12,
          known: true,
        },
      ],
    });
    expect(factorOf(given, "resource_criticality")).toBe(12);
  });

  test.each([
    ["prod", 45],
    ["production", 45],
    ["eu-prod-2", 45],
    ["prod2", 45],
    ["billing_live", 45],
    ["product", 30],
    ["reproduction", 30],
    ["staging", 30],
  ])("namespace %s gives %i", (namespace, value) => {
    expect(factorOf(facts({ resources: [ref({ namespace })] }), "resource_criticality")).toBe(value);
  });

  test("is raised for scope global and cluster, and stops at 100", () => {
    expect(factorOf(facts({ resources: [ref({ scope: "cluster" })] }), "resource_criticality")).toBe(40);
    expect(factorOf(facts({ resources: [ref({ scope: "global" })] }), "resource_criticality")).toBe(45);
    const all = ref({ type: "secret", scope: "global", namespace: "prod" });
    expect(factorOf(facts({ resources: [all] }), "resource_criticality")).toBe(100);
  });
});

describe("change_magnitude", () => {
  test("without a preview is the worst case of the type, never less than the declared actions", () => {
    expect(factorOf(facts({ preview: null }), "change_magnitude")).toBe(80);
    const given = facts({ preview: null, worst_case: 0, resources: [ref({ actions: ["delete"] })] });
    expect(factorOf(given, "change_magnitude")).toBe(50);
  });

  test("a declared deletion counts even where the preview shows none", () => {
    const declared = facts({ resources: [ref({ actions: ["delete"] })] });
    expect(factorOf(declared, "change_magnitude")).toBe(factorOf(facts(), "change_magnitude") + 30);
  });

  test("counts changes, deletions and lines, in words too", () => {
    const given = facts({
      preview: {
        changes: [
          { action: "delete", diff: "--- a\n+++ b\n-x\n-y" },
          { action: "create", after: { a: 1 } },
        ],
      },
    });
    expect(sentenceOf(given, "change_magnitude")).toBe("2 changes, 1 deletion, 5 lines of difference");
  });

  test("a verb that nobody knows weighs like execute", () => {
    const unknown = facts({ preview: { changes: [{ action: "frobnicate" }] } });
    const execute = facts({ preview: { changes: [{ action: "execute" }] } });
    expect(factorOf(unknown, "change_magnitude")).toBe(factorOf(execute, "change_magnitude"));
  });
});

describe("blast_radius", () => {
  test("grows with what depends on the resources and says through what", () => {
    const services = Array.from({ length: 14 }, (_, index) => `service:default/s${index}`);
    const given = facts({
      reach: { resources: services, services, via: "database:default/billing", truncated: false },
    });
    expect(sentenceOf(given, "blast_radius")).toBe("touches 14 services through the billing database");
    expect(factorOf(given, "blast_radius")).toBeGreaterThan(50);
    expect(factorOf(facts(), "blast_radius")).toBe(0);
  });
});

describe("historical_failure_rate", () => {
  test.each([
    [0, 0, 10],
    [1, 1, 25],
    [0, 20, 2],
    [10, 10, 70],
  ])("%i failures of %i is %d", (failures, completed, value) => {
    expect(factorOf(facts({ history: { failures, completed } }), "historical_failure_rate")).toBeCloseTo(
      value,
      9,
    );
  });
});
