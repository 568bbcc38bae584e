import { z } from "zod";
import { approvalEntry } from "../approvals/schema.ts";
import { change, taskConfig } from "../executors/schema.ts";
import { auditEntry } from "../ledger/schema.ts";
import { riskLevel } from "../risk/schema.ts";
import {
  attemptProgress,
  commentEntry,
  heldBy,
  overrideEntry,
  rollbackStanding,
  taskEntry,
  taskLocks,
  taskState,
} from "../tasks/schema.ts";

export const INBOX_SECTIONS = ["needs_you", "needs_others", "returned", "snoozed", "decided"] as const;
export const inboxSection = z.enum(INBOX_SECTIONS);
export type InboxSection = z.infer<typeof inboxSection>;

/** What narrows a section down; all that is stated must hold. */
export const inboxFilter = z.strictObject({
  /** Words of title, target, type or author. */
  search: z.string().max(200).optional(),
  risk: z.array(riskLevel).max(4).optional(),
  type: z.array(z.string().max(200)).max(50).optional(),
  /** Ids of people and agents. */
  author: z.array(z.uuid()).max(50).optional(),
  /** A part of a resource's name. */
  target: z.string().max(300).optional(),
  /** The reader's own answer is due by then, or was. */
  due_within_hours: z.int().min(1).max(720).optional(),
});
export type InboxFilter = z.infer<typeof inboxFilter>;

export const inboxQuery = z.strictObject({
  ...inboxFilter.shape,
  section: inboxSection.default("needs_you"),
  limit: z.int().min(1).max(200).default(100),
  cursor: z.string().max(500).optional(),
});
export type InboxQuery = z.infer<typeof inboxQuery>;

/** One line of the queue: the few facts that decide. */
export const inboxRow = z.strictObject({
  task_id: z.uuid(),
  /** The caller's own approval on the current revision, where there is one. */
  approval_id: z.uuid().nullable(),
  my_status: z.string().nullable(),
  state: taskState,
  revision: z.int(),
  /** First line of the description. */
  title: z.string(),
  type: z.string(),
  author_name: z.string(),
  author_kind: z.enum(["user", "agent"]),
  /** First resource it touches, and how many more there are. */
  target: z.string(),
  more_targets: z.int(),
  risk_score: z.int().nullable(),
  risk_level: riskLevel.nullable(),
  current_approvals: z.int(),
  required_approvals: z.int(),
  content_hash: z.string().nullable(),
  submitted_at: z.string().nullable(),
  due_at: z.string().nullable(),
  release_at: z.string().nullable(),
  /** Put aside by the caller until then. */
  snoozed_until: z.string().nullable(),
  /** Of the caller's own approval: 0 asked, 1 reminded, then a rung of the ladder each. */
  escalation_step: z.int().nullable(),
  /** There is a newer revision than the one the caller looked at last; false where they never looked. */
  changed_since_look: z.boolean(),
  /** Another admin wants the caller's yes to an override. */
  override_asked: z.boolean(),
  updated_at: z.string(),
});
export type InboxRow = z.infer<typeof inboxRow>;

export const inbox = z.strictObject({
  rows: z.array(inboxRow),
  counts: z.strictObject({
    needs_you: z.int(),
    needs_others: z.int(),
    returned: z.int(),
    snoozed: z.int(),
    decided: z.int(),
  }),
  /** Rows of this section that fit the filter; without one the section's count. */
  total: z.int(),
  next_cursor: z.string().optional(),
  server_time: z.string(),
});
export type Inbox = z.infer<typeof inbox>;

/** What a section holds, counted by what it can be narrowed down to; the most frequent first. */
export const inboxFacets = z.strictObject({
  risk: z.array(z.strictObject({ level: riskLevel, count: z.int() })),
  types: z.array(z.strictObject({ type: z.string(), count: z.int() })),
  authors: z.array(
    z.strictObject({ id: z.string(), name: z.string(), kind: z.enum(["user", "agent"]), count: z.int() }),
  ),
});
export type InboxFacets = z.infer<typeof inboxFacets>;
export const inboxFacetsQuery = z.strictObject({ section: inboxSection.default("needs_you") });

export const looker = z.strictObject({ id: z.string(), name: z.string() });
export type Looker = z.infer<typeof looker>;

/** That the caller has a revision before their eyes now, or, `leaving`, no more. */
export const lookInput = z.strictObject({ revision: z.int().min(1), leaving: z.boolean().default(false) });
export const looked = z.strictObject({ others_looking: z.array(looker) });

/** Everything of the side panel and the task page, in one answer. */
export const taskView = z.strictObject({
  task: taskEntry,
  approvals: z.array(approvalEntry),
  /** The caller's own approval on the current revision. */
  mine: approvalEntry.nullable(),
  /** A tool call that the caller may allow from now on, with an approval. */
  may_allow_always: z.boolean(),
  /** Of a tool call: why not, in words. */
  why_not_always: z.string().nullable(),
  /** What asks the caller, as an admin, to confirm another admin's override. */
  my_override: approvalEntry.nullable(),
  /** Overrides of all its revisions, for good. */
  overrides: z.array(overrideEntry),
  /** What is still missing, in words. */
  missing: z.array(z.string()),
  requirements: z.array(
    z.strictObject({
      id: z.string(),
      policy: z.string(),
      demand: z.string(),
      why: z.string(),
      met: z.boolean(),
      waived: z.boolean(),
      /** Two admins went past what it still lacked. */
      overridden: z.boolean(),
      /** What it still lacks, in words; null once it is met or the review is over. */
      missing: z.string().nullable(),
    }),
  ),
  /** In review: the freeze that would hold it back, were it approved now. */
  held_by: heldBy.nullable(),
  /** What the caller saw when they looked last, where the task has been edited since. */
  since_your_look: z
    .strictObject({
      revision: z.int(),
      looked_at: z.string(),
      config: taskConfig,
      /** Null where it was never planned. */
      changes: z.array(change).nullable(),
    })
    .nullable(),
  /** Where it went back to review because what would happen is no longer what was approved. */
  drift: z
    .strictObject({
      /** The revision that was approved. */
      revision: z.int(),
      approved_at: z.string().nullable(),
      /** What that one would have changed; null where it was approved without a preview. */
      changes: z.array(change).nullable(),
      reason: z.string(),
    })
    .nullable(),
  /** Of what was applied: whether it can be brought back. */
  rollback: rollbackStanding.nullable(),
  timeline: z.array(auditEntry),
  comments: z.array(commentEntry),
  locks: taskLocks.extend({
    /** False while Redis is away: then nobody knows. */
    known: z.boolean(),
  }),
  attempts: z.array(
    z.strictObject({
      id: z.string(),
      revision: z.int(),
      number: z.int(),
      worker_id: z.string(),
      fencing_token: z.int(),
      started_at: z.string(),
      ended_at: z.string().nullable(),
      outcome: z.string().nullable(),
      error: z.string().nullable(),
      progress: attemptProgress.nullable(),
      /** Whether a failed one was brought back; null where that was not tried. */
      rolled_back: z.boolean().nullable(),
    }),
  ),
  server_time: z.string(),
});
export type TaskView = z.infer<typeof taskView>;
