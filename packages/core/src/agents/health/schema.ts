import { z } from "zod";
import { agentStatus } from "../schema.ts";

/** Length of a bucket. */
export const HEALTH_BUCKET_MINUTES = 15;
export const HEALTH_KEPT_HOURS = 192;

export const healthQuery = z.strictObject({
  id: z.uuid(),
  hours: z.int().min(1).max(HEALTH_KEPT_HOURS).default(24),
});
/** How it was, a quarter of an hour each, oldest first; the worst of what it was. */
export const healthSample = z.strictObject({
  from: z.string(),
  status: agentStatus,
  active_tasks_max: z.int(),
});
export type HealthSample = z.infer<typeof healthSample>;
export const agentHealth = z.strictObject({ samples: z.array(healthSample) });
export type AgentHealth = z.infer<typeof agentHealth>;
