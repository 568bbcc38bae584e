import { agentDraft, createDraftInput, draftList, saveDraftInput } from "@ade/core/agents/drafts/schema";
import { z } from "zod";
import { byId, withId } from "../input.ts";
import { procedure, router } from "../trpc.ts";

const tags = ["agents"] as const;

/** Agents that are still being described, each seen by whoever describes it alone. */
export const agentDraftsRouter = router({
  create: procedure("agent.draft", {
    method: "POST",
    path: "/agents/drafts",
    status: 201,
    summary: "Begin a new agent: empty, or from another one, a template or a file",
    tags,
    errors: [409],
  })
    .input(createDraftInput)
    .output(agentDraft)
    .mutation(({ ctx, input }) => ctx.core.agents.drafts.create(ctx.actor, input)),

  list: procedure("agent.draft", {
    method: "GET",
    path: "/agents/drafts",
    status: 200,
    summary: "One's own unfinished agents, the last touched first",
    tags,
  })
    .output(draftList)
    .query(({ ctx }) => ctx.core.agents.drafts.list(ctx.actor)),

  get: procedure("agent.draft", {
    method: "GET",
    path: "/agents/drafts/:id",
    status: 200,
    summary: "A draft, with what is still in the way of making the agent",
    tags,
  })
    .input(byId)
    .output(agentDraft)
    .query(({ ctx, input }) => ctx.core.agents.drafts.get(ctx.actor, input.id)),

  save: procedure("agent.draft", {
    method: "PUT",
    path: "/agents/drafts/:id",
    status: 200,
    summary: "Save a draft whole, from the version that one has",
    tags,
    errors: [409],
  })
    .input(withId(saveDraftInput))
    .output(agentDraft)
    .mutation(({ ctx, input: { id, ...input } }) => ctx.core.agents.drafts.save(ctx.actor, id, input)),

  remove: procedure("agent.draft", {
    method: "DELETE",
    path: "/agents/drafts/:id",
    status: 204,
    summary: "Throw a draft away",
    tags,
  })
    .input(byId)
    .output(z.void())
    .mutation(({ ctx, input }) => ctx.core.agents.drafts.remove(ctx.actor, input.id)),
});
