import type { PermissionMatrix } from "../kernel/actor.ts";

/** Whoever is signed in may know which types of task there are: the authoring form is made from them. */
export const executorPermissions = {
  "executor.list": { author: "yes", reviewer: "yes", admin: "yes", agent: "yes", system: "yes" },
} as const satisfies PermissionMatrix;
