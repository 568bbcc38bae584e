import { riskSettings, riskSettingsEffect } from "@ade/core/risk/schema";
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

  compare_settings: procedure("risk.settings.update", {
    method: "POST",
    path: "/risk/settings/what-if",
    status: 200,
    summary: "What other weights and bands would make of the last 500 tasks",
    tags,
  })
    .input(riskSettings)
    .output(riskSettingsEffect)
    .mutation(({ ctx, input }) => ctx.core.risk.compareSettings(input)),

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
