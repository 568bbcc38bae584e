import { dueRule } from "../approvals/service.ts";
import type { Preview, TaskConfig } from "../executors/schema.ts";
import type { Person } from "../identity/schema.ts";
import type { Requirement } from "../policies/schema.ts";
import {
  buildRequirements,
  candidatesOf,
  isAutoApproved,
  matchPolicies,
  requiredApprovals,
  unsatisfiable,
} from "../policies/service.ts";
import { canonicalKey } from "../resources/service.ts";
import type { RiskAssessment } from "../risk/schema.ts";
import type { GateDeps } from "./deps.ts";

export type Evaluation = {
  risk: RiskAssessment;
  keys: string[];
  requirements: Requirement[];
  required_approvals: { count: number; exact: boolean };
  /** Who is asked, and why. */
  asked: {
    person: Person;
    requirement_ids: string[];
    why: { requirement_id: string; policy: string; rule: string; via: string[] }[];
  }[];
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
    preview: Preview | null;
    author_id: string;
    makers: readonly string[];
    requested_reviewers: readonly string[];
    may_waive: boolean;
    at: Date;
  },
): Promise<Evaluation> {
  const { config } = change;
  const executor = deps.executors.find(config.type);
  const touched = deps.executors.resourcesOf(config);
  const keys = keysOf(deps, config);
  const [catalogue, reach, policies, people] = await Promise.all([
    deps.resources.facts(keys),
    deps.resources.reachable(keys),
    deps.policies.active(),
    deps.identity.directory(),
  ]);
  const scored = await deps.risk.assess({
    type: config.type,
    resources: touched,
    keys,
    catalogue,
    preview: change.preview,
    worst_case: executor.worst_case,
    reach,
  });
  const matches = matchPolicies(policies, { type: config.type, keys, score: scored.score, at: change.at });
  const author = people.find((person) => person.id === change.author_id);
  const built = buildRequirements({
    matches,
    people,
    author: author ?? { roles: [], groups: [] },
    excluded: change.makers,
    score: scored.score,
    keys,
    requested: change.requested_reviewers,
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
      const person = byId.get(candidate.user_id);
      // The path by which it came to them has one step as long as nobody delegates.
      const why = candidate.why.map((reason) => ({ ...reason, via: [person?.name ?? ""] }));
      return person ? [{ person, requirement_ids: candidate.requirement_ids, why }] : [];
    }),
    problems: unsatisfiable(requirements).map(({ policy, issue }) => `${policy} ${issue}.`),
    waived,
    due: dueRule(
      config.priority,
      open.map((requirement) => requirement.due_in_hours),
    ),
    affected_services: reach.services,
  };
}
