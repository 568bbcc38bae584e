import type { PermissionMatrix } from "../kernel/actor.ts";

const reading = {
  author: "yes",
  reviewer: "yes",
  admin: "yes",
  agent: "own",
  system: "yes",
  scope: "agents:read",
} as const;
const people = { ...reading, agent: "no" } as const;
/** A person's own agents are those they own. */
const owning = {
  author: "own",
  reviewer: "own",
  admin: "yes",
  agent: "no",
  system: "no",
  scope: "agents:write",
} as const;
const admins = { ...owning, author: "no", reviewer: "no" } as const;

/** lifecycle.md, "Who may do what". A person's own agents are those they own; an agent's own is itself. */
export const agentPermissions = {
  "agent.list": reading,
  "agent.read": reading,
  "agent.create": admins,
  "agent.update": owning,
  "agent.configure": owning,
  "agent.heartbeat": { author: "no", reviewer: "no", admin: "no", agent: "own", system: "no" },
  "agent.export": people,
  /** A draft is for whoever may make the agent, and nobody else reads it. */
  "agent.draft": { ...admins, admin: "own" },
  "agent.catalogue": people,
  "agent.set_catalogue": admins,
  "agent.test": owning,
  "agent.key": owning,
  "agent.grant_list": people,
  /** Not for owners: whoever answers for an agent does not answer for its calls. */
  "agent.grant": admins,
  "agent.grant_revoke": owning,
} as const satisfies PermissionMatrix;
