import { agentCatalogue } from "@ade/core/agents/catalogue/schema";
import { connectionTest, connectionTestInput } from "@ade/core/agents/connection/schema";
import { agentHealth, healthQuery } from "@ade/core/agents/health/schema";
import {
  agentEntry,
  agentFile,
  agentInput,
  agentList,
  agentPatch,
  agentSummary,
  configureInput,
  heartbeatAnswer,
  heartbeatInput,
  listAgentsQuery,
  newAgent,
} from "@ade/core/agents/schema";
import { agentHistory, agentHistoryQuery } from "@ade/core/agents/settings/schema";
import { byId, withId } from "../input.ts";
import { procedure, router } from "../trpc.ts";
import { agentDraftsRouter } from "./agent-drafts.ts";
import { agentGrantsRouter, agentKeysRouter } from "./agent-rights.ts";

const tags = ["agents"] as const;

export const agentsRouter = router({
  draft: agentDraftsRouter,
  keys: agentKeysRouter,
  grants: agentGrantsRouter,
  test: router({
    start: procedure("agent.test", {
      method: "POST",
      path: "/agents/connection-tests",
      status: 202,
      summary: "Try whether an agent can be reached; a worker does, and tells live on the caller's channel",
      tags,
      errors: [429],
    })
      .input(connectionTestInput)
      .output(connectionTest)
      .mutation(({ ctx, input }) => ctx.core.agents.tests.start(ctx.actor, input)),

    get: procedure("agent.test", {
      method: "GET",
      path: "/agents/connection-tests/:id",
      status: 200,
      summary: "How far a test of one's own is",
      tags,
    })
      .input(byId)
      .output(connectionTest)
      .query(({ ctx, input }) => ctx.core.agents.tests.get(ctx.actor, input.id)),
  }),

  list: procedure("agent.list", {
    method: "GET",
    path: "/agents",
    status: 200,
    summary: "Agents with health and capacity",
    tags,
  })
    .input(listAgentsQuery)
    .output(agentList)
    .query(({ ctx, input }) => ctx.core.agents.list(ctx.actor, input)),

  get: procedure("agent.read", {
    method: "GET",
    path: "/agents/:id",
    status: 200,
    summary: "One agent",
    tags,
  })
    .input(byId)
    .output(agentEntry)
    .query(({ ctx, input }) => ctx.core.agents.get(ctx.actor, input.id)),

  create: procedure("agent.create", {
    method: "POST",
    path: "/agents",
    status: 201,
    summary: "Make an agent and its API key, which is shown this once",
    tags,
    errors: [409],
    secret_answer: true,
  })
    .input(agentInput)
    .output(newAgent)
    .mutation(({ ctx, input }) => ctx.core.agents.create(ctx.actor, input)),

  update: procedure("agent.update", {
    method: "PATCH",
    path: "/agents/:id",
    status: 200,
    summary: "Pause, drain, resume, hand over or retire an agent",
    tags,
  })
    .input(withId(agentPatch))
    .output(agentEntry)
    .mutation(({ ctx, input: { id, ...patch } }) => ctx.core.agents.update(ctx.actor, id, patch)),

  configure: procedure("agent.configure", {
    method: "PATCH",
    path: "/agents/:id/settings",
    status: 200,
    summary: "Change settings that need no review, from the version that one has",
    tags,
    errors: [409],
  })
    .input(withId(configureInput))
    .output(agentEntry)
    .mutation(({ ctx, input: { id, version, ...set } }) =>
      ctx.core.agents.configure(ctx.actor, id, version, set),
    ),

  history: procedure("agent.read", {
    method: "GET",
    path: "/agents/:id/history",
    status: 200,
    summary: "The versions of an agent's settings, newest first",
    tags,
  })
    .input(agentHistoryQuery)
    .output(agentHistory)
    .query(({ ctx, input }) => ctx.core.agents.history(ctx.actor, input)),

  summary: procedure("agent.read", {
    method: "GET",
    path: "/agents/:id/summary",
    status: 200,
    summary: "What an agent may do on its own, what needs a person, and what it never may",
    tags,
  })
    .input(byId)
    .output(agentSummary)
    .query(({ ctx, input }) => ctx.core.agents.summary(ctx.actor, input.id)),

  health: procedure("agent.read", {
    method: "GET",
    path: "/agents/:id/health",
    status: 200,
    summary: "How an agent was, in quarters of an hour",
    tags,
  })
    .input(healthQuery)
    .output(agentHealth)
    .query(({ ctx, input }) => ctx.core.agents.health(ctx.actor, input.id, input.hours)),

  export: procedure("agent.export", {
    method: "GET",
    path: "/agents/:id/export",
    status: 200,
    summary: "An agent's settings as a file, from which another can be made",
    tags,
  })
    .input(byId)
    .output(agentFile)
    .query(({ ctx, input }) => ctx.core.agents.export(ctx.actor, input.id)),

  catalogue: procedure("agent.catalogue", {
    method: "GET",
    path: "/agents/catalogue",
    status: 200,
    summary: "Providers, models, tools and templates that new agents choose from",
    tags,
  })
    .output(agentCatalogue)
    .query(({ ctx }) => ctx.core.agents.catalogue()),

  setCatalogue: procedure("agent.set_catalogue", {
    method: "PUT",
    path: "/agents/catalogue",
    status: 200,
    summary: "Replace the catalogue, from the version that one has",
    tags,
    errors: [409],
  })
    .input(agentCatalogue)
    .output(agentCatalogue)
    .mutation(({ ctx, input }) => ctx.core.agents.setCatalogue(ctx.actor, input)),

  heartbeat: procedure("agent.heartbeat", {
    method: "POST",
    path: "/agents/:id/heartbeat",
    status: 200,
    summary: "Say that it lives, by the agent's own key",
    tags,
  })
    .input(withId(heartbeatInput))
    .output(heartbeatAnswer)
    .mutation(({ ctx, input: { id, ...input } }) => ctx.core.agents.heartbeat(ctx.actor, id, input)),
});
