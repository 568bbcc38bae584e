import {
  policyEntry,
  policyInput,
  policyList,
  policyPatch,
  policyVersion,
  whatIf,
  whatIfInput,
} from "@ade/core/policies/schema";
import { z } from "zod";
import { byId, withId } from "../input.ts";
import { procedure, router } from "../trpc.ts";

const tags = ["policies"] as const;

export const policiesRouter = router({
  list: procedure("policy.list", {
    method: "GET",
    path: "/policies",
    status: 200,
    summary: "All reviewer policies",
    tags,
  })
    .output(policyList)
    .query(async ({ ctx }) => ({ policies: await ctx.core.policies.list() })),

  get: procedure("policy.read", {
    method: "GET",
    path: "/policies/:id",
    status: 200,
    summary: "One policy",
    tags,
  })
    .input(byId)
    .output(policyEntry)
    .query(({ ctx, input }) => ctx.core.policies.get(input.id)),

  what_if: procedure("policy.what_if", {
    method: "POST",
    path: "/policies/what-if",
    status: 200,
    summary: "What a draft of a policy would have changed for the last 500 tasks",
    tags,
  })
    .input(whatIfInput)
    .output(whatIf)
    .mutation(({ ctx, input }) => ctx.core.gate.whatIf(input)),

  create: procedure("policy.create", {
    method: "POST",
    path: "/policies",
    status: 201,
    summary: "Make a policy",
    tags,
  })
    .input(policyInput)
    .output(policyEntry)
    .mutation(({ ctx, input }) => ctx.core.policies.create(ctx.actor, input)),

  update: procedure("policy.update", {
    method: "PATCH",
    path: "/policies/:id",
    status: 200,
    summary: "Change a policy: its next version. null takes a rule away",
    tags,
    errors: [409],
  })
    .input(withId(policyPatch))
    .output(policyEntry)
    .mutation(({ ctx, input: { id, ...patch } }) => ctx.core.policies.update(ctx.actor, id, patch)),

  remove: procedure("policy.delete", {
    method: "DELETE",
    path: "/policies/:id",
    status: 204,
    summary: "Delete a policy; its versions stay in the ledger",
    tags,
  })
    .input(byId)
    .output(z.void())
    .mutation(({ ctx, input }) => ctx.core.policies.remove(ctx.actor, input.id)),

  versions: procedure("policy.read", {
    method: "GET",
    path: "/policies/:id/versions",
    status: 200,
    summary: "A policy as it was, newest first",
    tags,
  })
    .input(byId)
    .output(z.strictObject({ versions: z.array(policyVersion) }))
    .query(async ({ ctx, input }) => ({ versions: await ctx.core.policies.versions(input.id) })),
});
