import {
  delegationEntry,
  delegationInput,
  delegationList,
  delegationPatch,
  delegationStored,
  delegationTrace,
  listDelegationsQuery,
  traceInput,
} from "@ade/core/delegations/schema";
import { z } from "zod";
import { byId, withId } from "../input.ts";
import { procedure, router } from "../trpc.ts";

const tags = ["delegations"] as const;

export const delegationsRouter = router({
  list: procedure("delegation.list", {
    method: "GET",
    path: "/approvals/policies",
    status: 200,
    summary: "Delegations: my own and those that come to me; all of them for admins",
    tags,
  })
    .input(listDelegationsQuery)
    .output(delegationList)
    .query(async ({ ctx, input }) => ({ policies: await ctx.core.delegations.list(ctx.actor, input) })),

  get: procedure("delegation.read", {
    method: "GET",
    path: "/approvals/policies/:id",
    status: 200,
    summary: "One delegation, for its owner, its delegate and admins",
    tags,
  })
    .input(byId)
    .output(delegationEntry)
    .query(({ ctx, input }) => ctx.core.delegations.get(ctx.actor, input.id)),

  create: procedure("delegation.create", {
    method: "POST",
    path: "/approvals/policies",
    status: 201,
    summary: "Let somebody answer in one's place; warns of circles and of chains that end at nobody",
    tags,
    errors: [409],
  })
    .input(delegationInput)
    .output(delegationStored)
    .mutation(({ ctx, input }) => ctx.core.delegations.create(ctx.actor, input)),

  update: procedure("delegation.update", {
    method: "PATCH",
    path: "/approvals/policies/:id",
    status: 200,
    summary: "Change a delegation: its next version. null takes a date or the note away",
    tags,
    errors: [409],
  })
    .input(withId(delegationPatch))
    .output(delegationStored)
    .mutation(({ ctx, input: { id, ...patch } }) => ctx.core.delegations.update(ctx.actor, id, patch)),

  remove: procedure("delegation.delete", {
    method: "DELETE",
    path: "/approvals/policies/:id",
    status: 204,
    summary: "Delete a delegation; what was asked and answered by it stays",
    tags,
    errors: [409],
  })
    .input(byId)
    .output(z.void())
    .mutation(({ ctx, input }) => ctx.core.delegations.remove(ctx.actor, input.id)),

  trace: procedure("delegation.read", {
    method: "POST",
    path: "/approvals/policies/trace",
    status: 200,
    summary: "Where a request to somebody would go, and why it stops there",
    tags,
  })
    .input(traceInput)
    .output(delegationTrace)
    .query(({ ctx, input }) => ctx.core.delegations.trace(ctx.actor, input)),
});
