import { createAdapters } from "./adapters.ts";
import { agentProjections, createAgentsService } from "./agents/service.ts";
import { createApplyingService } from "./applying/service.ts";
import { createApprovalsService } from "./approvals/service.ts";
import { type CoreOptions, DEFAULTS, OUTGOING } from "./core-options.ts";
import { createDelegationsService, delegationProjections } from "./delegations/service.ts";
import { createDemoService } from "./demo/service.ts";
import { createCommands } from "./executors/adapters/command/service.ts";
import { createExecutorsService, createSecretBox } from "./executors/service.ts";
import {
  applyWakeUp,
  createGateService,
  createTurns,
  findDue,
  gateProjections,
  type Turn,
  wakeUpsOf,
} from "./gate/service.ts";
import { createIdentityService } from "./identity/service.ts";
import { createJobs } from "./jobs.ts";
import { joinPermissions } from "./join-permissions.ts";
import { createKeyedDigest } from "./kernel/keyed-digest.ts";
import { createLedger } from "./ledger/service.ts";
import { createLocksService, lockProjections } from "./locks/service.ts";
import { createNotificationsService } from "./notifications/service.ts";
import { createOnCallService } from "./oncall/service.ts";
import { createPolicyService, unmet } from "./policies/service.ts";
import { createPreferencesService, preferenceProjections } from "./preferences/service.ts";
import { createResourceService } from "./resources/service.ts";
import { createRiskService } from "./risk/service.ts";
import { createSecretsService } from "./secrets/service.ts";
import { createTasksService, ROLLBACK_TYPE } from "./tasks/service.ts";
import { createToolCallsService } from "./tool-calls/service.ts";
import { createViewsService } from "./views/service.ts";

/** A little more than the longest plan that an executor may make. */
const PLAN_JOB_MS = 330_000;

export type Core = Awaited<ReturnType<typeof createCore>>;

/** The only place where slices meet: builds each from those below it and starts what runs by itself. */
export async function createCore(options: CoreOptions) {
  const { connections, clock, ids, log, secret } = options;
  const { pool, prisma, redis } = connections;
  const settings = { ...DEFAULTS, ...options.settings };

  const turns = createTurns({ pool, log });
  const jobs = createJobs({ connections, log, works: options.works });
  const projections = new Map([
    ...gateProjections,
    ...lockProjections,
    ...preferenceProjections,
    ...delegationProjections,
    ...agentProjections,
  ]);
  const ledger = createLedger({
    pool,
    prisma,
    redis,
    clock,
    ids,
    log,
    secret,
    anchorFile: options.anchorFile,
    projections,
    onSeal: async (client, entries) =>
      jobs.insert(await turns.place(client, entries.flatMap(wakeUpsOf)), client),
  });
  const base = { pool, prisma, redis, clock, ids, log, ledger };
  const emitLive = ledger.events.emitLive;

  const matrix = joinPermissions();
  const identity = createIdentityService({
    ...base,
    auth: { publicUrl: options.publicUrl, trustedOrigins: [], secret },
  });
  const preferences = createPreferencesService(base);
  const notifications = createNotificationsService({
    ...base,
    projections,
    emitLive,
    directory: identity.directory,
    preferencesOf: preferences.of,
    box: createSecretBox(secret, "webhook"),
    outgoing: { ...OUTGOING, ...options.outgoing },
    publicUrl: options.publicUrl,
    random: Math.random,
  });
  const resources = createResourceService(base);
  const risk = createRiskService(base);
  const policies = createPolicyService({
    ...base,
    directory: async () => ({ people: await identity.directory(), groups: await identity.groups() }),
  });
  const delegations = createDelegationsService({ ...base, directory: identity.directory });
  const locks = createLocksService({ ...base, emitLive });
  const commands = createCommands({
    ...base,
    commandsFile: options.commandsFile,
    works: options.works,
    lockTtlSeconds: settings.lock_ttl_seconds,
  });
  const stashBox = createSecretBox(secret, "stash");
  const executors = createExecutorsService({
    adapters: createAdapters({ pool, ledger, options, commands, box: stashBox, executors: () => executors }),
    log,
  });
  const secrets = createSecretsService({
    ...base,
    executors,
    box: createSecretBox(secret, "secret"),
    environment: options.secretEnvironment ?? new Map(),
    undoing: [ROLLBACK_TYPE],
    works: options.works,
  });
  const agents = createAgentsService({
    ...base,
    identity,
    policies,
    emitLive,
    publicUrl: options.publicUrl,
    httpAllow: options.outgoing?.httpAllow ?? OUTGOING.httpAllow,
  });
  const tasks = createTasksService({
    ...base,
    locks,
    missing: (requirements, approvers) => unmet(requirements, approvers).map(({ text }) => text),
  });
  const approvals = createApprovalsService(base);
  const onCall = createOnCallService({ ...base, directory: identity.directory });
  const gate = createGateService({
    onCall,
    ...base,
    tasks,
    executors,
    secrets,
    resources,
    risk,
    policies,
    delegations,
    identity,
    agents,
    locks,
    planWaitMs: settings.plan_wait_ms,
  });
  const applying = createApplyingService({
    ...base,
    locks,
    executors,
    secrets,
    agents,
    gate,
    box: stashBox,
    tasks,
    random: Math.random,
    wake: async (task, at) => jobs.insert(await turns.place(pool, [applyWakeUp(ids.uuid(), task, at)])),
    settings,
    atStep: options.atApplyStep,
  });
  const toolCalls = createToolCallsService({ ...base, tasks, gate });
  const demo = createDemoService({ ...base, identity, agents, gate });
  const views = createViewsService({
    pool,
    redis,
    tasks,
    approvals,
    applying,
    ledger,
    clock,
    agents,
    preferences,
  });

  await notifications.start();
  await jobs.start();
  await ledger.events.start();
  ledger.sealer.start();

  return {
    ...{
      matrix,
      ledger,
      identity,
      preferences,
      notifications,
      onCall,
      resources,
      risk,
      policies,
      delegations,
      locks,
      executors,
      commands,
      secrets,
      agents,
    },
    ...{ tasks, approvals, gate, applying, toolCalls, demo, views, jobs, connections },
    /** Of requests that are remembered for their Idempotency-Key; a body may hold a secret. */
    requestDigest: createKeyedDigest(secret, "request"),
    /**
     * Begins to take jobs. `apply` is told of a task that is due and resolves when its run has begun: should this
     * process die, watchdog and sweep bring the task back.
     */
    takeJobs: (apply: (taskId: string) => Promise<void>) => {
      // While Redis is away this takes as long; until then a task that waits is found by its own job.
      applying.listen().catch((error: unknown) => log.warn({ err: error }, "grants to tasks are not heard"));
      return jobs.work({
        plan: async ({ task_id, draft, plan_request_id }) => {
          const signal = AbortSignal.timeout(PLAN_JOB_MS);
          if (typeof task_id === "string") await gate.planTask({ task_id, draft: draft === true }, signal);
          if (typeof plan_request_id === "string") await gate.answerPlanRequest(plan_request_id, signal);
        },
        release: ({ task_id }) => gate.release(String(task_id)),
        async apply({ task_id, turn }) {
          await apply(String(task_id));
          if (turn) turns.begun(turn as Turn);
        },
        async reassign() {
          await gate.cancelOfRetired();
          await gate.reassignLeft();
        },
        connection_test: ({ test_id }) => agents.tests.run(String(test_id)),
      });
    },
    /** Takes no more jobs; what was taken goes on. */
    stopTakingJobs() {
      agents.tests.stop();
      return jobs.rest();
    },
    /** A worker's round: what nobody needs any more of turns and attempts. */
    async forget() {
      await turns.forget();
      await applying.forget();
      await agents.forget();
    },
    /** Inserts wake-ups for everything that is due and has lost its own. */
    async sweep() {
      await gate.thawLifted();
      await gate.cancelExpired();
      await gate.cancelOfRetired();
      await gate.reassignLeft();
      await gate.stepLate();
      await jobs.insertLost(await turns.place(pool, await findDue(pool, clock.now())));
    },
    async close() {
      notifications.close();
      await locks.close();
      agents.tests.stop();
      await jobs.stop();
      await turns.stop();
      await ledger.sealer.stop();
      await ledger.events.stop();
    },
  };
}
