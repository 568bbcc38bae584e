import { z } from "zod";
import { givenConfig, preview, taskConfig } from "../executors/schema.ts";
import { pageQuery, pagination } from "../kernel/page.ts";
import { resourceType } from "../resources/schema.ts";
import { riskAssessment, riskLevel } from "../risk/schema.ts";

export const TASK_STATES = [
  "DRAFT",
  "SUBMITTED",
  "REVIEWING",
  "APPROVED",
  "APPLYING",
  "COMPLETED",
  "REJECTED",
  "CANCELLED",
] as const;
export const taskState = z.enum(TASK_STATES);
export type TaskState = z.infer<typeof taskState>;

export const EXECUTION_RESULTS = ["success", "failure", "timeout", "cancelled", "unknown"] as const;
export const executionResult = z.enum(EXECUTION_RESULTS);
export type ExecutionResult = z.infer<typeof executionResult>;

const tags = z.array(z.string().min(1).max(100)).max(50);

export const taskMetadataInput = z.strictObject({
  author_id: z.uuid().optional(),
  author_name: z.string().min(1).max(200).optional(),
  team: z.string().max(200).optional(),
  ticket_ref: z.string().max(200).optional(),
  tags: tags.default([]),
});
export type TaskMetadataInput = z.infer<typeof taskMetadataInput>;

export const createTaskInput = z.strictObject({
  config: givenConfig,
  metadata: taskMetadataInput.default({ tags: [] }),
  dry_run: z.boolean().default(false),
});
export type CreateTaskInput = z.infer<typeof createTaskInput>;

export const editTaskInput = z.strictObject({
  config: givenConfig.optional(),
  metadata: taskMetadataInput.optional(),
  expected_revision: z.int().min(1).optional(),
});
export type EditTaskInput = z.infer<typeof editTaskInput>;

export const submitOptions = z.strictObject({
  force: z.boolean().default(false),
  skip_preview: z.boolean().default(false),
  requested_reviewers: z.array(z.uuid()).max(20).optional(),
});
export type SubmitOptions = z.infer<typeof submitOptions>;

/** What a waiting task waits for, whose move it is and since when. */
export const waitingFor = z.strictObject({
  text: z.string(),
  whose_move: z.enum(["author", "reviewers", "system", "admin", "nobody"]),
  since: z.string(),
  /** When the system will try by itself, or what waits for people is cancelled, where that is known. */
  until: z.string().optional(),
});
export type WaitingFor = z.infer<typeof waitingFor>;

/** The freeze that an approved change waits for. */
export const heldBy = z.strictObject({
  kind: z.literal("freeze"),
  name: z.string(),
  until: z.string(),
  time_zone: z.string(),
});

export const execution = z.strictObject({
  started_at: z.string().optional(),
  completed_at: z.string().optional(),
  result: executionResult.optional(),
  output: z.string().optional(),
  error: z.string().optional(),
});

/** An admin's way around a reviewer who cannot be had, or around review, as it is shown for good. */
export const overrideEntry = z.strictObject({
  id: z.uuid(),
  revision: z.int(),
  kind: z.enum(["override", "force_apply"]),
  /** Null: every requirement that was still open. */
  requirement_id: z.string().nullable(),
  reason: z.string(),
  ticket_ref: z.string(),
  requested_by: z.string(),
  requested_by_name: z.string(),
  /** `lapsed`: the revision changed, or its review ended, before a second admin had answered. */
  status: z.enum(["open", "confirmed", "refused", "lapsed"]),
  decided_by: z.string().nullable(),
  decided_by_name: z.string().nullable(),
  created_at: z.string(),
  decided_at: z.string().nullable(),
});
export type OverrideEntry = z.infer<typeof overrideEntry>;

export const TASK_ACTIONS = [
  "edit",
  "delete",
  "submit",
  "respond",
  "change_arguments",
  "override",
  "force_apply",
  "cancel",
  "abort",
  "release",
  "roll_back",
  "archive",
  "resubmit",
  "comment",
] as const;
export type TaskAction = (typeof TASK_ACTIONS)[number];

/** The type of the tasks that bring back what another one did; only `POST /tasks/:id/rollback` makes them. */
export const ROLLBACK_TYPE = "task.rollback";
/** A task has one open rollback at a time. */
export const ROLLBACK_ON_ITS_WAY = "Its rollback is already on its way.";

/** A task as every list and page shows it. */
export const taskEntry = z.strictObject({
  id: z.uuid(),
  state: taskState,
  revision: z.int(),
  config: taskConfig,
  metadata: z.strictObject({
    author_id: z.string(),
    author_name: z.string(),
    author_kind: z.enum(["user", "agent"]),
    team: z.string().optional(),
    ticket_ref: z.string().optional(),
    tags: z.array(z.string()),
    created_at: z.string(),
    updated_at: z.string(),
    submitted_at: z.string().optional(),
    approved_at: z.string().optional(),
    completed_at: z.string().optional(),
  }),
  source: z.string(),
  content_hash: z.string().optional(),
  risk: riskAssessment.optional(),
  preview: preview.optional(),
  approvals: z.array(
    z.strictObject({
      id: z.uuid(),
      reviewer_id: z.string(),
      reviewer_name: z.string(),
      status: z.string(),
      action: z.string().optional(),
      reason: z.string().optional(),
      created_at: z.string(),
      responded_at: z.string().optional(),
    }),
  ),
  required_approvals: z.int(),
  current_approvals: z.int(),
  lock_info: z
    .strictObject({ acquired_at: z.string(), expires_at: z.string(), agent_id: z.string() })
    .optional(),
  execution: execution.optional(),
  attempts: z.int(),
  waiting_for: waitingFor.optional(),
  problem: z
    .strictObject({ code: z.string(), message: z.string(), details: z.unknown().optional() })
    .optional(),
  resubmitted_from: z.string().optional(),
  /** Of a rollback: the task whose effect it brings back. */
  rollback_of: z.string().optional(),
  archived: z.boolean(),
  /** Every override of any of its revisions, the oldest first. */
  overrides: z.array(overrideEntry),
  /** What the caller may do now, from the transition table and the matrix. */
  allowed_actions: z.array(z.enum(TASK_ACTIONS)),
});
export type TaskEntry = z.infer<typeof taskEntry>;

export const MAX_WAIT_SECONDS = 30;

/** Held open until the task is in one of these states, or the time is over. */
export const waitTaskQuery = z.strictObject({
  states: z.array(taskState).min(1).max(TASK_STATES.length),
  wait_seconds: z.int().min(0).max(MAX_WAIT_SECONDS).default(MAX_WAIT_SECONDS),
});
export type WaitTaskQuery = z.infer<typeof waitTaskQuery>;

export const attemptProgress = z.strictObject({ percent: z.number().optional(), message: z.string() });

/** `attempt_id`: the newest one where absent. `from`: the `next` of an earlier answer, in bytes of the stream. */
export const taskOutputQuery = z.strictObject({
  attempt_id: z.uuid().optional(),
  from: z.int().min(0).default(0),
});
export type TaskOutputQuery = z.infer<typeof taskOutputQuery>;

/** What an attempt printed from a position on, as far as it is kept. */
export const taskOutput = z.strictObject({
  attempt_id: z.uuid(),
  revision: z.int(),
  number: z.int(),
  /** Nothing follows. */
  ended: z.boolean(),
  text: z.string(),
  /** Where reading goes on. */
  next: z.int(),
  /** Bytes between `from` and `next` that are not kept; a line in the text says where. */
  left_out_bytes: z.int(),
  progress: attemptProgress.nullable(),
});
export type TaskOutput = z.infer<typeof taskOutput>;

/** Whether an ended task can be rolled back. Whether somebody has changed things since, its plan finds out. */
export const rollbackStanding = z.strictObject({
  /** Why it cannot be rolled back; null where it can. */
  refused: z.string().nullable(),
  /** Until when that is possible; null where it is not kept. */
  kept_until: z.string().nullable(),
  /** What has been proposed for it, newest first. */
  tasks: z.array(
    z.strictObject({
      id: z.uuid(),
      state: taskState,
      result: executionResult.nullable(),
      created_at: z.string(),
    }),
  ),
});
export type RollbackStanding = z.infer<typeof rollbackStanding>;

/** Locks that a task holds, and who holds what it needs. */
export const taskLocks = z.strictObject({
  held: z.array(z.strictObject({ key: z.string(), fencing_token: z.int(), expires_at: z.string() })),
  blocked_by: z.array(
    z.strictObject({
      key: z.string(),
      /** By name where a person or an agent holds it; null where the last holder was lost and nobody gets it for a moment. */
      holder: z.string().nullable(),
      /** Where another task holds it. */
      holder_task_id: z.string().nullable(),
      purpose: z.string().optional(),
      expires_at: z.string().nullable(),
      /** Its place in the queue, 1 is next; null where it does not stand in that queue (yet). */
      queue_position: z.int().nullable(),
      /** From recent hold times; null where nothing is known. */
      estimated_wait_seconds: z.int().nullable(),
    }),
  ),
});
export type TaskLocks = z.infer<typeof taskLocks>;

export const listTasksQuery = z.strictObject({
  ...pageQuery,
  sort_by: z.enum(["created_at", "updated_at", "risk_score", "state"]).default("created_at"),
  sort_order: z.enum(["asc", "desc"]).default("desc"),
  state: z.array(taskState).optional(),
  author_id: z.uuid().optional(),
  resource_type: resourceType.optional(),
  resource_id: z.string().max(300).optional(),
  risk_level: riskLevel.optional(),
  created_after: z.iso.datetime({ offset: true }).optional(),
  created_before: z.iso.datetime({ offset: true }).optional(),
  tags: tags.optional(),
  needs_my_approval: z.boolean().optional(),
  search: z.string().max(200).optional(),
  archived: z.boolean().optional(),
});
export type ListTasksQuery = z.infer<typeof listTasksQuery>;

export const taskList = z.strictObject({ tasks: z.array(taskEntry), pagination });

export const commentEntry = z.strictObject({
  id: z.uuid(),
  task_id: z.uuid(),
  author_id: z.string(),
  author_name: z.string(),
  body: z.string(),
  created_at: z.string(),
});
export type CommentEntry = z.infer<typeof commentEntry>;
export const commentInput = z.strictObject({ body: z.string().trim().min(1).max(10_000) });
