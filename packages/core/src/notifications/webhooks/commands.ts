import type { Pool } from "pg";
import { type ReachRules, reach, Unreachable } from "../../egress/service.ts";
import type { Prisma, PrismaClient } from "../../generated/client.ts";
import type { Actor } from "../../kernel/actor.ts";
import type { Clock } from "../../kernel/clock.ts";
import { errors } from "../../kernel/errors.ts";
import type { Ids } from "../../kernel/ids.ts";
import type { Fact } from "../../ledger/schema.ts";
import type { Ledger } from "../../ledger/service.ts";
import { notificationErrors } from "../errors.ts";
import type {
  DeliveryEntry,
  WebhookEntry,
  WebhookFormat,
  WebhookInput,
  WebhookPatch,
  WebhookWithSecret,
} from "../schema.ts";
import { insertDeliveries } from "../sending/store.ts";
import type { Box, Opened, Sealed } from "./sealed.ts";
import { secretOf } from "./signature.ts";
import { lastDeliveries, listDeliveries, presentWebhook } from "./store.ts";

export type WebhookDeps = {
  pool: Pool;
  prisma: PrismaClient;
  clock: Clock;
  ids: Ids;
  ledger: Ledger;
  box: Box;
  rules: ReachRules;
};

const SECRET_BYTES = 32;
const NEEDS_CREDENTIAL: readonly WebhookFormat[] = ["pagerduty", "servicenow"];

/** Where events go outside, as admins keep them. */
export function createWebhookCommands(deps: WebhookDeps) {
  const { pool, prisma, clock, ids, ledger, box } = deps;

  async function find(id: string) {
    const row = await prisma.webhook_subscription.findUnique({ where: { id } });
    if (!row) throw missing();
    return row;
  }
  const sealedOf = (row: { id: string; secret: Uint8Array }): Sealed =>
    box.open(row.secret, row.id) as Sealed;
  const newSecret = (kind: WebhookFormat): string | null =>
    kind === "standard" ? secretOf(ids.secret(SECRET_BYTES)) : null;

  async function assertReachable(url: string): Promise<void> {
    try {
      await reach(new URL(url), deps.rules);
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      throw errors.VALIDATION_ERROR({ details: [{ field: "url", issue: error.message }] });
    }
  }

  return {
    async list(): Promise<WebhookEntry[]> {
      const rows = await prisma.webhook_subscription.findMany({ orderBy: [{ name: "asc" }, { id: "asc" }] });
      const last = await lastDeliveries(
        pool,
        rows.map(({ id }) => id),
      );
      return rows.map((row) => presentWebhook(row, last.get(row.id)));
    },

    /** The answer holds the signing secret, this once. VALIDATION_ERROR for a target that may not be reached. */
    async create(actor: Actor, input: WebhookInput): Promise<WebhookWithSecret> {
      assertCredential(input.format, input.credential ?? null);
      await assertReachable(input.url);
      const id = ids.uuid();
      const secret = newSecret(input.format);
      const sealed = { url: input.url, secret, credential: input.credential ?? null };
      const { name, events, filter, format, active } = input;
      return ledger.write(actor, async (tx) => {
        const row = await tx.webhook_subscription.create({
          data: {
            ...{ id, owner_id: actor.id, name, format, active, filter: asJson(filter) },
            events: [...new Set(events)],
            url: new URL(input.url).origin,
            secret: box.seal(sealed, id),
          },
        });
        const entry = presentWebhook(row, undefined);
        return { result: { ...entry, ...(secret && { secret }) }, facts: [fact("webhook.created", entry)] };
      });
    },

    /** NOT_FOUND, CONFLICT, VALIDATION_ERROR. A new secret is shown once. */
    async update(actor: Actor, id: string, patch: WebhookPatch): Promise<WebhookWithSecret> {
      const row = await find(id);
      if (patch.expected_version !== undefined && patch.expected_version !== row.version)
        throw errors.CONFLICT({ message: `This webhook has version ${row.version} by now.` });
      if (patch.url !== undefined) await assertReachable(patch.url);
      const before = sealedOf(row);
      const secret = patch.rotate_secret ? newSecret(row.format as WebhookFormat) : null;
      const sealed = {
        url: patch.url ?? before.url,
        secret: secret ?? before.secret,
        credential: patch.credential ?? before.credential,
      };
      return ledger.write(actor, async (tx) => {
        const [after] = await tx.webhook_subscription.updateManyAndReturn({
          where: { id, version: row.version },
          data: {
            version: row.version + 1,
            updated_at: clock.now(),
            url: new URL(sealed.url).origin,
            secret: box.seal(sealed, id),
            ...(patch.name !== undefined && { name: patch.name }),
            ...(patch.events && { events: [...new Set(patch.events)] }),
            ...(patch.filter && { filter: asJson(patch.filter) }),
            ...(patch.active !== undefined && { active: patch.active }),
          },
        });
        if (!after) throw errors.CONFLICT();
        const entry = presentWebhook(after, undefined);
        return { result: { ...entry, ...(secret && { secret }) }, facts: [fact("webhook.updated", entry)] };
      });
    },

    /** With its log. NOT_FOUND. */
    async remove(actor: Actor, id: string): Promise<void> {
      await ledger.write(actor, async (tx) => {
        const row = await tx.webhook_subscription.findUnique({ where: { id } });
        if (!row) throw missing();
        await tx.delivery.deleteMany({ where: { subscription_id: id } });
        await tx.webhook_subscription.deleteMany({ where: { id } });
        return { result: undefined, facts: [fact("webhook.deleted", presentWebhook(row, undefined))] };
      });
    },

    async deliveries(query: { id: string; limit: number; cursor?: string | undefined }) {
      await find(query.id);
      return listDeliveries(pool, query);
    },

    /** Sends something harmless, to see whether it arrives. NOT_FOUND. */
    async test(actor: Actor, id: string): Promise<void> {
      const entry = presentWebhook(await find(id), undefined);
      await ledger.record(actor, [fact("webhook.tested", entry)]);
      await insertDeliveries(
        pool,
        [
          {
            id: ids.uuid(),
            channel: "webhook",
            subscription_id: id,
            entry_id: ids.uuid(),
            event: "webhook:test",
            target: id,
            payload: { timestamp: clock.now().toISOString(), payload: {}, about: null, href: "/" },
          },
        ],
        clock.now(),
      );
    },

    /** Sends an ended delivery again, under the same message id. NOT_FOUND, DELIVERY_PENDING. */
    async replay(actor: Actor, id: string, deliveryId: string): Promise<DeliveryEntry> {
      const entry = presentWebhook(await find(id), undefined);
      await ledger.write(actor, async (tx) => {
        const { count } = await tx.delivery.updateMany({
          where: { id: deliveryId, subscription_id: id, status: { not: "pending" } },
          data: {
            status: "pending",
            attempts: 0,
            next_attempt_at: clock.now(),
            error: null,
            response_status: null,
          },
        });
        if (count === 0) {
          const known = await tx.delivery.count({ where: { id: deliveryId, subscription_id: id } });
          throw known > 0 ? notificationErrors.DELIVERY_PENDING() : missing("delivery");
        }
        return { result: undefined, facts: [fact("webhook.replayed", entry, { delivery_id: deliveryId })] };
      });
      const again = await prisma.delivery.findUniqueOrThrow({ where: { id: deliveryId } });
      return {
        ...{ id: again.id, event: again.event, status: "pending", attempts: again.attempts },
        ...{ response_status: null, error: null, delivered_at: null },
        created_at: again.created_at.toISOString(),
        next_attempt_at: again.next_attempt_at.toISOString(),
      };
    },

    /** For sending: where it goes and what signs it; null where it is gone. */
    async open(id: string): Promise<Opened | null> {
      const row = await prisma.webhook_subscription.findUnique({ where: { id } });
      if (!row) return null;
      return { ...sealedOf(row), name: row.name, format: row.format as WebhookFormat, active: row.active };
    },
  };
}

function assertCredential(format: WebhookFormat, credential: string | null): void {
  const isNeeded = NEEDS_CREDENTIAL.includes(format);
  const issue =
    isNeeded && credential === null
      ? `is needed for ${format === "pagerduty" ? "PagerDuty: the routing key" : "ServiceNow: user:password"}`
      : !isNeeded && credential !== null
        ? "is only for PagerDuty and ServiceNow"
        : null;
  if (issue) throw errors.VALIDATION_ERROR({ details: [{ field: "credential", issue }] });
}

/** Without the address, which may be a secret. */
function fact(action: string, entry: WebhookEntry, more: Record<string, unknown> = {}): Fact {
  const { name, format, events, filter, active } = entry;
  return {
    action,
    entity_type: "webhook",
    entity_id: entry.id,
    detail: { name, format, events, filter, active, ...more },
  };
}

function asJson(value: object): Prisma.InputJsonObject {
  return JSON.parse(JSON.stringify(value)) as Prisma.InputJsonObject;
}

const missing = (what = "webhook") => errors.NOT_FOUND({ message: `There is no such ${what}.` });
