import type { PermissionMatrix } from "../kernel/actor.ts";

const readers = { author: "yes", reviewer: "yes", admin: "yes", agent: "no", system: "yes" } as const;
const admins = { author: "no", reviewer: "no", admin: "yes", agent: "no", system: "no" } as const;

export const resourcePermissions = {
  "resource.list": readers,
  "resource.read": readers,
  "resource.create": admins,
  "resource.update": admins,
  "resource.delete": admins,
} as const satisfies PermissionMatrix;
