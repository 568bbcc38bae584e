import { byGrant, grantEntry, grantInput, grantList } from "@ade/core/agents/grants/schema";
import { apiKeyInput, apiKeyList, listApiKeysQuery, newApiKey } from "@ade/core/identity/schema";
import { z } from "zod";
import { byId, withId } from "../input.ts";
import { procedure, router } from "../trpc.ts";

const tags = ["agents"] as const;

/** Keys by which an agent says who it is. */
export const agentKeysRouter = router({
  list: procedure("agent.key", {
    method: "GET",
    path: "/agents/:id/keys",
    status: 200,
    summary: "An agent's API keys",
    tags,
  })
    .input(listApiKeysQuery.omit({ principal_id: true }).extend({ id: z.uuid() }))
    .output(apiKeyList)
    .query(({ ctx, input: { id, ...query } }) => ctx.core.agents.keys.list(ctx.actor, id, query)),

  create: procedure("agent.key", {
    method: "POST",
    path: "/agents/:id/keys",
    status: 201,
    summary: "Make another key for an agent, shown this once",
    tags,
    errors: [409],
    secret_answer: true,
  })
    .input(withId(apiKeyInput))
    .output(newApiKey)
    .mutation(({ ctx, input: { id, ...input } }) => ctx.core.agents.keys.create(ctx.actor, id, input)),

  revoke: procedure("agent.key", {
    method: "DELETE",
    path: "/agents/:id/keys/:key_id",
    status: 204,
    summary: "Revoke a key: its next call is refused",
    tags,
  })
    .input(z.strictObject({ id: z.uuid(), key_id: z.uuid() }))
    .output(z.void())
    .mutation(({ ctx, input }) => ctx.core.agents.keys.revoke(ctx.actor, input.id, input.key_id)),
});

/** "Allow always": calls of tools that no longer ask. */
export const agentGrantsRouter = router({
  list: procedure("agent.grant_list", {
    method: "GET",
    path: "/agents/:id/grants",
    status: 200,
    summary: "What was granted to an agent, those in force first",
    tags,
  })
    .input(byId)
    .output(grantList)
    .query(async ({ ctx, input }) => ({ grants: await ctx.core.agents.grants.list(ctx.actor, input.id) })),

  create: procedure("agent.grant", {
    method: "POST",
    path: "/agents/:id/grants",
    status: 201,
    summary: "Let calls of a tool pass for some time, by an admin who does not own the agent",
    tags,
    errors: [409],
  })
    .input(withId(grantInput))
    .output(grantEntry)
    .mutation(({ ctx, input: { id, ...input } }) => ctx.core.agents.grants.create(ctx.actor, id, input)),

  revoke: procedure("agent.grant_revoke", {
    method: "DELETE",
    path: "/agents/:id/grants/:grant_id",
    status: 204,
    summary: "Take a grant back: the next call asks again",
    tags,
  })
    .input(byGrant)
    .output(z.void())
    .mutation(({ ctx, input }) => ctx.core.agents.grants.revoke(ctx.actor, input.id, input.grant_id)),
});
