import type { PermissionMatrix } from "../kernel/actor.ts";

const admins = { author: "no", reviewer: "no", admin: "yes", agent: "no", system: "no" } as const;

export const onCallPermissions = {
  "on_call.list": {
    author: "yes",
    reviewer: "yes",
    admin: "yes",
    agent: "no",
    system: "yes",
    scope: "users:read",
  },
  "on_call.create": { ...admins, scope: "users:write" },
  "on_call.delete": { ...admins, scope: "users:write" },
} as const satisfies PermissionMatrix;
