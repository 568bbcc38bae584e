import type { PermissionMatrix } from "../kernel/actor.ts";

/** Everybody their own; those of others are an admin's. */
const owners = { author: "own", reviewer: "own", admin: "yes", agent: "no", system: "no" } as const;

export const delegationPermissions = {
  "delegation.list": { ...owners, scope: "delegations:read" },
  "delegation.read": { ...owners, scope: "delegations:read" },
  "delegation.create": { ...owners, scope: "delegations:write" },
  "delegation.update": { ...owners, scope: "delegations:write" },
  "delegation.delete": { ...owners, scope: "delegations:write" },
} as const satisfies PermissionMatrix;
