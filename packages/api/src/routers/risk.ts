import {
  learnedModel,
  riskSettings,
  riskSettingsChange,
  riskSettingsEffect,
  riskSettingsEntry,
} from "@ade/core/risk/schema";
import { z } from "zod";
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
    .output(riskSettingsEntry)
    .query(({ ctx }) => ctx.core.risk.settings()),

  learned: procedure("risk.settings.read", {
    method: "GET",
    path: "/risk/learned",
    status: 200,
    summary: "The learned model and how it was judged; null where none was trained",
    tags,
  })
    .output(z.strictObject({ model: learnedModel.nullable() }))
    .query(async ({ ctx }) => ({ model: await ctx.core.risk.learned() })),

  learn: procedure("risk.settings.update", {
    method: "POST",
    path: "/risk/learned",
    status: 200,
    summary: "Train the learned model on the own history; it is shown beside the score and decides nothing",
    tags,
  })
    // Without an input, a stray body would be told before the right is asked for.
    .input(z.strictObject({}))
    .output(learnedModel)
    .mutation(({ ctx }) => ctx.core.risk.learn(ctx.actor)),

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
    .input(riskSettingsChange)
    .output(riskSettingsEntry)
    .mutation(({ ctx, input }) => ctx.core.risk.updateSettings(ctx.actor, input)),
});
