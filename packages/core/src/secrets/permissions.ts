import type { PermissionMatrix } from "../kernel/actor.ts";

const admins = { author: "no", reviewer: "no", admin: "yes", agent: "no", system: "no" } as const;

/** Whoever writes tasks names secrets; which there are, and what they may be used for, is for admins. */
export const secretPermissions = {
  "secret.list": { ...admins, scope: "secrets:read" },
  "secret.create": { ...admins, scope: "secrets:write" },
  "secret.update": { ...admins, scope: "secrets:write" },
  "secret.delete": { ...admins, scope: "secrets:write" },
} as const satisfies PermissionMatrix;
