import type { Reach } from "../../resources/schema.ts";
import { describeKey } from "../../resources/service.ts";
import { countOf, type FactorValue, logShare } from "./factor-value.ts";

/** Reach at which the factor is full: resources, with services counted twice, since people notice those. */
const FULL_REACH = 63;

/**
 * What depends on the task's resources, directly or through others, by logarithm: 100 at a weight of 63, where a
 * resource weighs 1 and a service 2. Something more that depends on them never lowers it.
 */
export function blastRadius(reach: Pick<Reach, "resources" | "services" | "via" | "truncated">): FactorValue {
  const weight = reach.resources.length + reach.services.length;
  if (weight === 0) return { value: 0, explanation: "nothing in the catalogue depends on these resources" };
  const others = reach.resources.length - reach.services.length;
  const parts = [
    ...(reach.services.length > 0 ? [countOf(reach.services.length, "service")] : []),
    ...(others > 0 ? [countOf(others, reach.services.length > 0 ? "other resource" : "resource")] : []),
  ];
  const through = reach.via === null ? "" : ` through the ${describeKey(reach.via)}`;
  return {
    value: logShare(weight, FULL_REACH, 100),
    explanation: `touches ${reach.truncated ? "at least " : ""}${parts.join(" and ")}${through}`,
  };
}
