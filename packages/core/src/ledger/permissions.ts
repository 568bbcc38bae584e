import type { PermissionMatrix } from "../kernel/actor.ts";

export const ledgerPermissions = {
  "audit.read": { author: "yes", reviewer: "yes", admin: "yes", agent: "own", system: "yes" },
  "audit.verify": { author: "yes", reviewer: "yes", admin: "yes", agent: "no", system: "yes" },
  "event.subscribe": { author: "own", reviewer: "own", admin: "yes", agent: "own", system: "yes" },
} as const satisfies PermissionMatrix;
