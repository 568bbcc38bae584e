import {
  preferences,
  preferencesPatch,
  savedView,
  savedViewInput,
  savedViewList,
  savedViewsQuery,
} from "@ade/core/preferences/schema";
import { z } from "zod";
import { byId } from "../input.ts";
import { procedure, router } from "../trpc.ts";

const tags = ["people"] as const;

export const preferencesRouter = router({
  read: procedure("preference.read", {
    method: "GET",
    path: "/me/preferences",
    status: 200,
    summary: "What the caller set for themselves, with the defaults of the rest",
    tags,
  })
    .output(preferences)
    .query(({ ctx }) => ctx.core.preferences.read(ctx.actor)),

  write: procedure("preference.write", {
    method: "PATCH",
    path: "/me/preferences",
    status: 200,
    summary: "Change one's own preferences; what is absent stays",
    tags,
  })
    .input(preferencesPatch)
    .output(preferences)
    .mutation(({ ctx, input }) => ctx.core.preferences.write(ctx.actor, input)),
});

/** Filters of a page under a name. */
export const savedViewsRouter = router({
  list: procedure("saved_view.list", {
    method: "GET",
    path: "/saved-views",
    status: 200,
    summary: "One's own saved views and those that others share",
    tags,
  })
    .input(savedViewsQuery)
    .output(savedViewList)
    .query(async ({ ctx, input }) => ({ views: await ctx.core.preferences.views.list(ctx.actor, input) })),

  save: procedure("saved_view.save", {
    method: "POST",
    path: "/saved-views",
    status: 201,
    summary: "Save filters under a name; the same name again replaces them",
    tags,
    errors: [409],
  })
    .input(savedViewInput)
    .output(savedView)
    .mutation(({ ctx, input }) => ctx.core.preferences.views.save(ctx.actor, input)),

  remove: procedure("saved_view.remove", {
    method: "DELETE",
    path: "/saved-views/:id",
    status: 204,
    summary: "Remove a saved view of one's own; an admin also a shared one",
    tags,
  })
    .input(byId)
    .output(z.void())
    .mutation(({ ctx, input }) => ctx.core.preferences.views.remove(ctx.actor, input.id)),
});
