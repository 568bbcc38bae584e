import {
  listResourcesQuery,
  resourceEntry,
  resourceInput,
  resourceList,
  resourcePatch,
} from "@ade/core/resources/schema";
import { z } from "zod";
import { procedure, router } from "../trpc.ts";

const tags = ["resources"] as const;
/** `type:namespace/id`; in an address with its slash as %2F. */
const key = z.string().min(1).max(400);
const byKey = z.strictObject({ key });

export const resourcesRouter = router({
  list: procedure("resource.list", {
    method: "GET",
    path: "/resources",
    status: 200,
    summary: "The catalogue",
    tags,
  })
    .input(listResourcesQuery)
    .output(resourceList)
    .query(({ ctx, input }) => ctx.core.resources.list(input)),

  get: procedure("resource.read", {
    method: "GET",
    path: "/resources/:key",
    status: 200,
    summary: "One entry of the catalogue",
    tags,
  })
    .input(byKey)
    .output(resourceEntry)
    .query(({ ctx, input }) => ctx.core.resources.get(input.key)),

  create: procedure("resource.create", {
    method: "POST",
    path: "/resources",
    status: 201,
    summary: "Enter a resource",
    tags,
  })
    .input(resourceInput)
    .output(resourceEntry)
    .mutation(({ ctx, input }) => ctx.core.resources.create(ctx.actor, input)),

  update: procedure("resource.update", {
    method: "PATCH",
    path: "/resources/:key",
    status: 200,
    summary: "Change an entry; null clears, depends_on is replaced whole",
    tags,
  })
    .input(resourcePatch.extend({ key }))
    .output(resourceEntry)
    .mutation(({ ctx, input: { key, ...patch } }) => ctx.core.resources.update(ctx.actor, key, patch)),

  remove: procedure("resource.delete", {
    method: "DELETE",
    path: "/resources/:key",
    status: 204,
    summary: "Take an entry out of the catalogue",
    tags,
  })
    .input(byKey)
    .output(z.void())
    .mutation(({ ctx, input }) => ctx.core.resources.remove(ctx.actor, input.key)),
});
