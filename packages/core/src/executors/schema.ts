import { z } from "zod";
import { resourceGiven, resourceRef } from "../resources/schema.ts";

/** A secret by name and, where it is pinned, version (secrets/README.md); never a value. */
export const secretReference = z
  .string()
  .regex(
    /^secret:\/\/[A-Za-z][A-Za-z0-9_-]{0,62}(@[1-9]\d{0,8})?$/,
    "must name a secret, as secret://name or secret://name@3; values are never written here",
  );

/** What a task asks for: the executable intent, hashed whole (lifecycle.md, "Configuration"). */
export const taskConfig = z.strictObject({
  type: z.string().min(1).max(100),
  version: z.string().min(1).max(50).default("1.0.0"),
  description: z.string().min(1).max(5000),
  resources: z.array(resourceRef).min(1).max(100),
  parameters: z.record(z.string(), z.unknown()).default({}),
  secrets: z.array(secretReference).max(50).default([]),
  rollback_strategy: z.enum(["automatic", "manual", "none"]).default("automatic"),
  timeout_seconds: z.int().min(1).max(3600).default(300),
  priority: z.int().min(0).max(100).default(50),
});
export type TaskConfig = z.infer<typeof taskConfig>;

/** The same as it is taken from outside. */
export const givenConfig = taskConfig.extend({ resources: z.array(resourceGiven).min(1).max(100) });

export const change = z.strictObject({
  resource: resourceRef,
  action: z.string(),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
  /** Unified diff. */
  diff: z.string().optional(),
  /** Numbers in it, by path (`after.rows`), that may be so many percent others when it is applied. */
  may_differ: z.record(z.string(), z.int().min(0).max(100)).optional(),
});
export type Change = z.infer<typeof change>;

/** What applying would do. */
export const preview = z.strictObject({
  valid: z.boolean(),
  changes: z.array(change),
  warnings: z.array(z.string()).default([]),
  errors: z.array(z.string()).default([]),
  estimated_duration_seconds: z.int().optional(),
  affected_services: z.array(z.string()).default([]),
});
export type Preview = z.infer<typeof preview>;

/** An executor as the dashboard and the documentation see it. */
export const executorInfo = z.strictObject({
  type: z.string(),
  title: z.string(),
  description: z.string(),
  parameters: z.record(z.string(), z.unknown()),
  /** What one would declare for it, as a starting point of the form. */
  example: z.record(z.string(), z.unknown()),
  retry: z.boolean(),
  cheap_plan: z.boolean(),
});
export type ExecutorInfo = z.infer<typeof executorInfo>;
