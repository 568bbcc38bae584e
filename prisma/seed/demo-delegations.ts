import type { DelegationConditions } from "@ade/core/delegations/schema";

export type DemoDelegation = {
  /** First names. */
  from: string;
  to: string;
  conditions: DelegationConditions;
  note: string;
};

/**
 * A chain of two: incidents that security is asked about go to Ada, and from her, in production, to Ravi. They match
 * nothing outside the demo's namespaces, and none of the demo's tasks.
 */
export const DEMO_DELEGATIONS: readonly DemoDelegation[] = [
  {
    from: "sam",
    to: "ada",
    conditions: { namespaces: ["demo-*"], tags: ["incident"] },
    note: "Incidents cannot wait for me",
  },
  {
    from: "ada",
    to: "ravi",
    conditions: { namespaces: ["demo-prod"], risk_above: 20 },
    note: "Ravi is on call for production",
  },
];
