import { connectionTest } from "@ade/core/agents/connection/schema";
import { agentStatus } from "@ade/core/agents/schema";
import { APPROVAL_ACTIONS, approvalPriority } from "@ade/core/approvals/schema";
import { deadlockEntry, lockKind } from "@ade/core/locks/schema";
import { attemptProgress, executionResult, taskState } from "@ade/core/tasks/schema";
import { z } from "zod";

const ofTask = { task_id: z.uuid() };
const ofApproval = { approval_id: z.uuid(), ...ofTask };
const ofLock = {
  /** Of `lock:queued` the request's. */
  lock_id: z.uuid(),
  resource_type: lockKind,
  resource_id: z.string(),
  agent_id: z.string(),
};
const time = z.string();

/**
 * What events carry, by name (api.md, "Events"): what programs rely on. The slices' projections make them; the tests of
 * the stream hold every event they see to this table.
 */
export const eventPayloads = {
  "task:created": z.strictObject({ ...ofTask, task_type: z.string() }),
  "task:state_changed": z.strictObject({
    ...ofTask,
    previous_state: taskState.nullable(),
    /** Null where the draft was deleted. */
    new_state: taskState.nullable(),
    triggered_by: z.string(),
    reason: z.string().optional(),
  }),
  "task:changed": z.strictObject({ ...ofTask, change: z.string() }),
  "task:completed": z.strictObject({
    ...ofTask,
    result: executionResult,
    duration_seconds: z.number().optional(),
    output: z.string().nullish(),
    error: z.string().nullish(),
  }),
  "task:progress": z.strictObject({
    ...ofTask,
    attempt_id: z.uuid(),
    ...attemptProgress.partial().shape,
    /** What was printed, from `position` on; where there is too much for an event, `next` alone says so. */
    output: z.string().optional(),
    position: z.int().optional(),
    next: z.int().optional(),
  }),
  "task:presence": z.strictObject({
    ...ofTask,
    user_id: z.string(),
    name: z.string(),
    is_looking: z.boolean(),
  }),
  "approval:requested": z.strictObject({
    ...ofApproval,
    task_type: z.string(),
    reviewer_id: z.string(),
    requested_by: z.string(),
    priority: approvalPriority,
    due_at: time.optional(),
    risk_score: z.number().nullish(),
  }),
  "approval:responded": z.strictObject({
    ...ofApproval,
    reviewer_id: z.string(),
    action: z.enum([...APPROVAL_ACTIONS, "withdraw", "backlog"]).or(z.string()),
    reason: z.string().optional(),
    previous_action: z.string().optional(),
    delegated_to: z.string().optional(),
  }),
  "approval:escalated": z.strictObject({
    ...ofApproval,
    reviewer_id: z.string(),
    escalated_to: z.array(z.string()),
    rung: z.int().optional(),
    due_at: time.optional(),
    reason: z.string().nullable(),
  }),
  "approval:snoozed": z.strictObject({ ...ofApproval, snoozed_until: time.nullish() }),
  "delegation:changed": z.strictObject({ delegation_id: z.string(), change: z.string() }),
  "delegation:fell_back": z.strictObject({
    task_id: z.uuid().nullable(),
    owner_id: z.string(),
    reason: z.string().nullable(),
  }),
  "preferences:changed": z.strictObject({ user_id: z.string() }),
  "agent:health": z.looseObject({ agent_id: z.uuid(), status: agentStatus, previous_status: agentStatus }),
  "agent:beats": z.strictObject({
    beats: z.array(z.strictObject({ agent_id: z.string(), active_tasks: z.int(), last_heartbeat_at: time })),
  }),
  "agent:connection_test": connectionTest,
  "agent:changed": z.strictObject({ agent_id: z.string(), change: z.string(), version: z.int().optional() }),
  "lock:acquired": z.strictObject({ ...ofLock, acquired_at: time, expires_at: time }),
  "lock:released": z.strictObject({ ...ofLock, released_at: time, reason: z.string().optional() }),
  "lock:expired": z.strictObject({ ...ofLock, expired_at: time }),
  "lock:queued": z.strictObject({ ...ofLock, request_id: z.uuid(), queue_position: z.int() }),
  "lock:queue_full": z.strictObject({
    resource_type: lockKind,
    resource_id: z.string(),
    queue_length: z.int(),
  }),
  "lock:deadlock_detected": deadlockEntry,
} as const;

export type EventPayloads = { [Name in keyof typeof eventPayloads]: z.infer<(typeof eventPayloads)[Name]> };
