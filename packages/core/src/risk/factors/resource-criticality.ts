import type { CatalogueFact, ResourceType } from "../../resources/schema.ts";
import { describeKey } from "../../resources/service.ts";
import type { FactorValue } from "./factor-value.ts";
import type { TouchedResource } from "./touched-resource.ts";

/** Criticality of a resource that the catalogue does not rate, by its type (risk.md: the first four highest). */
export const DEFAULT_CRITICALITY: Readonly<Record<ResourceType, number>> = {
  secret: 80,
  database: 75,
  network: 70,
  infrastructure: 70,
  agent: 65,
  storage: 55,
  service: 50,
  configuration: 30,
};

const PRODUCTION_RAISE = 15;
const SCOPE_RAISE = { global: 15, cluster: 10, namespace: 0, instance: 0 } as const;
const PRODUCTION = /(^|[-_. ])(prod|production|prd|live)\d*($|[-_. ])/;

/** True for `prod`, `production`, `eu-prod-2`, `billing_live`; not for `product` or `preprod`. */
export function isProduction(namespace: string): boolean {
  return PRODUCTION.test(namespace);
}

/**
 * The highest criticality over all resources: the catalogue's, else the default of the type; 15 more in a production
 * namespace, 15 more for scope global or 10 for cluster; at most 100. Another resource, a higher rating, a wider scope
 * never lower it.
 */
export function resourceCriticality(
  resources: readonly TouchedResource[],
  catalogue: readonly CatalogueFact[],
): FactorValue {
  const rated = new Map(catalogue.map((fact) => [fact.key, fact.criticality]));
  let highest: FactorValue | null = null;
  for (const resource of resources) {
    const candidate = criticalityOf(resource, rated.get(resource.key) ?? null);
    if (highest === null || candidate.value > highest.value) highest = candidate;
  }
  return highest ?? { value: 0, explanation: "touches no resource" };
}

function criticalityOf(resource: TouchedResource, rating: number | null): FactorValue {
  const base = rating ?? DEFAULT_CRITICALITY[resource.type];
  const reasons = [
    rating === null ? `${base} is usual for its type` : `the catalogue rates it ${base}`,
    ...(isProduction(resource.namespace) ? [`${PRODUCTION_RAISE} more in a production namespace`] : []),
  ];
  let value = base + (isProduction(resource.namespace) ? PRODUCTION_RAISE : 0);
  const scope = (["global", "cluster"] as const).find((wide) => resource.scopes.has(wide));
  if (scope) {
    value += SCOPE_RAISE[scope];
    reasons.push(`${SCOPE_RAISE[scope]} more for its ${scope} scope`);
  }
  return {
    value: Math.min(100, value),
    explanation: `the most critical resource is the ${describeKey(resource.key)}: ${reasons.join(", ")}`,
  };
}
