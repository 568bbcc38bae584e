import { z } from "zod";
import { pageQuery, pagination } from "../../kernel/page.ts";
import { capacity, globs, limits, toolPermissions } from "../schema.ts";

/** Type of the tasks that change what an agent is permitted. */
export const AGENT_SETTINGS_TYPE = "agent.settings";

/** What is permitted to an agent: changed by a task that people review. What is absent stays; null is everything. */
export const permissionSet = z
  .strictObject({
    tools: toolPermissions.optional(),
    scopes: globs.nullable().optional(),
    task_types: globs.nullable().optional(),
    capacity: capacity.optional(),
    limits: limits.optional(),
  })
  .refine((set) => Object.values(set).some((value) => value !== undefined), "names nothing to change");
export type PermissionSet = z.infer<typeof permissionSet>;

/** Parameters of a task of type `agent.settings`. `version` is the one that the change was made from. */
export const agentSettingsParameters = z.strictObject({
  agent_id: z.uuid(),
  version: z.int().min(1),
  set: permissionSet,
});
export type AgentSettingsParameters = z.infer<typeof agentSettingsParameters>;

export const changedField = z.strictObject({ field: z.string(), before: z.unknown(), after: z.unknown() });
export type ChangedField = z.infer<typeof changedField>;

/** One version of an agent's settings; the first one changed nothing. */
export const agentChange = z.strictObject({
  version: z.int(),
  at: z.string(),
  by: z.strictObject({
    id: z.string(),
    name: z.string(),
    kind: z.enum(["user", "agent", "system", "worker"]),
  }),
  /** The task by which it was reviewed. */
  task_id: z.uuid().nullable(),
  fields: z.array(changedField),
});
export type AgentChange = z.infer<typeof agentChange>;

export const agentHistoryQuery = z.strictObject({
  id: z.uuid(),
  page: pageQuery.page,
  limit: pageQuery.limit,
});
export type AgentHistoryQuery = z.infer<typeof agentHistoryQuery>;
export const agentHistory = z.strictObject({ changes: z.array(agentChange), pagination });
export type AgentHistory = z.infer<typeof agentHistory>;
