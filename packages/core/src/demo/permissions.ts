import type { PermissionMatrix } from "../kernel/actor.ts";

const people = { author: "yes", reviewer: "yes", admin: "yes", agent: "no", system: "no" } as const;

/** Whoever is new here may see the whole loop, whatever their role. */
export const demoPermissions = {
  "demo_agent.read": { ...people, scope: "agents:read" },
  "demo_agent.start": { ...people, scope: "agents:write" },
  "demo_agent.stop": { ...people, scope: "agents:write" },
} as const satisfies PermissionMatrix;
