import {
  acceptedLink,
  acceptLinkInput,
  apiKeyInput,
  apiKeyList,
  createUserInput,
  groupList,
  linkEntry,
  linkInput,
  listApiKeysQuery,
  listUsersQuery,
  meEntry,
  newApiKey,
  newLink,
  readLinkInput,
  updateUserInput,
  userEntry,
  userList,
} from "@ade/core/identity/schema";
import { z } from "zod";
import { byId, withId } from "../input.ts";
import { openProcedure, procedure, router } from "../trpc.ts";

const tags = ["people"] as const;

export const usersRouter = router({
  list: procedure("user.list", {
    method: "GET",
    path: "/users",
    status: 200,
    summary: "People",
    tags,
  })
    .input(listUsersQuery)
    .output(userList)
    .query(({ ctx, input }) => ctx.core.identity.users.list(input)),

  get: procedure("user.read", {
    method: "GET",
    path: "/users/:id",
    status: 200,
    summary: "One person",
    tags,
  })
    .input(byId)
    .output(userEntry)
    .query(({ ctx, input }) => ctx.core.identity.users.get(input.id)),

  create: procedure("user.create", {
    method: "POST",
    path: "/users",
    status: 201,
    summary: "Make a person; groups that do not exist yet are made",
    tags,
  })
    .input(createUserInput)
    .output(userEntry)
    .mutation(({ ctx, input }) => ctx.core.identity.users.create(ctx.actor, input)),

  update: procedure("user.update", {
    method: "PATCH",
    path: "/users/:id",
    status: 200,
    summary: "Change roles, groups, manager, or that they left",
    tags,
    errors: [409],
  })
    .input(withId(updateUserInput))
    .output(userEntry)
    .mutation(({ ctx, input: { id, ...input } }) => ctx.core.identity.users.update(ctx.actor, id, input)),

  create_link: procedure("user.invite", {
    method: "POST",
    path: "/users/:id/links",
    status: 201,
    summary: "An invite or reset link to hand over, shown this once",
    tags,
    errors: [410],
    secret_answer: true,
  })
    .input(withId(linkInput))
    .output(newLink)
    .mutation(({ ctx, input }) => ctx.core.identity.users.createLink(ctx.actor, input.id, input.kind)),
});

export const linksRouter = router({
  read: openProcedure("link.read", {
    method: "POST",
    path: "/links/read",
    status: 200,
    summary: "What a link is for",
    tags,
    errors: [410],
  })
    .input(readLinkInput)
    .output(linkEntry)
    .mutation(({ ctx, input }) => ctx.core.identity.readLink(input.token)),

  accept: openProcedure("link.accept", {
    method: "POST",
    path: "/links/accept",
    status: 200,
    summary: "Set the password by a link, once",
    tags,
    errors: [410],
  })
    .input(acceptLinkInput)
    .output(acceptedLink)
    .mutation(({ ctx, input }) => ctx.core.identity.acceptLink(input, ctx.where)),
});

export const groups = procedure("group.list", {
  method: "GET",
  path: "/groups",
  status: 200,
  summary: "Groups of people",
  tags,
})
  .output(groupList)
  .query(async ({ ctx }) => ({ groups: await ctx.core.identity.groups() }));

export const me = procedure("me.read", {
  method: "GET",
  path: "/me",
  status: 200,
  summary: "Who asks, as the server sees them",
  tags,
})
  .output(meEntry)
  .query(({ ctx }) => ctx.core.identity.me(ctx.actor));

export const apiKeysRouter = router({
  list: procedure("api_key.list", {
    method: "GET",
    path: "/api-keys",
    status: 200,
    summary: "API keys, one's own by default",
    tags,
  })
    .input(listApiKeysQuery)
    .output(apiKeyList)
    .query(({ ctx, input }) => ctx.core.identity.apiKeys.list(ctx.actor, input)),

  create: procedure("api_key.create", {
    method: "POST",
    path: "/api-keys",
    status: 201,
    summary: "Make an API key, shown this once",
    tags,
    secret_answer: true,
  })
    .input(apiKeyInput)
    .output(newApiKey)
    .mutation(({ ctx, input }) => ctx.core.identity.apiKeys.create(ctx.actor, input)),

  revoke: procedure("api_key.revoke", {
    method: "DELETE",
    path: "/api-keys/:id",
    status: 204,
    summary: "Revoke an API key",
    tags,
  })
    .input(byId)
    .output(z.void())
    .mutation(({ ctx, input }) => ctx.core.identity.apiKeys.revoke(ctx.actor, input.id)),
});
