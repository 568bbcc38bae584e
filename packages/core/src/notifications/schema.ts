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
