import type { PolicyInput } from "@ade/core/policies/schema";
import type { ResourceInput } from "@ade/core/resources/schema";

const prod = "demo-prod";
const staging = "demo-staging";

/** What the demo company runs, and what hangs on what. */
export const DEMO_RESOURCES: readonly ResourceInput[] = [
  { type: "database", id: "billing", namespace: prod, name: "Billing database", criticality: 95 },
  { type: "database", id: "catalogue", namespace: prod, name: "Product catalogue", criticality: 70 },
  { type: "network", id: "gateway", namespace: prod, name: "Public gateway", criticality: 90 },
  {
    type: "service",
    id: "payments",
    namespace: prod,
    name: "Payments",
    criticality: 90,
    depends_on: [{ type: "database", id: "billing", namespace: prod }],
  },
  {
    type: "service",
    id: "checkout",
    namespace: prod,
    name: "Checkout",
    criticality: 85,
    depends_on: [
      { type: "service", id: "payments", namespace: prod },
      { type: "database", id: "catalogue", namespace: prod },
    ],
  },
  {
    type: "service",
    id: "search",
    namespace: prod,
    name: "Search",
    criticality: 55,
    depends_on: [{ type: "database", id: "catalogue", namespace: prod }],
  },
  {
    type: "service",
    id: "storefront",
    namespace: prod,
    name: "Storefront",
    criticality: 80,
    depends_on: [
      { type: "service", id: "checkout", namespace: prod },
      { type: "service", id: "search", namespace: prod },
      { type: "network", id: "gateway", namespace: prod },
    ],
  },
  { type: "service", id: "search", namespace: staging, name: "Search (staging)", criticality: 10 },
  { type: "configuration", id: "flags", namespace: prod, name: "Feature flags", criticality: 40 },
];

/** Policies of the demo; they match nothing outside the demo's namespaces and its database. */
export const DEMO_POLICIES: readonly PolicyInput[] = [
  {
    name: "Production needs SRE",
    resource_patterns: ["*:demo-prod/*"],
    min_approvers: 1,
    groups: ["sre"],
    reject_threshold: 1,
    active: true,
  },
  {
    name: "Databases and network need security",
    resource_patterns: ["database:demo-prod/*", "network:demo-prod/*"],
    min_approvers: 1,
    groups: ["security"],
    reject_threshold: 1,
    due_in_hours: 24,
    active: true,
  },
  {
    name: "The demo's database needs an SRE",
    resource_patterns: ["database:default/demo", "database:default/demo/*"],
    min_approvers: 1,
    groups: ["sre"],
    reject_threshold: 1,
    active: true,
  },
  {
    name: "Small changes in staging pass by themselves",
    resource_patterns: ["*:demo-staging/*"],
    min_approvers: 1,
    reject_threshold: 1,
    auto_approve_if: {
      risk_below: 40,
      resources_in_scope: ["*:demo-staging/*", "configuration:default/demo/staging/*"],
    },
    active: true,
  },
];
