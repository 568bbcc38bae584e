import {
  agentEntry,
  agentInput,
  agentList,
  agentPatch,
  heartbeatAnswer,
  heartbeatInput,
  listAgentsQuery,
  newAgent,
} from "@ade/core/agents/schema";
import { byId, withId } from "../input.ts";
import { procedure, router } from "../trpc.ts";

const tags = ["agents"] as const;

export const agentsRouter = router({
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
    secret_answer: true,
  })
    .input(agentInput)
    .output(newAgent)
    .mutation(({ ctx, input }) => ctx.core.agents.create(ctx.actor, input)),

  update: procedure("agent.update", {
    method: "PATCH",
    path: "/agents/:id",
    status: 200,
    summary: "Pause, resume, hand over or retire an agent",
    tags,
  })
    .input(withId(agentPatch))
    .output(agentEntry)
    .mutation(({ ctx, input: { id, ...patch } }) => ctx.core.agents.update(ctx.actor, id, patch)),

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
