import type { PermissionMatrix } from "../kernel/actor.ts";

export const riskPermissions = {
  "risk.settings.read": { author: "yes", reviewer: "yes", admin: "yes", agent: "no", system: "yes" },
  "risk.settings.update": { author: "no", reviewer: "no", admin: "yes", agent: "no", system: "no" },
} as const satisfies PermissionMatrix;
