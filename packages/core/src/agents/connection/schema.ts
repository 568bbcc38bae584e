import { z } from "zod";
import { agentConnection } from "../schema.ts";

/** `agent_id`: of an agent that is there, whose own key and heartbeats are looked at. */
export const connectionTestInput = z.strictObject({
  connection: agentConnection,
  agent_id: z.uuid().optional(),
});
export type ConnectionTestInput = z.infer<typeof connectionTestInput>;

export const CHECK_STATES = ["waiting", "running", "passed", "failed", "skipped"] as const;
export const connectionCheck = z.strictObject({
  name: z.string(),
  title: z.string(),
  state: z.enum(CHECK_STATES),
  duration_ms: z.int().nullable(),
  /** What was found. */
  message: z.string().nullable(),
  /** What to do about it. */
  next: z.string().nullable(),
});
export type ConnectionCheck = z.infer<typeof connectionCheck>;

export const connectionTest = z.strictObject({
  id: z.uuid(),
  state: z.enum(["running", "done"]),
  /** Null while it runs, and where nothing could be checked yet. */
  ok: z.boolean().nullable(),
  checks: z.array(connectionCheck),
});
export type ConnectionTest = z.infer<typeof connectionTest>;
