import type { Pool } from "pg";
import { parseAllowList, type ReachRules, resolveByDns } from "../egress/service.ts";
import type { PrismaClient } from "../generated/client.ts";
import type { Person } from "../identity/schema.ts";
import type { Actor } from "../kernel/actor.ts";
import type { Clock } from "../kernel/clock.ts";
import type { Ids } from "../kernel/ids.ts";
import type { EventDraft } from "../ledger/schema.ts";
import type { Ledger, Projections } from "../ledger/service.ts";
import type { Preferences } from "../preferences/schema.ts";
import { tellBatch } from "./consume.ts";
import type { ListNotificationsQuery, NotificationList } from "./schema.ts";
import { deliverDue } from "./sending/deliver.ts";
import { createMailer, type MailSettings } from "./sending/mail.ts";
import { forgetDeliveries } from "./sending/store.ts";
import { countUnread, ensurePlace, listNotifications, markRead } from "./store.ts";
import { createWebhookCommands } from "./webhooks/commands.ts";
import type { Box } from "./webhooks/sealed.ts";

/** How messages leave the installation. */
export type OutgoingSettings = MailSettings & {
  /** `host:port`, comma separated: targets that may be inside or speak plain http. */
  readonly httpAllow: string;
};

export type NotificationDeps = {
  pool: Pool;
  prisma: PrismaClient;
  clock: Clock;
  ids: Ids;
  ledger: Ledger;
  /** The events of entries, for webhooks. */
  projections: Projections;
  emitLive: (event: EventDraft) => void;
  directory: () => Promise<Person[]>;
  preferencesOf: (userIds: readonly string[]) => Promise<Map<string, Preferences>>;
  box: Box;
  outgoing: OutgoingSettings;
  publicUrl: string;
  random: () => number;
  /** Tests answer names themselves. */
  resolve?: ReachRules["resolve"];
};

export type NotificationsService = ReturnType<typeof createNotificationsService>;

/** Telling people and programs what happened: in the dashboard, by mail, and by webhooks. */
export function createNotificationsService(deps: NotificationDeps) {
  const { pool, clock, ledger } = deps;
  const mailer = createMailer(deps.outgoing);
  const rules = { allow: parseAllowList(deps.outgoing.httpAllow), resolve: deps.resolve ?? resolveByDns };
  const { open, ...webhooks } = createWebhookCommands({ ...deps, rules });

  function changed(userId: string, event: string): void {
    deps.emitLive({ event, channels: [`user:${userId}`], payload: { user_id: userId } });
  }

  return {
    /** Where this installation begins to tell; before anything happens. */
    start: () => ensurePlace(pool),
    /** Turns what was sealed since the last time into notifications and deliveries; answers how many entries. */
    async tell(): Promise<number> {
      let entries = 0;
      for (;;) {
        const told = await tellBatch({ ...deps, mailWorks: mailer.works });
        for (const id of told?.people ?? []) changed(id, "notification:new");
        for (const id of told?.settled ?? []) changed(id, "notification:read");
        if (!told?.entries) return entries;
        entries += told.entries;
      }
    },
    /** Sends mails and webhooks that are due; answers how many were tried. */
    deliver: () =>
      deliverDue({
        pool,
        clock,
        ledger,
        mailer,
        rules,
        open,
        publicUrl: deps.publicUrl,
        random: deps.random,
      }),
    forget: () => forgetDeliveries(pool),

    list: (actor: Actor, query: ListNotificationsQuery): Promise<NotificationList> =>
      listNotifications(pool, actor.id, query),
    standing: async (actor: Actor) => ({
      unread: await countUnread(pool, actor.id),
      email_works: mailer.works,
    }),
    /** Marks one's own as read: these, or all where `ids` is null. */
    async read(actor: Actor, ids: readonly string[] | null) {
      if ((await markRead(pool, actor.id, ids)) > 0) changed(actor.id, "notification:read");
      return { unread: await countUnread(pool, actor.id), email_works: mailer.works };
    },
    webhooks,
    close: () => mailer.close(),
  };
}
