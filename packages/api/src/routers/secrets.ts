import {
  bySecretName,
  bySecretVersion,
  newVersionInput,
  secretEntry,
  secretInput,
  secretList,
  secretName,
  secretPatch,
  secretUses,
} from "@ade/core/secrets/schema";
import { z } from "zod";
import { procedure, router } from "../trpc.ts";

const tags = ["secrets"] as const;

/** Values that tasks name and never hold. No answer has one. */
export const secretsRouter = router({
  list: procedure("secret.list", {
    method: "GET",
    path: "/secrets",
    status: 200,
    summary: "Secrets with their versions, without their values",
    tags,
  })
    .output(secretList)
    .query(async ({ ctx }) => ({ secrets: await ctx.core.secrets.list() })),

  create: procedure("secret.create", {
    method: "POST",
    path: "/secrets",
    status: 201,
    summary: "Add a secret; without a value it is the one of the workers' environment",
    tags,
    errors: [409],
  })
    .input(secretInput)
    .output(secretEntry)
    .mutation(({ ctx, input }) => ctx.core.secrets.create(ctx.actor, input)),

  update: procedure("secret.update", {
    method: "PATCH",
    path: "/secrets/:name",
    status: 200,
    summary: "Change what a secret is for and which tasks may use it",
    tags,
    errors: [409],
  })
    .input(secretPatch.extend({ name: secretName }))
    .output(secretEntry)
    .mutation(({ ctx, input: { name, ...patch } }) => ctx.core.secrets.update(ctx.actor, name, patch)),

  add_version: procedure("secret.update", {
    method: "POST",
    path: "/secrets/:name/versions",
    status: 201,
    summary: "Give a secret a new value; those before stay for tasks that pin them",
    tags,
  })
    .input(newVersionInput.extend({ name: secretName }))
    .output(secretEntry)
    .mutation(({ ctx, input }) => ctx.core.secrets.addVersion(ctx.actor, input.name, input.value)),

  remove_version: procedure("secret.delete", {
    method: "DELETE",
    path: "/secrets/:name/versions/:number",
    status: 204,
    summary: "Delete one value; its number is never given again",
    tags,
  })
    .input(bySecretVersion)
    .output(z.void())
    .mutation(({ ctx, input }) => ctx.core.secrets.removeVersion(ctx.actor, input.name, input.number)),

  remove: procedure("secret.delete", {
    method: "DELETE",
    path: "/secrets/:name",
    status: 204,
    summary: "Delete a secret with all its values",
    tags,
  })
    .input(bySecretName)
    .output(z.void())
    .mutation(({ ctx, input }) => ctx.core.secrets.remove(ctx.actor, input.name)),

  uses: procedure("secret.list", {
    method: "GET",
    path: "/secrets/:name/uses",
    status: 200,
    summary: "Tasks that have not ended and name the secret",
    tags,
  })
    .input(bySecretName)
    .output(secretUses)
    .query(({ ctx, input }) => ctx.core.secrets.uses(input.name)),
});
