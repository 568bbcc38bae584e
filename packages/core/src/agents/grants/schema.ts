import { z } from "zod";
import { line } from "../../kernel/line.ts";
import { globs } from "../schema.ts";

export const MAX_GRANT_DAYS = 365;

/** "Allow always", as somebody asks for it. */
export const grantInput = z.strictObject({
  /** A tool's name, a pattern over names (`mcp__tickets__*`), or a kind of call (`edit`). */
  tool: line(1, 200),
  /** Patterns of resources; null: any. */
  resources: globs.min(1).nullable().default(null),
  expires_in_days: z.int().min(1).max(MAX_GRANT_DAYS).default(30),
});
export type GrantInput = z.infer<typeof grantInput>;

export const grantEntry = z.strictObject({
  id: z.uuid(),
  agent_id: z.uuid(),
  tool: z.string(),
  /** Calls of this kind only: that of the call with whose approval it was given. Null: any. */
  kind: z.string().nullable(),
  resources: z.array(z.string()).nullable(),
  granted_by: z.strictObject({ id: z.uuid(), name: z.string() }),
  /** The call by which it was granted. */
  task_id: z.uuid().nullable(),
  created_at: z.string(),
  expires_at: z.string(),
  revoked_at: z.string().nullable(),
  /** In force: neither expired nor revoked. */
  active: z.boolean(),
  hits: z.int(),
  last_hit_at: z.string().nullable(),
});
export type GrantEntry = z.infer<typeof grantEntry>;
export const grantList = z.strictObject({ grants: z.array(grantEntry) });
export type GrantList = z.infer<typeof grantList>;

export const byGrant = z.strictObject({ id: z.uuid(), grant_id: z.uuid() });
