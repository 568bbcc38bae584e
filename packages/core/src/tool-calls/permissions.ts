import type { PermissionMatrix } from "../kernel/actor.ts";

/** `own`: of the task's own author, whose program it is. */
export const toolCallPermissions = {
  "tool_call.end": {
    author: "own",
    reviewer: "no",
    admin: "own",
    agent: "own",
    system: "no",
    scope: "tasks:write",
  },
  "tool_call.change_arguments": {
    author: "no",
    reviewer: "assigned",
    admin: "yes",
    agent: "no",
    system: "no",
  },
} as const satisfies PermissionMatrix;
