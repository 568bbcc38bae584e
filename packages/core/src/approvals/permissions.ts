import type { PermissionMatrix } from "../kernel/actor.ts";

/** lifecycle.md, "Who may do what". An agent's key never decides. */
export const approvalPermissions = {
  "approval.list": { author: "yes", reviewer: "yes", admin: "yes", agent: "own", system: "yes" },
  "approval.respond": { author: "no", reviewer: "assigned", admin: "yes", agent: "no", system: "no" },
  "approval.snooze": { author: "no", reviewer: "assigned", admin: "assigned", agent: "no", system: "no" },
  "backlog.read": { author: "yes", reviewer: "yes", admin: "yes", agent: "no", system: "yes" },
  "backlog.update": { author: "no", reviewer: "no", admin: "yes", agent: "no", system: "no" },
  "approval.withdraw": { author: "no", reviewer: "assigned", admin: "yes", agent: "no", system: "no" },
} as const satisfies PermissionMatrix;
