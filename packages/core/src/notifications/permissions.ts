import type { PermissionMatrix } from "../kernel/actor.ts";

const own = { author: "own", reviewer: "own", admin: "own", agent: "no", system: "no" } as const;
const admins = { author: "no", reviewer: "no", admin: "yes", agent: "no", system: "no" } as const;

/** A notification is its person's alone; webhooks carry everybody's tasks out and are for admins. */
export const notificationPermissions = {
  "notification.list": { ...own, scope: "notifications:read" },
  "notification.read": { ...own, scope: "notifications:write" },
  "webhook.list": { ...admins, scope: "webhooks:read" },
  "webhook.create": { ...admins, scope: "webhooks:write" },
  "webhook.update": { ...admins, scope: "webhooks:write" },
  "webhook.delete": { ...admins, scope: "webhooks:write" },
  "webhook.send": { ...admins, scope: "webhooks:write" },
} as const satisfies PermissionMatrix;
