import {
  byCommandName,
  commandChange,
  commandDefinition,
  commandEntry,
  commandList,
  commandOffers,
  commandVersion,
} from "@ade/core/executors/adapters/command/schema";
import { z } from "zod";
import { procedure, router } from "../trpc.ts";

const tags = ["commands"] as const;

export const commandsRouter = router({
  offers: procedure("command.list", {
    method: "GET",
    path: "/commands",
    status: 200,
    summary: "Commands that tasks may choose, with the JSON Schema of their arguments",
    tags,
  })
    .output(commandOffers)
    .query(async ({ ctx }) => ({ commands: await ctx.core.commands.offers() })),

  list: procedure("command.read", {
    method: "GET",
    path: "/commands/definitions",
    status: 200,
    summary: "Definitions of the file and of the admin page, and those that ship",
    tags,
  })
    .output(commandList)
    .query(({ ctx }) => ctx.core.commands.list()),

  create: procedure("command.create", {
    method: "POST",
    path: "/commands",
    status: 201,
    summary: "Define a command",
    tags,
    errors: [409],
  })
    .input(commandDefinition)
    .output(commandEntry)
    .mutation(({ ctx, input }) => ctx.core.commands.create(ctx.actor, input)),

  update: procedure("command.update", {
    method: "PATCH",
    path: "/commands/:name",
    status: 200,
    summary: "Replace a command's definition: its next version. Tasks approved before go back to review",
    tags,
    errors: [409],
  })
    .input(commandChange)
    .output(commandEntry)
    .mutation(({ ctx, input }) => ctx.core.commands.update(ctx.actor, input)),

  remove: procedure("command.delete", {
    method: "DELETE",
    path: "/commands/:name",
    status: 204,
    summary: "Delete a command; the ledger keeps what it was",
    tags,
    errors: [409],
  })
    .input(byCommandName)
    .output(z.void())
    .mutation(({ ctx, input }) => ctx.core.commands.remove(ctx.actor, input.name)),

  versions: procedure("command.read", {
    method: "GET",
    path: "/commands/:name/versions",
    status: 200,
    summary: "A command as it was, newest first",
    tags,
    errors: [409],
  })
    .input(byCommandName)
    .output(z.strictObject({ versions: z.array(commandVersion) }))
    .query(async ({ ctx, input }) => ({ versions: await ctx.core.commands.versions(input.name) })),
});
