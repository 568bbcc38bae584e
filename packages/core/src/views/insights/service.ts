import type { Pool } from "pg";
import type { Actor } from "../../kernel/actor.ts";
import { readDecisions } from "./decisions.ts";
import { readOperations } from "./operations.ts";
import { readReviewers } from "./reviewers.ts";
import { readRisk } from "./risk.ts";
import type { InsightsQuery } from "./schema.ts";

/** How reviewing and applying go, from the ledger. */
export function createInsights(deps: { pool: Pool }) {
  const { pool } = deps;
  return {
    decisions: (query: InsightsQuery) => readDecisions(pool, query),
    /** An admin sees everybody; everybody else themselves, and the sum. */
    reviewers: (actor: Actor, query: InsightsQuery) =>
      readReviewers(pool, query, (id) => actor.roles.includes("admin") || id === actor.id),
    risk: (query: InsightsQuery) => readRisk(pool, query),
    operations: (query: InsightsQuery) => readOperations(pool, query),
  };
}
