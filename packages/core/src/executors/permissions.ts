import type { PermissionMatrix } from "../kernel/actor.ts";

const admins = { author: "no", reviewer: "no", admin: "yes", agent: "no", system: "no" } as const;

/** Whoever is signed in may know which types of task there are: the authoring form is made from them. */
export const executorPermissions = {
  "executor.list": { author: "yes", reviewer: "yes", admin: "yes", agent: "yes", system: "yes" },
  /** Names, titles and parameters of commands: what authors choose from. How they run is for admins. */
  "command.list": { author: "yes", reviewer: "yes", admin: "yes", agent: "yes", system: "yes" },
  "command.read": admins,
  "command.create": admins,
  "command.update": admins,
  "command.delete": admins,
} as const satisfies PermissionMatrix;
