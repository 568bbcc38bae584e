import { z } from "zod";

const globs = z.array(z.string().min(1).max(300)).min(1).max(100);

export const timeWindow = z.strictObject({
  /** 0 is Sunday. */
  days: z.array(z.int().min(0).max(6)).min(1).max(7),
  from: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/),
  to: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/),
  time_zone: z.string().min(1).max(100),
});

const localMoment = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/, "must look like 2026-12-19T00:00")
  .refine((text) => new Date(`${text}Z`).toJSON()?.startsWith(text), { error: "is no date" });

/**
 * When approved changes wait: in weekly windows, on dates, outside of the windows in which they are applied, or any of
 * these, by the wall clocks of their time zones.
 */
export const freeze = z
  .strictObject({
    /** What people call it: "Year end". */
    name: z.string().min(1).max(100),
    windows: z.array(timeWindow).min(1).max(50).optional(),
    dates: z
      .array(
        z
          .strictObject({ from: localMoment, to: localMoment, time_zone: z.string().min(1).max(100) })
          .refine(({ from, to }) => from < to, { error: "must end after it begins", path: ["to"] }),
      )
      .min(1)
      .max(50)
      .optional(),
    /** Only within these weekly windows it is applied. */
    outside: z.array(timeWindow).min(1).max(50).optional(),
  })
  .refine(({ windows, dates, outside }) => (windows ?? dates ?? outside) !== undefined, {
    error: "state weekly windows, dates, or windows outside of which it holds",
  });
export type Freeze = z.infer<typeof freeze>;

const roleNames = z.array(z.string().min(1).max(100));

/** When a policy needs nobody's approval; all that is stated must hold. */
export const autoApproveIf = z
  .strictObject({
    /** The score is below it. */
    risk_below: z.int().min(0).max(100).optional(),
    /** The author has one of these roles or groups. */
    author_has_role: roleNames.min(1).max(20).optional(),
    /** Every resource fits one of these. */
    resources_in_scope: globs.optional(),
  })
  .refine((conditions) => Object.values(conditions).some((condition) => condition !== undefined), {
    error:
      "state at least one condition; a policy that waives always is written as a condition that always holds",
  });
export type AutoApproveIf = z.infer<typeof autoApproveIf>;

const minApprovers = z.int().min(0).max(50);
const rejectThreshold = z.int().min(1).max(50);

/** The conditions and demands of a policy that may be left out. */
const optionalRules = {
  task_types: globs,
  resource_patterns: globs,
  risk_threshold: z.int().min(0).max(100),
  time_windows: z.array(timeWindow).min(1).max(50),
  required_roles: roleNames.max(20),
  reviewers: z.array(z.uuid()).min(1).max(100),
  groups: roleNames.min(1).max(50),
  auto_approve_if: autoApproveIf,
  due_in_hours: z.int().min(1).max(720),
  escalate_to: z.string().min(1).max(100),
  /** Of an agent's tool call below HIGH risk: the agent's owner may answer it. */
  owner_may_answer: z.boolean(),
  /** Of a tool call: who changed its arguments may approve it all the same. */
  editor_may_approve: z.boolean(),
  freeze,
};
const optional = z.strictObject(optionalRules).partial().shape;

/** A reviewer policy as an admin writes it (approvals.md, "Policies"). */
export const policyInput = z.strictObject({
  name: z.string().min(1).max(200),
  ...optional,
  min_approvers: minApprovers.default(1),
  reject_threshold: rejectThreshold.default(1),
  active: z.boolean().default(true),
});
export type PolicyInput = z.infer<typeof policyInput>;

/** What is stored as a policy's definition. */
export const policyDefinition = policyInput.omit({ name: true, active: true });
export type PolicyDefinition = z.infer<typeof policyDefinition>;

const nullable = <T extends z.ZodType>(schema: T) => schema.nullable().optional();

/** PATCH of a policy: what is absent stays, null takes a rule away. Without defaults, which would reset the rest. */
export const policyPatch = z.strictObject({
  name: z.string().min(1).max(200).optional(),
  task_types: nullable(optionalRules.task_types),
  resource_patterns: nullable(optionalRules.resource_patterns),
  risk_threshold: nullable(optionalRules.risk_threshold),
  time_windows: nullable(optionalRules.time_windows),
  required_roles: nullable(optionalRules.required_roles),
  reviewers: nullable(optionalRules.reviewers),
  groups: nullable(optionalRules.groups),
  auto_approve_if: nullable(optionalRules.auto_approve_if),
  due_in_hours: nullable(optionalRules.due_in_hours),
  escalate_to: nullable(optionalRules.escalate_to),
  owner_may_answer: nullable(optionalRules.owner_may_answer),
  editor_may_approve: nullable(optionalRules.editor_may_approve),
  freeze: nullable(optionalRules.freeze),
  min_approvers: minApprovers.optional(),
  reject_threshold: rejectThreshold.optional(),
  active: z.boolean().optional(),
  /** Refused with CONFLICT where the policy has another version by now. */
  expected_version: z.int().min(1).optional(),
});
export type PolicyPatch = z.infer<typeof policyPatch>;

export const policyEntry = policyInput.extend({
  id: z.uuid(),
  version: z.int(),
  created_at: z.string(),
  updated_at: z.string(),
});
export type PolicyEntry = z.infer<typeof policyEntry>;
export const policyList = z.strictObject({ policies: z.array(policyEntry) });

/** A policy as it once was. */
export const policyVersion = policyInput.extend({
  version: z.int(),
  created_by: z.string().nullable(),
  created_at: z.string(),
});
export type PolicyVersion = z.infer<typeof policyVersion>;
export const policyVersionList = z.strictObject({ versions: z.array(policyVersion) });

/** Somebody whom a policy names, and who answers in their place. */
export const standIn = z.strictObject({
  owner_id: z.string(),
  to_id: z.string(),
  /** The names along the chain, the owner first; one name where somebody is named beside those they stand in for. */
  via: z.array(z.string()),
});
export type StandIn = z.infer<typeof standIn>;

/** What one matching policy demands of one task, with the people resolved at that moment. */
export const requirement = z.strictObject({
  /** Unique within the revision: the policy's id, `default`, or `requested`. */
  id: z.string(),
  policy_id: z.string().nullable(),
  policy_name: z.string(),
  policy_version: z.int(),
  min_approvers: z.int(),
  /** User ids that are asked and may meet `min_approvers`. */
  candidates: z.array(z.string()),
  /** No reviewers and groups named: every reviewer counts, and an admin's answer too. */
  open: z.boolean(),
  /** The candidates in words: "sec or sre", "reviewers". */
  who: z.string(),
  required_roles: z.array(z.strictObject({ name: z.string(), members: z.array(z.string()) })),
  reject_threshold: z.int(),
  auto_approved: z.boolean(),
  /** The id of the override by which two admins went past what it still lacked. */
  overridden_by: z.string().optional(),
  /** Why this policy matched, and why it waives where it does, for people. */
  why: z.string(),
  due_in_hours: z.int().nullable(),
  /** The group that is asked where nobody answers in time; absent where the policy names none. */
  escalate_to: z.string().optional(),
  /** For whom the candidates and members answer who stand in for others; absent where nobody does. */
  stand_ins: z.array(standIn).optional(),
  /** Makers of the change whom every matching policy lets answer; absent where it lets none. */
  let_makers: z.array(z.string()).optional(),
  /** The grant that decided, where one did. */
  grant_id: z.string().optional(),
  /** When what was approved is not applied. */
  freeze: freeze.optional(),
});
export type Requirement = z.infer<typeof requirement>;

/** A draft of a policy to be compared with what is in force; `policy` null: without the one that `id` names. */
export const whatIfInput = z.strictObject({ id: z.uuid().optional(), policy: policyInput.nullable() });
export type WhatIfInput = z.infer<typeof whatIfInput>;

/** What the policies come to for one task. */
export const standing = z.strictObject({
  /** How many people are asked. */
  asked: z.int(),
  /** How many of them have to approve at least. */
  required: z.int(),
  waived: z.boolean(),
  /** Why it could never be approved. */
  problem: z.string().nullable(),
  /** Name of the freeze that holds it back once approved. */
  held_by: z.string().nullable(),
});
export type Standing = z.infer<typeof standing>;

const count = z.int().min(0);

/** What a change of one policy would have changed for the last tasks; people are counted once a task. */
export const effect = z.strictObject({
  /** How many tasks were looked at. */
  tasks: count,
  fits_before: count,
  fits_after: count,
  asked_more: count,
  asked_fewer: count,
  approvals_more: count,
  approvals_fewer: count,
  waived_more: count,
  waived_fewer: count,
  impossible_more: count,
  impossible_fewer: count,
  held_more: count,
  held_fewer: count,
  /** Those for which something changes, newest first. */
  changed: z.array(
    z.strictObject({
      id: z.uuid(),
      title: z.string(),
      type: z.string(),
      risk_score: z.int(),
      submitted_at: z.string(),
      /** Names of those who would be asked in addition, and no longer. */
      added: z.array(z.string()),
      removed: z.array(z.string()),
      before: standing,
      after: standing,
    }),
  ),
});
export type Effect = z.infer<typeof effect>;

export const policyNote = z.strictObject({
  field: z.string(),
  tone: z.enum(["bad", "warn", "info"]),
  text: z.string(),
});
export type PolicyNote = z.infer<typeof policyNote>;

export const whatIf = z.strictObject({
  /** What keeps the draft from being stored. */
  issues: z.array(z.strictObject({ field: z.string(), issue: z.string() })),
  /** What it does that may not be meant. */
  notes: z.array(policyNote),
  /** null where the draft cannot be held against tasks at all. */
  effect: effect.nullable(),
});
export type WhatIf = z.infer<typeof whatIf>;
