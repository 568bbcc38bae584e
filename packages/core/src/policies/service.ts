import type { Pool } from "pg";
import type { PrismaClient } from "../generated/client.ts";
import type { Actor } from "../kernel/actor.ts";
import type { Clock } from "../kernel/clock.ts";
import { errors } from "../kernel/errors.ts";
import type { Ids } from "../kernel/ids.ts";
import type { Fact } from "../ledger/schema.ts";
import type { Ledger, Tx } from "../ledger/service.ts";
import { createActivePolicies } from "./active.ts";
import { policyErrors } from "./errors.ts";
import { type NoteFacts, policyNotes } from "./notes.ts";
import { unsatisfiable } from "./quorum.ts";
import {
  type PolicyDefinition,
  type PolicyEntry,
  type PolicyInput,
  type PolicyPatch,
  type PolicyVersion,
  policyDefinition,
  type Requirement,
  type WhatIf,
  type WhatIfInput,
} from "./schema.ts";
import {
  deletePolicy,
  findPolicy,
  insertPolicy,
  listPolicies,
  listVersions,
  type PolicyContent,
  updatePolicy,
} from "./store.ts";
import { type Directory, policyIssues } from "./validate.ts";
import { effectOf } from "./what-if.ts";

// The slice's pure rules, for slices above: a door is one file.
export { type Frozen, frozenUntil } from "./freeze.ts";
export { type MatchFacts, matchPolicies, type PolicyMatch } from "./match.ts";
export { type NoteFacts, policyNotes } from "./notes.ts";
export {
  type Candidate,
  candidatesOf,
  isMet,
  isRejected,
  type Problem,
  peopleOf,
  type Unmet,
  unmet,
  unsatisfiable,
} from "./quorum.ts";
export { type RequiredApprovals, requiredApprovals } from "./required-approvals.ts";
export {
  buildRequirements,
  isAutoApproved,
  isLetAnswer,
  type Leniency,
  type LenientRule,
  type Person,
  type RequirementFacts,
  reviewerIssues,
} from "./requirements.ts";
export { type StandIns, withAnswersFor } from "./stand-ins.ts";
export { wallText } from "./wall-clock.ts";
export { effectOf, type PastTask } from "./what-if.ts";

export type PolicyDeps = {
  pool: Pool;
  prisma: PrismaClient;
  clock: Clock;
  ids: Ids;
  ledger: Ledger;
  /** Who and what a policy may name (identity). */
  directory: () => Promise<Directory>;
};

export type PolicyService = {
  /** VALIDATION_ERROR where it names somebody unknown or demands the impossible. */
  create(actor: Actor, input: PolicyInput): Promise<PolicyEntry>;
  /**
   * The same in the caller's transaction, for one that ships and so names nobody; its fact is the caller's to record.
   */
  createWithin(tx: Tx, actor: Actor, input: PolicyInput): Promise<{ policy: PolicyEntry; fact: Fact }>;
  list(): Promise<PolicyEntry[]>;
  /** NOT_FOUND. */
  get(id: string): Promise<PolicyEntry>;
  /** Makes the next version; tasks in review keep the one that was applied to them. NOT_FOUND, VALIDATION_ERROR, CONFLICT. */
  update(actor: Actor, id: string, patch: PolicyPatch): Promise<PolicyEntry>;
  /** NOT_FOUND. */
  remove(actor: Actor, id: string): Promise<void>;
  /** Newest first. NOT_FOUND. */
  versions(id: string): Promise<PolicyVersion[]>;
  /** Holds a draft against tasks of the past and people of now; stores nothing. NOT_FOUND. */
  whatIf(input: WhatIfInput, facts: NoteFacts): Promise<WhatIf>;
  /** What tasks are matched against, read afresh: the table is small, and a stale rule is a wrong one. */
  active(): Promise<PolicyEntry[]>;
};

/** Reviewer policies: which tasks need whose approval, and which need none. */
export function createPolicyService(deps: PolicyDeps): PolicyService {
  const { prisma, clock, ids, ledger } = deps;

  async function assertSound(definition: PolicyDefinition): Promise<void> {
    const details = policyIssues(definition, await deps.directory());
    if (details.length > 0) throw errors.VALIDATION_ERROR({ details });
  }

  async function createWithin(tx: Tx, actor: Actor, input: PolicyInput) {
    const policy = await insertPolicy(tx, ids.uuid(), contentOf(input), personOf(actor));
    return { policy, fact: fact("policy.created", policy) };
  }

  return {
    createWithin,

    async create(actor, input) {
      await assertSound(contentOf(input).definition);
      return ledger.write(actor, async (tx) => {
        const { policy, fact } = await createWithin(tx, actor, input);
        return { result: policy, facts: [fact] };
      });
    },

    list: () => listPolicies(prisma),

    async get(id) {
      return found(await findPolicy(prisma, id));
    },

    async update(actor, id, patch) {
      const current = found(await findPolicy(prisma, id));
      if (patch.expected_version !== undefined && patch.expected_version !== current.version) {
        throw errors.CONFLICT({ message: `This policy has version ${current.version} by now.` });
      }
      const content = patched(current, patch);
      await assertSound(content.definition);
      return ledger.write(actor, async (tx) => {
        const entry = await updatePolicy(tx, current, content, personOf(actor), clock.now());
        if (!entry) throw errors.CONFLICT();
        return { result: entry, facts: [fact("policy.updated", entry)] };
      });
    },

    async remove(actor, id) {
      await ledger.write(actor, async (tx) => {
        const entry = found(await findPolicy(tx, id));
        if (!(await deletePolicy(tx, id))) throw missing();
        return { result: undefined, facts: [fact("policy.deleted", entry)] };
      });
    },

    async versions(id) {
      const versions = await listVersions(prisma, id);
      if (versions.length === 0) throw missing();
      return versions;
    },

    async whatIf({ id, policy }, facts) {
      const all = await listPolicies(prisma);
      const before = all.find((one) => one.id === id) ?? null;
      if (id !== undefined && !before) throw missing();
      const others = all.filter((one) => one !== before);
      const after = policy && draftEntry(policy, before, clock.now());
      const issues = policy ? policyIssues(contentOf(policy).definition, await deps.directory()) : [];
      const isTimeless = issues.some(({ field }) => field.endsWith("time_zone"));
      return {
        issues,
        notes: policy && !isTimeless ? policyNotes(policy, facts) : [],
        effect: isTimeless ? null : effectOf({ others, before, after }, facts.tasks, facts.people),
      };
    },

    active: createActivePolicies(deps.pool),
  };
}

/** Throws NOBODY_TO_APPROVE (422), naming each policy and why, where a requirement can never be met. */
export function assertSatisfiable(requirements: readonly Requirement[]): void {
  const problems = unsatisfiable(requirements);
  const [first] = problems;
  if (!first) return;
  throw policyErrors.NOBODY_TO_APPROVE({ message: `${first.policy} ${first.issue}.`, details: problems });
}

/** The draft as if it were stored. */
function draftEntry(policy: PolicyInput, before: PolicyEntry | null, now: Date): PolicyEntry {
  const at = now.toISOString();
  const { id = "draft", version = 0 } = before ?? {};
  return { ...policy, id, version: version + 1, created_at: at, updated_at: at };
}

function contentOf({ name, active, ...definition }: PolicyInput): PolicyContent {
  return { name, active, definition: withoutDoubles(definition) };
}

/** The policy as it is after the patch: null takes a rule away, what is absent stays. */
function patched(current: PolicyEntry, patch: PolicyPatch): PolicyContent {
  const { expected_version: _, name = current.name, active = current.active, ...rules } = patch;
  const definition = Object.fromEntries(
    Object.entries({ ...definitionOf(current), ...defined(rules) }).filter(([, rule]) => rule !== null),
  );
  return { name, active, definition: withoutDoubles(policyDefinition.parse(definition)) };
}

function definitionOf(entry: PolicyEntry): PolicyDefinition {
  const { id: _i, name: _n, active: _a, version: _v, created_at: _c, updated_at: _u, ...definition } = entry;
  return definition;
}

function defined(rules: object): object {
  return Object.fromEntries(Object.entries(rules).filter(([, rule]) => rule !== undefined));
}

/** Naming somebody twice makes nobody more. */
function withoutDoubles(definition: PolicyDefinition): PolicyDefinition {
  return Object.fromEntries(
    Object.entries(definition).map(([key, value]) => [
      key,
      Array.isArray(value) && value.every((one) => typeof one === "string") ? [...new Set(value)] : value,
    ]),
  ) as PolicyDefinition;
}

function fact(action: string, entry: PolicyEntry) {
  const detail = {
    name: entry.name,
    version: entry.version,
    active: entry.active,
    definition: definitionOf(entry),
  };
  return { action, entity_type: "policy", entity_id: entry.id, detail };
}

function personOf(actor: Actor): string | null {
  return actor.kind === "user" ? actor.id : null;
}

function found(entry: PolicyEntry | null): PolicyEntry {
  if (!entry) throw missing();
  return entry;
}

const missing = () => errors.NOT_FOUND({ message: "There is no such policy." });
