import { agentCards, agentCardsQuery } from "@ade/core/views/agent-cards/schema";
import {
  inbox,
  inboxFacets,
  inboxFacetsQuery,
  inboxQuery,
  looked,
  lookInput,
  taskView,
} from "@ade/core/views/schema";
import { byId, withId } from "../input.ts";
import { procedure, router } from "../trpc.ts";
import { savedViewsRouter } from "./preferences.ts";

/** Read models of the dashboard's pages. */
export const viewsRouter = router({
  saved: savedViewsRouter,

  inbox: procedure("view.inbox", {
    method: "GET",
    path: "/inbox",
    status: 200,
    summary: "One section of the caller's queue, with the counts of all",
    tags: ["approvals"],
  })
    .input(inboxQuery)
    .output(inbox)
    .query(({ ctx, input }) => ctx.core.views.inbox(ctx.actor, input)),

  agentCards: procedure("view.agents", {
    method: "GET",
    path: "/views/agents",
    status: 200,
    summary: "Agents as cards: health of the last day, what each works on, with counts and tags",
    tags: ["agents"],
  })
    .input(agentCardsQuery)
    .output(agentCards)
    .query(({ ctx, input }) => ctx.core.views.agentCards(ctx.actor, input)),

  facets: procedure("view.inbox", {
    method: "GET",
    path: "/inbox/facets",
    status: 200,
    summary: "What a section of the queue can be narrowed down to, with counts",
    tags: ["approvals"],
  })
    .input(inboxFacetsQuery)
    .output(inboxFacets)
    .query(({ ctx, input }) => ctx.core.views.facets(ctx.actor, input.section)),

  look: procedure("view.look", {
    method: "POST",
    path: "/tasks/:id/look",
    status: 200,
    summary: "Note the revision that one looks at, and see who else looks",
    tags: ["tasks"],
  })
    .input(withId(lookInput))
    .output(looked)
    .mutation(({ ctx, input: { id, ...input } }) => ctx.core.views.look(ctx.actor, id, input)),

  task: procedure("view.task", {
    method: "GET",
    path: "/tasks/:id/view",
    status: 200,
    summary: "Everything about one task in one answer",
    tags: ["tasks"],
  })
    .input(byId)
    .output(taskView)
    .query(({ ctx, input }) => ctx.core.views.task(ctx.actor, input.id)),
});
