import type { WhyAsked } from "../approvals/schema.ts";
import { dueRule, leniencyOf, type Makers, makersOf } from "../approvals/service.ts";
import {
  type DelegationFacts,
  type DelegationRule,
  type Resolution,
  resolveDelegations,
} from "../delegations/service.ts";
import type { Preview, TaskConfig } from "../executors/schema.ts";
import type { ToolUse } from "../executors/service.ts";
import type { Person } from "../identity/schema.ts";
import type { Requirement } from "../policies/schema.ts";
import {
  buildRequirements,
  candidatesOf,
  isAutoApproved,
  matchPolicies,
  peopleOf,
  type RequirementFacts,
  requiredApprovals,
  unsatisfiable,
} from "../policies/service.ts";
import { canonicalKey } from "../resources/service.ts";
import type { RiskAssessment, RiskLevel } from "../risk/schema.ts";
import type { GateDeps } from "./deps.ts";
import { gateErrors } from "./errors.ts";
import { originalTypeOf } from "./original-type.ts";

export type Evaluation = {
  risk: RiskAssessment;
  keys: string[];
  requirements: Requirement[];
  required_approvals: { count: number; exact: boolean };
  /** Who is asked, and why. */
  asked: {
    person: Person;
    requirement_ids: string[];
    /** Whom a policy names and they answer for. */
    stands_for: string[];
    why: WhyAsked[];
  }[];
  /** Owners of delegations that lead nowhere, or not the first way: what to tell each. */
  fell_back: Resolution[];
  /** Requirements that nobody is left to meet, in words. */
  problems: string[];
  waived: boolean;
  due: { priority: "LOW" | "NORMAL" | "HIGH" | "URGENT"; hours: number };
  affected_services: string[];
};

/** Canonical keys of everything a configuration declares or really touches, what it declares first. INVALID_RESOURCE_NAME, UNKNOWN_TASK_TYPE. */
export function keysOf(deps: Pick<GateDeps, "executors">, config: TaskConfig): string[] {
  return [...new Set(deps.executors.resourcesOf(config).map((ref) => canonicalKey(ref)))];
}

/**
 * The engine behind submit, dry run and simulation: risk, matching policies, requirements and the people asked.
 * Stores nothing. `may_waive` is false after a drift: what was waived once is looked at by a person then.
 */
export async function evaluate(
  deps: GateDeps,
  change: {
    config: TaskConfig;
    tags: readonly string[];
    preview: Preview | null;
    made_by: Makers;
    /** The agent that proposes it, where one does: its own settings for a tool count. */
    agent_id: string | null;
    requested_reviewers: readonly string[];
    may_waive: boolean;
    at: Date;
  },
): Promise<Evaluation> {
  const { config, made_by } = change;
  const makers = makersOf(made_by);
  const executor = deps.executors.find(config.type);
  const touched = deps.executors.resourcesOf(config);
  const keys = keysOf(deps, config);
  const [catalogue, reach, policies, people, delegations] = await Promise.all([
    deps.resources.facts(keys),
    deps.resources.reachable(keys),
    deps.policies.active(),
    deps.identity.directory(),
    deps.delegations.active(),
  ]);
  const scored = await deps.risk.assess({
    type: config.type,
    resources: touched,
    keys,
    catalogue,
    preview: change.preview,
    worst_case: executor.worst_case,
    reach,
    reach_without: await reachWithout(deps, keys),
  });
  const original_type = await originalTypeOf(deps, config);
  const matched = { type: config.type, original_type, keys, score: scored.score, at: change.at };
  const matches = matchPolicies(policies, matched);
  const author = people.find((person) => person.id === made_by.author_id);
  const { tags, at } = change;
  const facts = { type: config.type, keys, score: scored.score, tags, at, makers };
  const chains = chainsOf(delegations, facts, people);
  const built = buildRequirements({
    matches,
    people,
    author: author ?? { roles: [], groups: [] },
    excluded: makers,
    score: scored.score,
    keys,
    requested: change.requested_reviewers,
    standIns: standInsOf(chains),
    ...(await toolFacts(deps, { config, keys, made_by, agent_id: change.agent_id, level: scored.level })),
  });
  const requirements = change.may_waive ? built : built.map((each) => ({ ...each, auto_approved: false }));
  const waived = isAutoApproved(requirements);
  const open = requirements.filter((requirement) => !requirement.auto_approved);
  const byId = new Map(people.map((person) => [person.id, person]));
  return {
    risk: { ...scored, auto_approvable: waived },
    keys,
    requirements,
    required_approvals: requiredApprovals(requirements),
    asked: candidatesOf(requirements).flatMap((candidate) => {
      const { user_id, requirement_ids, stands_for } = candidate;
      const person = byId.get(user_id);
      if (!person) return [];
      const note = chains.get(user_id)?.warnings.join(" ");
      const why = candidate.why.map(({ via = [person.name], ...reason }) => ({
        ...{ ...reason, via },
        // Only where they are asked themselves: it is their own delegation that did not hold.
        ...(note && via.length === 1 ? { note } : {}),
      }));
      return [{ person, requirement_ids, stands_for, why }];
    }),
    fell_back: fellBack(chains, open),
    problems: unsatisfiable(requirements).map(({ policy, issue }) => `${policy} ${issue}.`),
    waived,
    due: dueRule(
      config.priority,
      open.map((requirement) => requirement.due_in_hours),
    ),
    affected_services: reach.services,
  };
}

/**
 * What the rules for an agent's tool call add: who of its makers may answer it, and what its agent is allowed by itself.
 *
 * @throws AGENT_TOOL_DENIED where the agent's settings deny the tool
 */
export async function toolFacts(
  deps: Pick<GateDeps, "executors" | "agents" | "pool">,
  call: {
    config: TaskConfig;
    keys: readonly string[];
    made_by: Makers;
    agent_id: string | null;
    level: RiskLevel | null;
  },
): Promise<Pick<RequirementFacts, "leniency" | "allowed">> {
  const use = deps.executors.find(call.config.type).toolUse?.(call.config);
  if (!use) return {};
  const isBelowHigh = call.level === "LOW" || call.level === "MEDIUM";
  // A call of HIGH risk is looked at each time, whatever was allowed for calls like it.
  const verdict =
    call.agent_id === null
      ? null
      : await toolVerdict(
          deps,
          { ...use, agent_id: call.agent_id, keys: call.keys },
          isBelowHigh ? makersOf(call.made_by) : null,
        );
  return {
    ...(isBelowHigh && { leniency: leniencyOf(call.made_by) }),
    allowed: verdict?.permission === "allow" ? allowedBy(use, verdict.grant_id) : undefined,
  };
}

/** The agent's own word on a tool, and its grants' as `makers` is given; throws where it is no. */
export async function toolVerdict(
  deps: Pick<GateDeps, "agents" | "pool">,
  call: ToolUse & { agent_id: string; keys: readonly string[] },
  makers: readonly string[] | null,
) {
  const verdict = await deps.agents.toolVerdict(deps.pool, call, makers);
  if (verdict.permission === "deny")
    throw gateErrors.AGENT_TOOL_DENIED({
      message: `The agent's settings deny the tool ${call.tool}.`,
      details: { tool: call.tool, kind: call.kind },
    });
  return verdict;
}

function allowedBy({ tool }: ToolUse, grant_id: string | null): NonNullable<RequirementFacts["allowed"]> {
  const why = grant_id
    ? `somebody has allowed ${tool} for a while, and no policy asks for more`
    : `its agent's settings allow ${tool}, and no policy asks for more`;
  return { why, grant_id };
}

/** With more resources than this, leaving one of them out changes little. */
const MOST_LEFT_OUT = 8;

/** What each resource adds to the reach: that of the others, one left out at a time. */
async function reachWithout(deps: Pick<GateDeps, "resources">, keys: readonly string[]) {
  if (keys.length < 2 || keys.length > MOST_LEFT_OUT) return new Map();
  const others = keys.map((key) => keys.filter((other) => other !== key));
  const reaches = await Promise.all(others.map((rest) => deps.resources.reachable(rest)));
  return new Map(keys.map((key, index) => [key, reaches[index]!]));
}

/** Where a request to each owner of a delegation goes, for one task. */
export function chainsOf(
  delegations: readonly DelegationRule[],
  facts: DelegationFacts,
  people: readonly Person[],
): ReadonlyMap<string, Resolution> {
  const owners = new Set(delegations.map(({ owner_id }) => owner_id));
  return resolveDelegations(delegations, [...owners], facts, people);
}

/** The same as policies take it: who is asked in whose place. */
export function standInsOf(chains: ReadonlyMap<string, Resolution>) {
  return new Map(
    [...chains.values()].map(({ owner_id, end_id, via }) => [owner_id, { to_id: end_id, via: [...via] }]),
  );
}

/** Of those whom the requirements name, in person or by a stand-in, the ones with something to be told. */
function fellBack(chains: ReadonlyMap<string, Resolution>, open: readonly Requirement[]): Resolution[] {
  const named = new Set(
    open.flatMap((requirement) => [
      ...peopleOf(requirement),
      ...(requirement.stand_ins ?? []).map(({ owner_id }) => owner_id),
    ]),
  );
  return [...chains.values()].filter(({ owner_id, warnings }) => warnings.length > 0 && named.has(owner_id));
}
