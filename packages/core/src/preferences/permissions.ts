import type { PermissionMatrix } from "../kernel/actor.ts";

const own = { author: "own", reviewer: "own", admin: "own", agent: "no", system: "no" } as const;

/** What people set for themselves; an admin can also take away a view that somebody shared. */
export const preferencePermissions = {
  "preference.read": { ...own, scope: "preferences:read" },
  "preference.write": { ...own, scope: "preferences:write" },
  "saved_view.list": {
    author: "yes",
    reviewer: "yes",
    admin: "yes",
    agent: "no",
    system: "no",
    scope: "preferences:read",
  },
  "saved_view.save": { ...own, scope: "preferences:write" },
  "saved_view.remove": { ...own, admin: "yes", scope: "preferences:write" },
} as const satisfies PermissionMatrix;
