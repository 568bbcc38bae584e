import { preview, taskConfig } from "@ade/core/executors/schema";
import { requirement } from "@ade/core/policies/schema";
import { riskAssessment } from "@ade/core/risk/schema";
import { attemptProgress } from "@ade/core/tasks/schema";
import { z } from "zod";

/** A revision as it was stored; what was not computed yet is null. */
const revision = z.strictObject({
  task_id: z.uuid(),
  revision: z.int(),
  config: taskConfig,
  preview: preview.nullable(),
  plan_state: z.string(),
  risk: riskAssessment.nullable(),
  requirements: z.array(requirement).nullable(),
  resource_keys: z.array(z.string()),
  content_hash: z.string().nullable(),
  editor_id: z.string(),
  reason: z.string(),
  created_at: z.string(),
});
export const revisionList = z.strictObject({ revisions: z.array(revision) });

const attempt = z.strictObject({
  id: z.uuid(),
  task_id: z.uuid(),
  revision: z.int(),
  number: z.int(),
  worker_id: z.string(),
  fencing_token: z.int(),
  lock_ids: z.array(z.string()),
  started_at: z.string(),
  ended_at: z.string().nullable(),
  outcome: z.string().nullable(),
  error: z.string().nullable(),
  progress: attemptProgress.nullable(),
  rolled_back: z.boolean().nullable(),
});
export const attemptList = z.strictObject({ attempts: z.array(attempt) });
