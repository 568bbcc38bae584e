import { z } from "zod";
import { whyAsked } from "../approvals/schema.ts";
import { givenConfig, preview } from "../executors/schema.ts";
import { requirement } from "../policies/schema.ts";
import { riskAssessment } from "../risk/schema.ts";
import { heldBy, overrideEntry, taskMetadataInput, taskState } from "../tasks/schema.ts";

export const simulateInput = z.strictObject({
  config: givenConfig,
  metadata: taskMetadataInput.default({ tags: [] }),
});
export type SimulateInput = z.infer<typeof simulateInput>;

/** What would happen: the same engine as submit, storing nothing (approvals.md, "What-if"). */
export const simulation = z.strictObject({
  risk: riskAssessment,
  /** Policies that match, and whether each would waive review. */
  policies: z.array(
    z.strictObject({
      id: z.string().nullable(),
      name: z.string(),
      version: z.int(),
      auto_approved: z.boolean(),
      why: z.string(),
    }),
  ),
  requirements: z.array(requirement),
  required_approvals: z.int(),
  required_approvals_exact: z.boolean(),
  /** Who would be asked; `stands_for` are the people whom a policy names and who delegated it to them. */
  reviewers: z.array(
    z.strictObject({
      id: z.string(),
      name: z.string(),
      stands_for: z.array(z.string()),
      why: z.array(whyAsked),
    }),
  ),
  auto_approvable: z.boolean(),
  /** Why nobody could approve it as it stands. */
  problems: z.array(z.string()),
  /** The freeze that would hold it back, were it approved now. */
  held_by: heldBy.nullable(),
  /** Locks it will take, and who holds them now. */
  locks: z.array(
    z.strictObject({ key: z.string(), mode: z.enum(["shared", "exclusive"]), holder: z.string().nullable() }),
  ),
  warnings: z.array(z.string()),
  affected_services: z.array(z.string()),
});
export type Simulation = z.infer<typeof simulation>;

export const dryRunAnswer = simulation.extend({
  preview: preview.optional(),
  /** True where no worker planned it in time; ask again. */
  preview_pending: z.boolean(),
});
export type DryRunAnswer = z.infer<typeof dryRunAnswer>;

/** What an answer, or taking it back, came to. */
export const responded = z.strictObject({
  success: z.literal(true),
  approval_id: z.uuid(),
  task_id: z.uuid(),
  task_state: taskState,
});
export type Responded = z.infer<typeof responded>;

const overrideReason = z.string().trim().min(1).max(2000);
const incidentTicket = z.string().trim().min(1).max(200);

/** Going past what one requirement still lacks, or all of them. */
export const overrideInput = z.strictObject({
  reason: overrideReason,
  ticket_ref: incidentTicket,
  requirement_id: z.string().min(1).max(200).optional(),
});
export type OverrideInput = z.infer<typeof overrideInput>;

/** Applying what nobody has reviewed to the end. */
export const forceApplyInput = overrideInput.omit({ requirement_id: true });
export type ForceApplyInput = z.infer<typeof forceApplyInput>;

/** An override waits for one of these admins. `id` is the first one's approval: any of them answers by it. */
export const overrideAsked = z.strictObject({
  id: z.uuid(),
  task_id: z.uuid(),
  override: overrideEntry,
  approvals: z.array(z.strictObject({ id: z.uuid(), reviewer_id: z.string(), reviewer_name: z.string() })),
});
export type OverrideAsked = z.infer<typeof overrideAsked>;

/** One answer to many approvals. */
export const batchInput = z.strictObject({
  approval_ids: z.array(z.uuid()).min(1).max(100),
  action: z.enum(["approve", "reject"]),
  reason: z.string().max(2000).optional(),
  options: z
    .strictObject({
      /** Leaves out the check that the previews still hold; for admins. */
      skip_validation: z.boolean().default(false),
      apply_immediately: z.boolean().default(false),
      /** Takes each alone, where otherwise one refusal undoes all. */
      continue_on_error: z.boolean().default(false),
      /** Decides everything and keeps nothing. */
      dry_run: z.boolean().default(false),
      undo_seconds: z.int().min(0).max(30).default(0),
    })
    .prefault({}),
});
export type BatchInput = z.infer<typeof batchInput>;

const batchItem = z.strictObject({
  approval_id: z.uuid(),
  task_id: z.uuid().optional(),
  success: z.boolean(),
  /** The task's state after it. */
  task_state: taskState.optional(),
  /** What stopped it, for programs and for people. */
  error: z.strictObject({ code: z.string(), message: z.string(), next: z.string() }).optional(),
});
export type BatchItem = z.infer<typeof batchItem>;

export const batchAnswer = z.strictObject({
  success: z.boolean(),
  processed: z.int(),
  succeeded: z.int(),
  failed: z.int(),
  dry_run: z.boolean(),
  /** In the order of `approval_ids`. */
  results: z.array(batchItem),
  task_updates: z.array(
    z.strictObject({ task_id: z.uuid(), previous_state: taskState, new_state: taskState }),
  ),
  /** What to look at before: changes of different risk in one answer, and those that ask for a look of their own. */
  warnings: z.array(
    z.strictObject({
      code: z.enum(["mixed_risk", "high_risk", "critical_risk"]),
      message: z.string(),
      task_ids: z.array(z.uuid()),
    }),
  ),
});
export type BatchAnswer = z.infer<typeof batchAnswer>;
