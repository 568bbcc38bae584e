import { riskSettings } from "@ade/core/risk/schema";
import { procedure, router } from "../trpc.ts";

const tags = ["policies"] as const;

export const riskRouter = router({
  settings: procedure("risk.settings.read", {
    method: "GET",
    path: "/risk/settings",
    status: 200,
    summary: "Weights and bands of the risk score",
    tags,
  })
    .output(riskSettings)
    .query(({ ctx }) => ctx.core.risk.settings()),

  update_settings: procedure("risk.settings.update", {
    method: "PATCH",
    path: "/risk/settings",
    status: 200,
    summary: "Replace weights and bands, for tasks assessed from now on",
    tags,
  })
    .input(riskSettings)
    .output(riskSettings)
    .mutation(({ ctx, input }) => ctx.core.risk.updateSettings(ctx.actor, input)),
});
