import type { Rules } from "./policy-draft.ts";

export type PolicyExample = { id: string; title: string; why: string; rules: Rules };

const WORKDAYS = [1, 2, 3, 4, 5];

/** Policies to start from. They name no group of anybody's: whom to ask is chosen in the form. */
export const policyExamples = (time_zone: string, year: number): readonly PolicyExample[] => [
  {
    id: "production",
    title: "Two people for production",
    why: "Nothing reaches production on one person's word.",
    rules: {
      name: "Two people for production",
      resource_patterns: ["*:prod*/*", "*:*-prod/*"],
      min_approvers: 2,
    },
  },
  {
    id: "risky",
    title: "A second look at high risk",
    why: "From risk 50 on, one more approval, and sooner.",
    rules: { name: "A second look at high risk", risk_threshold: 50, min_approvers: 2, due_in_hours: 12 },
  },
  {
    id: "small",
    title: "Small changes in staging pass",
    why: "Nobody is asked where little can happen.",
    rules: {
      name: "Small changes in staging pass",
      resource_patterns: ["*:staging/*"],
      auto_approve_if: { risk_below: 30, resources_in_scope: ["*:staging/*"] },
    },
  },
  {
    id: "night",
    title: "An admin outside working hours",
    why: "At night somebody who can undo it has to agree.",
    rules: {
      name: "An admin outside working hours",
      time_windows: [
        { days: WORKDAYS, from: "18:00", to: "08:00", time_zone },
        { days: [6, 0], from: "00:00", to: "00:00", time_zone },
      ],
      required_roles: ["admin"],
    },
  },
  {
    id: "freeze",
    title: "Freeze at year end",
    why: "Reviewed as usual, applied in January.",
    rules: {
      name: "Year end",
      resource_patterns: ["*:prod*/*", "*:*-prod/*"],
      freeze: {
        name: "Year end",
        dates: [{ from: `${year}-12-19T00:00`, to: `${year + 1}-01-04T06:00`, time_zone }],
      },
    },
  },
];
