import type { PermissionMatrix } from "../kernel/actor.ts";

const readers = { author: "yes", reviewer: "yes", admin: "yes", agent: "no", system: "yes" } as const;
const admins = { author: "no", reviewer: "no", admin: "yes", agent: "no", system: "no" } as const;

export const policyPermissions = {
  "policy.list": readers,
  "policy.read": readers,
  "policy.what_if": admins,
  "policy.create": admins,
  "policy.update": admins,
  "policy.delete": admins,
} as const satisfies PermissionMatrix;
