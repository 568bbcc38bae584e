import type { Pool } from "pg";
import type { ReachRules } from "../../egress/service.ts";
import { systemActor } from "../../kernel/actor.ts";
import type { Clock } from "../../kernel/clock.ts";
import type { Ledger } from "../../ledger/service.ts";
import { format, type WebhookMessage } from "../webhooks/formats.ts";
import type { Opened } from "../webhooks/sealed.ts";
import { signedHeaders } from "../webhooks/signature.ts";
import { nextAttemptMs } from "./backoff.ts";
import { letter, type Mailer } from "./mail.ts";
import { post } from "./post.ts";
import { type Attempted, addressOf, type DueDelivery, finishAttempt, takeDue } from "./store.ts";

const BATCH = 20;
/** Longer than any attempt may take. */
const LEASE_SECONDS = 60;

export type DeliverDeps = {
  pool: Pool;
  clock: Clock;
  ledger: Pick<Ledger, "record">;
  mailer: Mailer;
  rules: ReachRules;
  publicUrl: string;
  random: () => number;
  open: (subscriptionId: string) => Promise<Opened | null>;
};

type Tried = { status: number | null; error: string | null; final: boolean };

/** Sends what is due, once each; answers how many it tried. Any number of processes may do it at once. */
export async function deliverDue(deps: DeliverDeps): Promise<number> {
  const due = await takeDue(deps.pool, deps.clock.now(), { leaseSeconds: LEASE_SECONDS, limit: BATCH });
  await Promise.all(
    due.map(async (delivery) => {
      const tried =
        delivery.channel === "email" ? await sendMail(deps, delivery) : await sendWebhook(deps, delivery);
      await settle(deps, delivery, tried);
    }),
  );
  return due.length;
}

async function settle(deps: DeliverDeps, delivery: DueDelivery, tried: Tried): Promise<void> {
  const now = deps.clock.now();
  const waitMs = tried.final ? null : nextAttemptMs(delivery.attempts, deps.random());
  const status = tried.error === null ? "delivered" : waitMs === null ? "failed" : "pending";
  const outcome: Attempted = {
    status,
    response_status: tried.status,
    error: tried.error,
    next_attempt_at: new Date(now.getTime() + (waitMs ?? 0)),
  };
  const isMine = await finishAttempt(deps.pool, delivery, now, outcome);
  if (!isMine || status !== "failed" || delivery.channel !== "webhook") return;
  const opened = await deps.open(delivery.target);
  await deps.ledger.record(systemActor("notifications"), [
    {
      action: "webhook.failed",
      entity_type: "webhook",
      entity_id: delivery.target,
      reason: `${delivery.event} was tried ${delivery.attempts} times. ${tried.error}`,
      detail: { name: opened?.name ?? "", delivery_id: delivery.id, event: delivery.event },
    },
  ]);
}

async function sendMail(deps: DeliverDeps, delivery: DueDelivery): Promise<Tried> {
  const to = await addressOf(deps.pool, delivery.target);
  if (to === null) return { status: null, error: "The person has left.", final: true };
  const { title, body, href } = delivery.payload as { title: string; body: string; href: string };
  const settings = `${deps.publicUrl}/account`;
  const mailed = await deps.mailer.send({
    to,
    ...letter({ title, body, link: deps.publicUrl + href, settings }),
  });
  return mailed.error === null
    ? { status: null, error: null, final: false }
    : { status: null, error: mailed.error, final: mailed.final };
}

async function sendWebhook(deps: DeliverDeps, delivery: DueDelivery): Promise<Tried> {
  const target = await deps.open(delivery.target);
  if (!target?.active) return { status: null, error: "The webhook was switched off.", final: true };
  const { timestamp, payload, about, href } = delivery.payload as unknown as Omit<WebhookMessage, "link"> & {
    href: string;
  };
  const message = {
    id: delivery.id,
    event: delivery.event,
    timestamp,
    payload,
    about,
    link: deps.publicUrl + href,
  };
  const { body, headers } = format(target.format, message, target.credential);
  const seconds = Math.floor(deps.clock.now().getTime() / 1000);
  const signed = target.secret ? signedHeaders(target.secret, { id: delivery.id, seconds, body }) : {};
  const posted = await post(deps.rules, target.url, { body, headers: { ...headers, ...signed } });
  if (posted.status === null) return { status: null, error: posted.error, final: false };
  const { status } = posted;
  if (status >= 200 && status < 300) return { status, error: null, final: false };
  const isRedirect = status >= 300 && status < 400;
  const error = isRedirect ? `It answered ${status}; redirects are not followed.` : `It answered ${status}.`;
  // Gone: the receiver says that it wants no more of this (Standard Webhooks).
  return { status, error, final: status === 410 };
}
