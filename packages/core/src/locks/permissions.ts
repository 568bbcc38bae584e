import type { PermissionMatrix } from "../kernel/actor.ts";

const holders = { author: "scope", reviewer: "scope", admin: "yes", agent: "yes", system: "yes" } as const;
const admins = { author: "no", reviewer: "no", admin: "yes", agent: "no", system: "yes" } as const;

/**
 * lifecycle.md, "Who may do what". That a heartbeat or release comes from the holder is checked by the script that
 * does it; what blocks a task is read through the task, not here.
 */
export const lockPermissions = {
  "lock.acquire": { ...holders, scope: "locks:write" },
  "lock.heartbeat": { ...holders, agent: "own", scope: "locks:write" },
  "lock.release": { ...holders, agent: "own", scope: "locks:write" },
  "lock.force_release": { ...admins, system: "no" },
  "lock.list": admins,
  "lock.read": admins,
  "lock.status": {
    author: "yes",
    reviewer: "yes",
    admin: "yes",
    agent: "yes",
    system: "yes",
    everyone: true,
  },
} as const satisfies PermissionMatrix;
