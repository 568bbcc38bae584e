import { simulateInput, simulation } from "@ade/core/gate/schema";
import { procedure } from "../trpc.ts";

export const simulate = procedure("task.simulate", {
  method: "POST",
  path: "/simulate",
  status: 200,
  summary: "What would happen with a draft: risk, policies, reviewers, locks",
  tags: ["tasks"],
  errors: [422],
})
  .input(simulateInput)
  .output(simulation)
  .mutation(({ ctx, input }) => ctx.core.gate.simulate(ctx.actor, input));
