import { z } from "zod";

/** What people are told about; each can be switched for oneself (preferences). */
export const NOTIFICATION_KINDS = [
  "asked",
  "reminded",
  "escalated",
  "delegated",
  "changed_mind",
  "override",
  "answered",
  "approved",
  "rejected",
  "returned",
  "drifted",
  "applied",
  "failed",
  "commented",
  "deadlock",
  "attention",
] as const;
export const notificationKind = z.enum(NOTIFICATION_KINDS);
export type NotificationKind = z.infer<typeof notificationKind>;

/** By which ways one kind reaches a person. */
export const channelChoice = z.strictObject({ in_app: z.boolean(), email: z.boolean() });
export type ChannelChoice = z.infer<typeof channelChoice>;

const IN_APP: ChannelChoice = { in_app: true, email: false };
const BOTH: ChannelChoice = { in_app: true, email: true };

/** Mail only where somebody waits or something went wrong; the rest is in the list when one looks. */
export const DEFAULT_CHANNELS: Readonly<Record<NotificationKind, ChannelChoice>> = {
  asked: IN_APP,
  reminded: BOTH,
  escalated: BOTH,
  delegated: BOTH,
  changed_mind: IN_APP,
  override: BOTH,
  answered: IN_APP,
  approved: IN_APP,
  rejected: BOTH,
  returned: BOTH,
  drifted: BOTH,
  applied: IN_APP,
  failed: BOTH,
  commented: IN_APP,
  deadlock: IN_APP,
  attention: BOTH,
};

export const notificationEntry = z.strictObject({
  id: z.uuid(),
  kind: notificationKind,
  title: z.string(),
  body: z.string(),
  /** Where it leads, in the dashboard. */
  href: z.string(),
  task_id: z.uuid().nullable(),
  created_at: z.string(),
  read_at: z.string().nullable(),
});
export type NotificationEntry = z.infer<typeof notificationEntry>;

export const listNotificationsQuery = z.strictObject({
  unread: z.boolean().default(false),
  limit: z.int().min(1).max(100).default(30),
  cursor: z.string().max(500).optional(),
});
export type ListNotificationsQuery = z.infer<typeof listNotificationsQuery>;

export const notificationList = z.strictObject({
  notifications: z.array(notificationEntry),
  /** Counted up to 100. */
  unread: z.int(),
  next_cursor: z.string().optional(),
});
export type NotificationList = z.infer<typeof notificationList>;

/** These, or all that were there up to now. */
export const readNotificationsInput = z.strictObject({
  ids: z.array(z.uuid()).min(1).max(200).optional(),
  all: z.literal(true).optional(),
});
export const notificationStanding = z.strictObject({
  unread: z.int(),
  /** False where no mail server is set: then preferences for mail wait. */
  email_works: z.boolean(),
});

/** The durable events that go out (api.md, "Events"); `webhook:test` is sent by hand. */
export const WEBHOOK_EVENTS = [
  "task:created",
  "task:state_changed",
  "task:completed",
  "approval:requested",
  "approval:responded",
  "approval:escalated",
  "lock:deadlock_detected",
] as const;
export const webhookEvent = z.enum(WEBHOOK_EVENTS);

export const WEBHOOK_FORMATS = ["standard", "slack", "pagerduty", "servicenow"] as const;
export const webhookFormat = z.enum(WEBHOOK_FORMATS);
export type WebhookFormat = z.infer<typeof webhookFormat>;

const patterns = z.array(z.string().min(1).max(300)).min(1).max(50);

/** All that is stated must hold; events that are about no task pass only an empty one. */
export const webhookFilter = z.strictObject({
  task_types: patterns.optional(),
  resource_patterns: patterns.optional(),
  /** The score is at or above it. */
  risk_above: z.int().min(0).max(100).optional(),
});
export type WebhookFilter = z.infer<typeof webhookFilter>;

const webhookName = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^[^\p{Cc}\u2028-\u202e\u2066-\u2069]*$/u, "must not contain control or direction characters");
const webhookUrl = z.url({ protocol: /^https?$/ }).max(2000);
/** PagerDuty: the routing key. ServiceNow: user:password. Sealed, never shown. */
const credential = z.string().min(1).max(500);

export const webhookInput = z.strictObject({
  name: webhookName,
  url: webhookUrl,
  events: z.array(webhookEvent).min(1).max(WEBHOOK_EVENTS.length),
  filter: webhookFilter.default({}),
  format: webhookFormat.default("standard"),
  credential: credential.optional(),
  active: z.boolean().default(true),
});
export type WebhookInput = z.infer<typeof webhookInput>;

/** What is absent stays; `rotate_secret` makes a new one, shown once. */
export const webhookPatch = z.strictObject({
  name: webhookName.optional(),
  url: webhookUrl.optional(),
  events: webhookInput.shape.events.optional(),
  filter: webhookFilter.optional(),
  credential: credential.optional(),
  active: z.boolean().optional(),
  rotate_secret: z.boolean().optional(),
  expected_version: z.int().min(1).optional(),
});
export type WebhookPatch = z.infer<typeof webhookPatch>;

export const webhookEntry = z.strictObject({
  id: z.uuid(),
  version: z.int(),
  name: z.string(),
  /** Scheme and host: what follows them can be a secret (Slack's is). */
  origin: z.string(),
  events: z.array(z.string()),
  filter: webhookFilter,
  format: webhookFormat,
  active: z.boolean(),
  created_at: z.string(),
  updated_at: z.string(),
  /** The last delivery that ended. */
  last: z.strictObject({ status: z.string(), at: z.string() }).nullable(),
});
export type WebhookEntry = z.infer<typeof webhookEntry>;
export const webhookList = z.strictObject({ subscriptions: z.array(webhookEntry) });
/** `secret` is there once: when it was made. */
export const webhookWithSecret = webhookEntry.extend({ secret: z.string().optional() });
export type WebhookWithSecret = z.infer<typeof webhookWithSecret>;

export const deliveryEntry = z.strictObject({
  id: z.uuid(),
  event: z.string(),
  status: z.enum(["pending", "delivered", "failed"]),
  attempts: z.int(),
  response_status: z.int().nullable(),
  error: z.string().nullable(),
  created_at: z.string(),
  next_attempt_at: z.string().nullable(),
  delivered_at: z.string().nullable(),
});
export type DeliveryEntry = z.infer<typeof deliveryEntry>;
export const listDeliveriesQuery = z.strictObject({
  id: z.uuid(),
  limit: z.int().min(1).max(100).default(30),
  cursor: z.string().max(500).optional(),
});
export const deliveryList = z.strictObject({
  deliveries: z.array(deliveryEntry),
  next_cursor: z.string().optional(),
});
