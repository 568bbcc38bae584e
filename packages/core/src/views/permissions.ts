import type { PermissionMatrix } from "../kernel/actor.ts";

export const viewPermissions = {
  "view.inbox": { author: "yes", reviewer: "yes", admin: "yes", agent: "no", system: "no" },
  "view.look": { author: "yes", reviewer: "yes", admin: "yes", agent: "no", system: "no" },
  "view.insights": { author: "yes", reviewer: "yes", admin: "yes", agent: "no", system: "no" },
  "view.agents": {
    author: "yes",
    reviewer: "yes",
    admin: "yes",
    agent: "no",
    system: "no",
    scope: "agents:read",
  },
  "view.task": {
    author: "yes",
    reviewer: "yes",
    admin: "yes",
    agent: "own",
    system: "no",
    scope: "tasks:read",
  },
} as const satisfies PermissionMatrix;
