import { type Preview, preview as previewSchema, type TaskConfig } from "../executors/schema.ts";
import { asWritten } from "../executors/service.ts";
import { type Actor, systemActor } from "../kernel/actor.ts";
import { isCoded } from "../kernel/errors.ts";
import { canonicalKey } from "../resources/service.ts";
import { holderName, withHolderNames } from "../tasks/service.ts";
import type { GateDeps } from "./deps.ts";
import { evaluate, keysOf } from "./evaluate.ts";
import { heldBy } from "./freeze.ts";
import { planRevealed } from "./plan.ts";
import type { DryRunAnswer, SimulateInput, Simulation } from "./schema.ts";
import { validConfig } from "./valid-config.ts";

/** What would happen with a draft, without a worker: a plan is made only where that is cheap. */
export async function simulate(deps: GateDeps, actor: Actor, given: SimulateInput): Promise<Simulation> {
  const { config } = await validConfig(deps, actor, given.config);
  const input = { ...given, config };
  // Values are known in workers only, and a plan without them would compare what is there with their names.
  const isCheap = deps.executors.find(config.type).cheap_plan && !deps.secrets.isNamedBy(config);
  const preview = isCheap
    ? await deps.executors.plan(config, { signal: AbortSignal.timeout(5_000), reveal: asWritten })
    : null;
  return answer(deps, actor, input, preview);
}

/** The same with a worker's plan; nothing but the request for it is stored. */
export async function dryRun(deps: GateDeps, actor: Actor, given: SimulateInput): Promise<DryRunAnswer> {
  const { config } = await validConfig(deps, actor, given.config);
  const input = { ...given, config };
  const preview = await requestPlan(deps, actor, config);
  const simulated = await answer(deps, actor, input, preview);
  const shown = preview && { ...preview, affected_services: simulated.affected_services };
  return { ...simulated, ...(shown ? { preview: shown } : {}), preview_pending: preview === null };
}

async function answer(
  deps: GateDeps,
  actor: Actor,
  input: SimulateInput,
  preview: Preview | null,
): Promise<Simulation> {
  const authorId = input.metadata.author_id ?? actor.id;
  const at = deps.clock.now();
  const evaluation = await evaluate(deps, {
    config: input.config,
    tags: input.metadata.tags,
    preview: preview?.valid ? preview : null,
    made_by: {
      author_id: authorId,
      author_owner_id: actor.owner_id,
      author_key_by: actor.key_made_by ?? null,
      editor_id: actor.id,
      editor_owner_id: actor.owner_id,
      editor_key_by: actor.key_made_by ?? null,
      owners_now: [],
    },
    agent_id: actor.kind === "agent" ? actor.id : null,
    requested_reviewers: [],
    may_waive: true,
    at,
  });
  return {
    risk: evaluation.risk,
    policies: evaluation.requirements.map((requirement) => ({
      id: requirement.policy_id,
      name: requirement.policy_name,
      version: requirement.policy_version,
      auto_approved: requirement.auto_approved,
      why: requirement.why,
    })),
    requirements: evaluation.requirements,
    required_approvals: evaluation.required_approvals.count,
    required_approvals_exact: evaluation.required_approvals.exact,
    reviewers: evaluation.asked.map(({ person, stands_for, why }) => ({
      id: person.id,
      name: person.name,
      stands_for,
      why,
    })),
    auto_approvable: evaluation.risk.auto_approvable,
    problems: evaluation.problems,
    held_by: heldBy(evaluation.requirements, at),
    locks: await locksOf(deps, input.config),
    warnings: [
      ...(await secretWarnings(deps, input.config)),
      ...(preview ? [...preview.errors, ...preview.warnings] : []),
      ...evaluation.fell_back.flatMap(({ warnings }) => warnings),
    ],
    affected_services: evaluation.affected_services,
  };
}

/** What submitting would refuse. */
async function secretWarnings(deps: GateDeps, config: TaskConfig): Promise<string[]> {
  try {
    await deps.secrets.assertUsable(config, keysOf(deps, config));
    return [];
  } catch (error) {
    if (!isCoded(error)) throw error;
    return [error.message];
  }
}

async function locksOf(deps: GateDeps, config: TaskConfig): Promise<Simulation["locks"]> {
  const held = await Promise.all(
    deps.executors.lockedResources(config).map(async (ref) => {
      const key = canonicalKey(ref);
      // Whether somebody holds it is only a hint: with Redis away the rest is still true.
      const lock = await deps.locks.holderOf("resource", key).catch(() => null);
      const mode = ref.actions.every((action) => action === "read")
        ? ("shared" as const)
        : ("exclusive" as const);
      return { key, mode, holder: lock && holderName(lock) };
    }),
  );
  return withHolderNames(deps.pool, held);
}

/** Asks a worker for a plan and waits for it; null where none came in time. */
async function requestPlan(deps: GateDeps, actor: Actor, config: TaskConfig): Promise<Preview | null> {
  const id = deps.ids.uuid();
  const channel = `plan:${id}`;
  let timer: NodeJS.Timeout | undefined;
  let stop = (): void => undefined;
  const answered = new Promise<void>((resolve) => {
    stop = deps.ledger.events.listen([channel], () => resolve());
    timer = setTimeout(resolve, deps.planWaitMs);
  });
  try {
    await deps.ledger.write(actor, async (tx) => {
      await tx.plan_request.create({ data: { id, config: config as object, requested_by: actor.id } });
      const fact = {
        action: "plan.requested",
        entity_type: "plan_request",
        entity_id: id,
        detail: { type: config.type },
      };
      return { result: undefined, facts: [fact] };
    });
    await answered;
  } finally {
    clearTimeout(timer);
    stop();
  }
  const row = await deps.prisma.plan_request.findUnique({ where: { id } });
  return row?.answer ? previewSchema.parse(row.answer) : null;
}

/** A worker's part of a dry run. */
export async function answerPlanRequest(deps: GateDeps, id: string, signal: AbortSignal): Promise<void> {
  const request = await deps.prisma.plan_request.findUnique({ where: { id } });
  if (!request || request.answered_at) return;
  const preview = await planRevealed(deps, request.config as unknown as TaskConfig, signal);
  await deps.ledger.write(systemActor("gate"), async (tx) => {
    const data = { answer: preview as object, answered_at: deps.clock.now() };
    const { count } = await tx.plan_request.updateMany({ where: { id, answered_at: null }, data });
    const fact = {
      action: "plan.answered",
      entity_type: "plan_request",
      entity_id: id,
      detail: { valid: preview.valid },
    };
    return { result: undefined, facts: count > 0 ? [fact] : [] };
  });
}
