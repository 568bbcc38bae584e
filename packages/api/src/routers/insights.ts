import {
  decisionInsights,
  insightsQuery,
  operationInsights,
  reviewerInsights,
  riskInsights,
} from "@ade/core/views/insights/schema";
import { procedure, type Rest, router } from "../trpc.ts";

const rest = (name: string, summary: string): Rest => ({
  method: "GET",
  path: `/insights/${name}`,
  status: 200,
  summary,
  tags: ["insights"],
});

/** How reviewing and applying go. */
export const insightsRouter = router({
  decisions: procedure(
    "view.insights",
    rest("decisions", "Time to decision over weeks, by risk and by policy"),
  )
    .input(insightsQuery)
    .output(decisionInsights)
    .query(({ ctx, input }) => ctx.core.views.insights.decisions(input)),

  reviewers: procedure(
    "view.insights",
    rest("reviewers", "Load per reviewer, and signals; oneself and sums without the role admin"),
  )
    .input(insightsQuery)
    .output(reviewerInsights)
    .query(({ ctx, input }) => ctx.core.views.insights.reviewers(ctx.actor, input)),

  risk: procedure("view.insights", rest("risk", "The risk score against what came of it"))
    .input(insightsQuery)
    .output(riskInsights)
    .query(({ ctx, input }) => ctx.core.views.insights.risk(input)),

  operations: procedure(
    "view.insights",
    rest("operations", "How applying went, and which locks were waited for"),
  )
    .input(insightsQuery)
    .output(operationInsights)
    .query(({ ctx, input }) => ctx.core.views.insights.operations(input)),
});
