import { z } from "zod";
import { resourceType } from "../resources/schema.ts";

const globs = z.array(z.string().min(1).max(300)).min(1).max(100);
const instant = z.iso.datetime({ offset: true });
const note = z.string().trim().min(1).max(500);

/** When a delegation holds: all that is stated must; none stated: always. Lists hold where one of theirs fits. */
export const delegationConditions = z.strictObject({
  /** Globs over the task's type. */
  task_types: globs.optional(),
  /** Globs over `type:namespace/id`; one resource of the task fits one of them. */
  resource_patterns: globs.optional(),
  /** The score is above it, not at it. */
  risk_above: z.int().min(0).max(100).optional(),
  /** Globs over the namespaces of the task's resources. */
  namespaces: globs.optional(),
  /** Globs over the task's tags. */
  tags: globs.optional(),
});
export type DelegationConditions = z.infer<typeof delegationConditions>;

/** Who answers for whom, and when (approvals.md, "Delegation"). */
export const delegationInput = z.strictObject({
  /** Oneself where absent; somebody else's only by an admin. */
  owner_id: z.uuid().optional(),
  conditions: delegationConditions.default({}),
  delegate_to: z.uuid(),
  /** Whether the delegate's own delegations carry it on. */
  cascade: z.boolean().default(true),
  /** From then on; at once where absent. */
  starts_at: instant.optional(),
  /** Until then, to the microsecond; for ever where absent. */
  expires_at: instant.optional(),
  /** For people: "on holiday". */
  note: note.optional(),
  active: z.boolean().default(true),
});
export type DelegationInput = z.infer<typeof delegationInput>;

/** PATCH of a delegation: what is absent stays, null takes away; conditions are replaced whole. */
export const delegationPatch = z.strictObject({
  conditions: delegationConditions.optional(),
  delegate_to: z.uuid().optional(),
  cascade: z.boolean().optional(),
  starts_at: instant.nullable().optional(),
  expires_at: instant.nullable().optional(),
  note: note.nullable().optional(),
  active: z.boolean().optional(),
  /** Refused with CONFLICT where the delegation has another version by now. */
  expected_version: z.int().min(1).optional(),
});
export type DelegationPatch = z.infer<typeof delegationPatch>;

/** Where a delegation stands now. */
export const delegationState = z.enum(["in_force", "scheduled", "ended", "off"]);
export type DelegationState = z.infer<typeof delegationState>;

export const delegationEntry = z.strictObject({
  id: z.uuid(),
  version: z.int(),
  owner_id: z.uuid(),
  owner_name: z.string(),
  conditions: delegationConditions,
  delegate_to: z.uuid(),
  delegate_name: z.string(),
  cascade: z.boolean(),
  starts_at: z.string().optional(),
  expires_at: z.string().optional(),
  note: z.string().optional(),
  active: z.boolean(),
  state: delegationState,
  created_at: z.string(),
  updated_at: z.string(),
});
export type DelegationEntry = z.infer<typeof delegationEntry>;

/** What a command answers: the delegation, and what its owner should know about it. */
export const delegationStored = delegationEntry.extend({ warnings: z.array(z.string()) });
export type DelegationStored = z.infer<typeof delegationStored>;

export const listDelegationsQuery = z.strictObject({
  /** One's own, those that come to one, both, or (admins) everybody's. */
  scope: z.enum(["mine", "to_me", "both", "all"]).default("both"),
});
export type ListDelegationsQuery = z.infer<typeof listDelegationsQuery>;
export const delegationList = z.strictObject({ policies: z.array(delegationEntry) });

/** A change to try delegations on. */
export const traceInput = z.strictObject({
  /** Whose request it is; oneself where absent, somebody else only for admins. */
  owner_id: z.uuid().optional(),
  type: z.string().min(1).max(100),
  resource: z.strictObject({
    type: resourceType,
    id: z.string().min(1).max(200),
    namespace: z.string().min(1).max(100).optional(),
  }),
  risk: z.int().min(0).max(100),
  tags: z.array(z.string().min(1).max(100)).max(50).default([]),
  /** Who made the change; they are never asked about it. */
  author_id: z.uuid().optional(),
  /** At which moment; now where absent. */
  at: instant.optional(),
});
export type TraceInput = z.infer<typeof traceInput>;

/** What became of one delegation on the way. */
export const LOOKED_AT = ["taken", "dead_end", "not_needed", "does_not_apply"] as const;
export const traceLook = z.strictObject({
  delegation_id: z.string(),
  from_id: z.string(),
  from: z.string(),
  to_id: z.string(),
  to: z.string(),
  verdict: z.enum(LOOKED_AT),
  /** In words: why it applies, why it does not, or why it leads nowhere. */
  why: z.string(),
});
export type TraceLook = z.infer<typeof traceLook>;

/** Where a request goes, and why it stops there. */
export const delegationTrace = z.strictObject({
  owner: z.strictObject({ id: z.string(), name: z.string() }),
  /** Who is asked. */
  end: z.strictObject({ id: z.string(), name: z.string() }),
  /** The owner first, the end last. */
  path: z.array(z.strictObject({ id: z.string(), name: z.string() })),
  /** Why it stops at the end. */
  stops: z.string(),
  /** Every delegation that was looked at, in that order. */
  looks: z.array(traceLook),
  warnings: z.array(z.string()),
});
export type DelegationTrace = z.infer<typeof delegationTrace>;
