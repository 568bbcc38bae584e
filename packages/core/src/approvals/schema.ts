import { z } from "zod";
import { pageQuery, pagination } from "../kernel/page.ts";

export const APPROVAL_STATUSES = [
  "PENDING",
  "APPROVED",
  "REJECTED",
  "DELEGATED",
  "CHANGES_REQUESTED",
  "SUPERSEDED",
  "CLOSED",
] as const;
export const approvalStatus = z.enum(APPROVAL_STATUSES);
export type ApprovalStatus = z.infer<typeof approvalStatus>;

export const APPROVAL_ACTIONS = ["approve", "reject", "request_changes", "delegate"] as const;
export const approvalAction = z.enum(APPROVAL_ACTIONS);
export type ApprovalAction = z.infer<typeof approvalAction>;

export const approvalPriority = z.enum(["LOW", "NORMAL", "HIGH", "URGENT"]);

/** Why a person is asked: the policy, its rule in words, and the path by which it came to them. */
export const whyAsked = z.strictObject({
  requirement_id: z.string(),
  policy: z.string(),
  rule: z.string(),
  /** Names, the one whom the policy named first, the one asked last. */
  via: z.array(z.string()),
  /** Why a delegation of their own did not hold. */
  note: z.string().optional(),
});
export type WhyAsked = z.infer<typeof whyAsked>;

export const approvalEntry = z.strictObject({
  id: z.uuid(),
  task_id: z.uuid(),
  revision: z.int(),
  reviewer_id: z.string(),
  reviewer_name: z.string(),
  status: approvalStatus,
  priority: approvalPriority,
  requirement_ids: z.array(z.string()),
  why: z.array(whyAsked),
  /** `review`: an answer to the change. `override`: an admin's word on another admin's override. */
  kind: z.enum(["review", "override"]),
  /** Of an override approval: what it confirms. */
  override_id: z.uuid().optional(),
  /** Ids of those whom a policy named and this person answers for. */
  stands_for: z.array(z.string()),
  /** Who was asked instead. */
  delegated_to: z.string().optional(),
  /** `backlog`: no person, but the backlog policy that an admin switched on. */
  action: z.enum([...APPROVAL_ACTIONS, "backlog"]).optional(),
  reason: z.string().optional(),
  /** Of the content that was answered to. */
  content_hash: z.string().optional(),
  by_admin: z.boolean(),
  /** Until then the response may be withdrawn; it takes effect at that moment. */
  release_at: z.string().optional(),
  due_at: z.string().optional(),
  /** Put aside by its reviewer until then. */
  snoozed_until: z.string().optional(),
  created_at: z.string(),
  responded_at: z.string().optional(),
});
export type ApprovalEntry = z.infer<typeof approvalEntry>;

/** Calls of the same tool pass by a grant from now on; `resources` absent: those of this call, null: any. */
export const allowAlways = z.strictObject({
  resources: z.array(z.string().min(1).max(300)).min(1).max(100).nullable().optional(),
  expires_in_days: z.int().min(1).max(90).default(7),
});
export type AllowAlways = z.infer<typeof allowAlways>;

export const respondInput = z.strictObject({
  action: approvalAction,
  /** Needed for everything but to approve. */
  reason: z.string().max(2000).optional(),
  /** With `delegate`: who is asked instead, for this one approval. */
  delegate_to: z.uuid().optional(),
  /** What the reviewer looked at; refused if the revision's hash is another. */
  content_hash: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  options: z
    .strictObject({
      apply_immediately: z.boolean().default(false),
      undo_seconds: z.int().min(0).max(30).default(0),
      /** With `approve`: people whose approval is needed beside this one, all of them. */
      require_additional_approvals: z.array(z.uuid()).min(1).max(20).optional(),
      /** With `approve`, of an agent's tool call: once it is approved, an expiring grant for calls like it. */
      allow_always: allowAlways.optional(),
    })
    .default({ apply_immediately: false, undo_seconds: 0 }),
});
export type RespondInput = z.infer<typeof respondInput>;

const limit = z.int().min(1).max(100_000).nullable();

/** What happens where more reviews are open than people get done (approvals.md, "Time"). Null: no limit. */
export const backlogSettings = z.strictObject({
  open_per_reviewer: limit,
  open_overall: limit,
  /** Over a limit, what waits for longer goes up one priority for each such time. */
  old_after_hours: z.int().min(1).max(720),
  auto_approve: z.strictObject({
    /** Lets LOW risk pass without a person while over a limit. Off unless an admin wants it. */
    enabled: z.boolean(),
    per_author_and_hour: z.int().min(1).max(100),
  }),
});
export type BacklogSettings = z.infer<typeof backlogSettings>;

/** In force, with its version. A change may carry the version that it was made from: what was read can be sent back. */
export const backlogEntry = backlogSettings.extend({ version: z.int().min(0) });
export type BacklogEntry = z.infer<typeof backlogEntry>;
export const backlogChange = backlogSettings.extend({ version: z.int().min(0).optional() });
export type BacklogChange = z.infer<typeof backlogChange>;

/** Puts one's own open approval aside; null takes it back. */
export const snoozeInput = z.strictObject({ until: z.iso.datetime({ offset: true }).nullable() });
export const snoozed = z.strictObject({
  approval_id: z.uuid(),
  task_id: z.uuid(),
  snoozed_until: z.string().nullable(),
});

export const listApprovalsQuery = z.strictObject({
  ...pageQuery,
  status: z.array(approvalStatus).optional(),
  task_id: z.uuid().optional(),
});

export const approvalList = z.strictObject({ approvals: z.array(approvalEntry), pagination });

/** Something about a reviewer's answers that is worth a talk; no verdict. */
export const reviewerSignal = z.strictObject({
  kind: z.enum(["unread", "always_yes", "night", "long_sitting"]),
  text: z.string(),
});
export type ReviewerSignal = z.infer<typeof reviewerSignal>;
