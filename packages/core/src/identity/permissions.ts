import type { PermissionMatrix } from "../kernel/actor.ts";

const readers = { author: "yes", reviewer: "yes", admin: "yes", agent: "no", system: "yes" } as const;
const admins = { author: "no", reviewer: "no", admin: "yes", agent: "no", system: "no" } as const;
/** Of keys, `own` are those of the person and of the agents that the person owns. */
const keyHolders = { author: "own", reviewer: "own", admin: "yes", agent: "no", system: "no" } as const;

/** lifecycle.md, "Who may do what". Links are opened by people who cannot sign in yet. */
export const identityPermissions = {
  "me.read": { author: "yes", reviewer: "yes", admin: "yes", agent: "yes", system: "yes", everyone: true },
  "user.list": { ...readers, scope: "users:read" },
  "user.read": { ...readers, scope: "users:read" },
  "user.create": { ...admins, scope: "users:write" },
  "user.update": { ...admins, scope: "users:write" },
  "user.invite": { ...admins, scope: "users:write" },
  "group.list": { ...readers, scope: "users:read" },
  "api_key.list": { ...keyHolders, scope: "api_keys:read" },
  "api_key.create": { ...keyHolders, scope: "api_keys:write" },
  "api_key.revoke": { ...keyHolders, scope: "api_keys:write" },
  "link.read": { author: "yes", reviewer: "yes", admin: "yes", agent: "yes", system: "yes", public: true },
  "link.accept": { author: "yes", reviewer: "yes", admin: "yes", agent: "yes", system: "yes", public: true },
} as const satisfies PermissionMatrix;
