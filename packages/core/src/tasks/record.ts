import type { z } from "zod";
import type { WhyAsked } from "../approvals/schema.ts";
import type { Preview, TaskConfig } from "../executors/schema.ts";
import type { Requirement } from "../policies/schema.ts";
import type { RiskAssessment, RiskLevel } from "../risk/schema.ts";
import type { ExecutionResult, heldBy, OverrideEntry, SubmitOptions, TaskState } from "./schema.ts";

/** An approval of the current revision as the task's record carries it; times are ISO text from JSON. */
export type ApprovalRecord = {
  id: string;
  reviewer_id: string;
  reviewer_name: string;
  status: string;
  action: string | null;
  reason: string | null;
  priority: string;
  requirement_ids: readonly string[];
  /** Whom a policy named and this person answers for. */
  stands_for: readonly string[];
  /** By `delegate`: who was asked instead. */
  delegated_to: string | null;
  by_admin: boolean;
  apply_immediately: boolean;
  /** What becomes a grant once the task is approved; without a kind, none. */
  allow_always: { tool: string; kind?: string; resources: string[] | null; expires_in_days: number } | null;
  release_at: string | null;
  due_at: string | null;
  /** When the next reminder or escalation is due; null at the end of its ladder. */
  next_step_at: string | null;
  escalation_step: number;
  created_at: string;
  responded_at: string | null;
};

/** A task's row with its current revision and that revision's approvals: the facts that commands decide on. */
export type TaskRecord = {
  /** PostgreSQL's time of reading: facts are compared with facts. */
  now: Date;
  id: string;
  version: number;
  state: TaskState;
  revision: number;
  type: string;
  description: string;
  priority: number;
  author_id: string;
  author_kind: "user" | "agent";
  author_name: string;
  author_owner_id: string | null;
  /** Who made the key that was written with, where that is not whoever wrote. */
  author_key_by: string | null;
  editor_id: string;
  editor_owner_id: string | null;
  editor_key_by: string | null;
  /** Who answers now for author and last editor, where these are agents: an agent can have been handed over since. */
  owners_now: string[];
  source: string;
  team: string | null;
  ticket_ref: string | null;
  tags: string[];
  resource_keys: string[];
  risk_score: number | null;
  risk_level: RiskLevel | null;
  content_hash: string | null;
  submit_options: SubmitOptions | null;
  required_approvals: number;
  current_approvals: number;
  drifts: number;
  apply_after: Date | null;
  apply_immediately: boolean;
  attempts: number;
  crashes: number;
  /** Text, because a bigint does not fit JSON; below 2^53 by construction (locks.md). */
  fencing_token: string | null;
  waiting_for: Blocker | null;
  abort_requested_at: Date | null;
  /** Where nobody has let it through by then, it is cancelled. */
  expires_at: Date | null;
  archived: boolean;
  resubmitted_from: string | null;
  rollback_of: string | null;
  problem: { code: string; message: string; details?: unknown } | null;
  result: ExecutionResult | null;
  output: string | null;
  error: string | null;
  state_since: Date;
  created_at: Date;
  updated_at: Date;
  submitted_at: Date | null;
  approved_at: Date | null;
  started_at: Date | null;
  completed_at: Date | null;
  config: TaskConfig;
  preview: Preview | null;
  plan_state: "pending" | "ready" | "skipped";
  risk: RiskAssessment | null;
  requirements: Requirement[] | null;
  approvals: ApprovalRecord[];
  overrides: OverrideRecord[];
};

/** What is no column of `task`, but comes with it. */
type Joined =
  | "now"
  | "owners_now"
  | "config"
  | "preview"
  | "plan_state"
  | "risk"
  | "requirements"
  | "approvals"
  | "overrides";

const OWN = {
  id: true,
  version: true,
  state: true,
  revision: true,
  type: true,
  description: true,
  priority: true,
  author_id: true,
  author_kind: true,
  author_name: true,
  author_owner_id: true,
  author_key_by: true,
  editor_id: true,
  editor_owner_id: true,
  editor_key_by: true,
  source: true,
  team: true,
  ticket_ref: true,
  tags: true,
  resource_keys: true,
  risk_score: true,
  risk_level: true,
  content_hash: true,
  submit_options: true,
  required_approvals: true,
  current_approvals: true,
  drifts: true,
  apply_after: true,
  apply_immediately: true,
  attempts: true,
  crashes: true,
  fencing_token: true,
  waiting_for: true,
  abort_requested_at: true,
  expires_at: true,
  archived: true,
  resubmitted_from: true,
  rollback_of: true,
  problem: true,
  result: true,
  output: true,
  error: true,
  state_since: true,
  created_at: true,
  updated_at: true,
  submitted_at: true,
  approved_at: true,
  started_at: true,
  completed_at: true,
} as const satisfies Record<Exclude<keyof TaskRecord, Joined>, true>;
/** Columns of `task` that its record has. */
export const TASK_COLUMNS = Object.keys(OWN);

/** A row of `override`; times are ISO text from JSON. An open one may have lapsed: `overrideStatus` says so. */
export type OverrideRecord = OverrideEntry & { task_id: string };

/** What keeps an approved task from being applied. */
export type Blocker = Obstacle & {
  /** So many times in a row it could not be found out how things stand. */
  looks?: number | undefined;
};

type Obstacle =
  /** Its request's place in the queue for one of its locks; no holder where that was lost a moment ago. */
  | {
      kind: "lock";
      request_id: string;
      key: string;
      queue_position: number;
      holder: string | null;
      purpose?: string | undefined;
    }
  /** `deadlocks`: so many times in a row it gave way to others. */
  | { kind: "retry"; attempt: number; reason: string; deadlocks?: number | undefined }
  | { kind: "quarantine"; reason: string }
  /** Until that moment, told in that time zone. */
  | z.infer<typeof heldBy>;

/** An approval with the reasons for which its person is asked. */
export type ApprovalToAsk = ApprovalRecord & { why: readonly WhyAsked[] };

/** A task as a change of who is asked is decided on. */
export type TaskToAsk = Omit<ReviewRecord, "approvals"> & { approvals: ApprovalToAsk[] };

/** A task as an answer to it is decided on: without what only people read. */
export type ReviewRecord = Omit<TaskRecord, "config" | "preview" | "plan_state" | "risk" | "overrides">;
