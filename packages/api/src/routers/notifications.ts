import { errors } from "@ade/core/kernel/errors";
import {
  deliveryEntry,
  deliveryList,
  listDeliveriesQuery,
  listNotificationsQuery,
  notificationList,
  notificationStanding,
  readNotificationsInput,
  webhookInput,
  webhookList,
  webhookPatch,
  webhookWithSecret,
} from "@ade/core/notifications/schema";
import { z } from "zod";
import { byId, withId } from "../input.ts";
import { procedure, router } from "../trpc.ts";

const tags = ["notifications"] as const;
const hooks = ["webhooks"] as const;

/** What the caller should know. */
export const notificationsRouter = router({
  list: procedure("notification.list", {
    method: "GET",
    path: "/notifications",
    status: 200,
    summary: "One's own notifications, newest first, and how many are unread",
    tags,
  })
    .input(listNotificationsQuery)
    .output(notificationList)
    .query(({ ctx, input }) => ctx.core.notifications.list(ctx.actor, input)),

  standing: procedure("notification.list")
    .output(notificationStanding)
    .query(({ ctx }) => ctx.core.notifications.standing(ctx.actor)),

  read: procedure("notification.read", {
    method: "POST",
    path: "/notifications/read",
    status: 200,
    summary: "Mark one's own as read: those named, or all",
    tags,
  })
    .input(readNotificationsInput)
    .output(notificationStanding)
    .mutation(({ ctx, input }) => {
      if ((input.ids === undefined) === (input.all === undefined))
        throw errors.VALIDATION_ERROR({ details: [{ field: "ids", issue: "name ids, or say all: true" }] });
      return ctx.core.notifications.read(ctx.actor, input.ids ?? null);
    }),
});

/** Where events go outside. */
export const webhooksRouter = router({
  list: procedure("webhook.list", {
    method: "GET",
    path: "/webhook-subscriptions",
    status: 200,
    summary: "Outgoing webhooks",
    tags: hooks,
  })
    .output(webhookList)
    .query(async ({ ctx }) => ({ subscriptions: await ctx.core.notifications.webhooks.list() })),

  create: procedure("webhook.create", {
    method: "POST",
    path: "/webhook-subscriptions",
    status: 201,
    summary: "Send events to an address; the signing secret is shown this once",
    tags: hooks,
    secret_answer: true,
  })
    .input(webhookInput)
    .output(webhookWithSecret)
    .mutation(({ ctx, input }) => ctx.core.notifications.webhooks.create(ctx.actor, input)),

  update: procedure("webhook.update", {
    method: "PATCH",
    path: "/webhook-subscriptions/:id",
    status: 200,
    summary: "Change a webhook; a new secret is shown this once",
    tags: hooks,
    errors: [409],
    secret_answer: true,
  })
    .input(withId(webhookPatch))
    .output(webhookWithSecret)
    .mutation(({ ctx, input: { id, ...patch } }) =>
      ctx.core.notifications.webhooks.update(ctx.actor, id, patch),
    ),

  remove: procedure("webhook.delete", {
    method: "DELETE",
    path: "/webhook-subscriptions/:id",
    status: 204,
    summary: "Remove a webhook and its log",
    tags: hooks,
  })
    .input(byId)
    .output(z.void())
    .mutation(({ ctx, input }) => ctx.core.notifications.webhooks.remove(ctx.actor, input.id)),

  deliveries: procedure("webhook.list", {
    method: "GET",
    path: "/webhook-subscriptions/:id/deliveries",
    status: 200,
    summary: "What was sent, newest first, and what came of it",
    tags: hooks,
  })
    .input(listDeliveriesQuery)
    .output(deliveryList)
    .query(({ ctx, input }) => ctx.core.notifications.webhooks.deliveries(input)),

  test: procedure("webhook.send", {
    method: "POST",
    path: "/webhook-subscriptions/:id/test",
    status: 202,
    summary: "Send something harmless, to see whether it arrives",
    tags: hooks,
  })
    .input(byId)
    .output(z.strictObject({ success: z.literal(true) }))
    .mutation(async ({ ctx, input }) => {
      await ctx.core.notifications.webhooks.test(ctx.actor, input.id);
      return { success: true as const };
    }),

  replay: procedure("webhook.send", {
    method: "POST",
    path: "/webhook-subscriptions/:id/deliveries/:delivery_id/replay",
    status: 202,
    summary: "Send an ended delivery again, under the same message id",
    tags: hooks,
    errors: [409],
  })
    .input(z.strictObject({ id: z.uuid(), delivery_id: z.uuid() }))
    .output(deliveryEntry)
    .mutation(({ ctx, input }) =>
      ctx.core.notifications.webhooks.replay(ctx.actor, input.id, input.delivery_id),
    ),
});
