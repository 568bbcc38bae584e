import type { PermissionMatrix } from "../kernel/actor.ts";

/** lifecycle.md, "Who may do what". A person's own agents are those they own; an agent's own is itself. */
export const agentPermissions = {
  "agent.list": {
    author: "yes",
    reviewer: "yes",
    admin: "yes",
    agent: "own",
    system: "yes",
    scope: "agents:read",
  },
  "agent.read": {
    author: "yes",
    reviewer: "yes",
    admin: "yes",
    agent: "own",
    system: "yes",
    scope: "agents:read",
  },
  "agent.create": {
    author: "no",
    reviewer: "no",
    admin: "yes",
    agent: "no",
    system: "no",
    scope: "agents:write",
  },
  "agent.update": {
    author: "own",
    reviewer: "own",
    admin: "yes",
    agent: "no",
    system: "no",
    scope: "agents:write",
  },
  "agent.heartbeat": { author: "no", reviewer: "no", admin: "no", agent: "own", system: "no" },
} as const satisfies PermissionMatrix;
