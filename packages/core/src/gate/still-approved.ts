import { makersOf, outcomeOf } from "../approvals/service.ts";
import type { Person } from "../identity/schema.ts";
import { mayReview } from "../kernel/actor.ts";
import { isCoded } from "../kernel/errors.ts";
import type { PolicyEntry, Requirement } from "../policies/schema.ts";
import { buildRequirements, matchPolicies, unmet, withAnswersFor } from "../policies/service.ts";
import { confirmedOverrides, type TaskRecord } from "../tasks/service.ts";
import { authorRefusal } from "./author-refusal.ts";
import type { GateDeps } from "./deps.ts";
import { toolFacts } from "./evaluate.ts";
import { originalTypeOf } from "./original-type.ts";

/**
 * Checked right before a change is applied: rights, approvals and policies as they are now, not as they were. Answers
 * why they no longer hold, in words, or null. The risk is the one that was reviewed.
 */
export async function stillApproved(
  deps: Pick<GateDeps, "identity" | "agents" | "policies" | "executors" | "pool">,
  task: TaskRecord,
): Promise<string | null> {
  const [people, policies] = await Promise.all([deps.identity.directory(), deps.policies.active()]);
  const byId = new Map(people.map((person) => [person.id, person]));
  const overrides = confirmedOverrides(task);
  for (const { requested_by, decided_by } of overrides) {
    const stand = [requested_by, decided_by].every((id) => isAdmin(byId.get(id ?? "")));
    if (!stand) return "an admin who overrode its review is no longer active or no longer an admin";
  }
  // Asked first: of an agent that is there no more, nothing else can be asked.
  const refusal = await authorRefusal(deps, task);
  if (refusal) return refusal.reason;
  const isForced = overrides.some(({ kind }) => kind === "force_apply");
  const tool = await factsOfTool(deps, task);
  if ("refused" in tool) return tool.refused;
  if (isForced) return null;
  return reviewRefusal(task, people, policies, {
    ...tool,
    original_type: await originalTypeOf(deps, task.config),
  });
}

type ToolFacts = Awaited<ReturnType<typeof toolFacts>>;

/** What its agent is allowed by itself now: a grant may have been revoked, a setting changed. */
async function factsOfTool(
  deps: Pick<GateDeps, "executors" | "agents" | "pool">,
  task: TaskRecord,
): Promise<ToolFacts | { refused: string }> {
  const { config, resource_keys: keys, risk_level: level } = task;
  const agent_id = task.author_kind === "agent" ? task.author_id : null;
  try {
    return await toolFacts(deps, { config, keys, made_by: task, agent_id, level });
  } catch (error) {
    if (!isCoded(error, "AGENT_TOOL_DENIED")) throw error;
    return { refused: error.message };
  }
}

const isAdmin = (person: Person | undefined): boolean =>
  person?.active === true && person.roles.includes("admin");

/** Why its review no longer holds: whoever approved it, or what the policies of now ask for. */
function reviewRefusal(
  task: TaskRecord,
  people: readonly Person[],
  policies: readonly PolicyEntry[],
  { original_type, ...tool }: ToolFacts & { original_type: string | null },
): string | null {
  const byId = new Map(people.map((person) => [person.id, person]));
  const standing = task.approvals.filter(({ status, reviewer_id }) => {
    const person = byId.get(reviewer_id);
    return status === "APPROVED" && person?.active && mayReview(person);
  });
  if (outcomeOf(task.requirements ?? [], standing, task.now) !== "approve") {
    return "an approver is no longer active or no longer a reviewer";
  }
  const score = task.risk_score ?? 0;
  const keys = task.resource_keys;
  const demanded = buildRequirements({
    matches: matchPolicies(policies, { type: task.type, original_type, keys, score, at: task.now }),
    people: withStoodFor(people, standing),
    author: byId.get(task.author_id) ?? { roles: [], groups: [] },
    excluded: makersOf(task),
    score,
    keys,
    ...tool,
  })
    // An approver counts for everybody they answered for, whatever became of the delegation since.
    .map((requirement) => withAnswersFor(requirement, standing))
    .map((requirement) => (task.drifts === 0 ? requirement : { ...requirement, auto_approved: false }));
  const approvers = standing.map(({ reviewer_id }) => reviewer_id);
  const missing = unmet(demanded, approvers).filter(({ requirement }) => !isOverridden(task, requirement));
  if (missing.length > 0) {
    const what = missing
      .map(({ requirement, text }) => `${requirement.policy_name} needs ${text}`)
      .join("; ");
    return `the policies of now ask for more: ${what}`;
  }
  return null;
}

/** Two admins went past this requirement, as it stands: a policy that was changed since asks again. */
function isOverridden(task: TaskRecord, demanded: Requirement): boolean {
  return (task.requirements ?? []).some(
    ({ id, policy_version, overridden_by }) =>
      overridden_by !== undefined && id === demanded.id && policy_version === demanded.policy_version,
  );
}

/** Who left or reviews no longer keeps the place that somebody took over: what that one answered holds. */
function withStoodFor(
  people: readonly Person[],
  standing: readonly { stands_for: readonly string[] }[],
): Person[] {
  const stoodFor = new Set(standing.flatMap(({ stands_for }) => stands_for));
  return people.map((person) =>
    stoodFor.has(person.id) ? { ...person, active: true, roles: [...person.roles, "reviewer"] } : person,
  );
}
