import { z } from "zod";

export const DEMO_AGENT_STATES = ["starting", "running", "stopping", "ended"] as const;

/** One thing that it did, in a sentence of its own. */
export const demoStep = z.strictObject({
  at: z.string(),
  text: z.string(),
  task_id: z.uuid().nullable(),
});
export type DemoStep = z.infer<typeof demoStep>;

export const demoAgentRun = z.strictObject({
  id: z.uuid(),
  agent_id: z.uuid(),
  state: z.enum(DEMO_AGENT_STATES),
  started_by: z.uuid(),
  started_by_name: z.string(),
  /** What it has done, the oldest first. */
  steps: z.array(demoStep),
  started_at: z.string(),
  /** Then it ends by itself. */
  ends_at: z.string(),
  ended_at: z.string().nullable(),
  /** Why it ended. */
  end_reason: z.string().nullable(),
});
export type DemoAgentRun = z.infer<typeof demoAgentRun>;

/** The simulated agent. `available` is false where there is no demo data; `run` is the newest one. */
export const demoAgent = z.strictObject({ available: z.boolean(), run: demoAgentRun.nullable() });
export type DemoAgent = z.infer<typeof demoAgent>;
