import type { Pool } from "pg";
import type { Logger } from "pino";
import { agentInput } from "../agents/schema.ts";
import type { AgentsService } from "../agents/service.ts";
import type { GateService } from "../gate/service.ts";
import type { PrismaClient } from "../generated/client.ts";
import type { IdentityService } from "../identity/service.ts";
import { type Actor, mayReview, systemActor } from "../kernel/actor.ts";
import type { Clock } from "../kernel/clock.ts";
import { isCoded } from "../kernel/errors.ts";
import type { Ids } from "../kernel/ids.ts";
import type { Fact } from "../ledger/schema.ts";
import type { Ledger, Tx } from "../ledger/service.ts";
import { demoErrors } from "./errors.ts";
import type { DemoAgent, DemoStep } from "./schema.ts";
import { addStep, newestRun, type OpenRun, openRun, openTasksSince, seeRun } from "./store.ts";

/** So long a run lasts at most. */
export const DEMO_RUN_MINUTES = 15;
/** Its key outlives the run by so much, to tidy up with. */
const KEY_GRACE_MS = 60_000;
/** Whose the agent is: an author, so that every reviewer may answer for it. */
const OWNER_EMAIL = "mia@demo.local";

const DEMO_AGENT = agentInput.parse({
  name: "demo-assistant",
  description:
    "Shows the whole loop on demo data. It is simulated: no model thinks here, and it stops by itself.",
  tags: ["simulated"],
  connection: { kind: "worker" },
  instructions: "Propose small changes to the demo, wait for people, and do what they say.",
  tools: [{ name: "run_command", permission: "ask" }],
  task_types: ["configuration.file", "agent.tool_call"],
  scopes: ["*:demo-*/*", "*:default/demo/*", "service:tools/*"],
});

type DemoDeps = {
  pool: Pool;
  prisma: PrismaClient;
  clock: Clock;
  ids: Ids;
  log: Logger;
  ledger: Pick<Ledger, "write">;
  identity: Pick<IdentityService, "issueKey" | "revokeKeys">;
  agents: Pick<AgentsService, "create" | "list">;
  gate: Pick<GateService, "cancel">;
};

/** What a worker needs to be the agent; the key is nowhere else. */
export type TakenRun = {
  id: string;
  agent_id: string;
  key: string;
  /** Whom to ask: who started it, where they may review. */
  reviewer_id: string | null;
  ends_at: Date;
};

export type DemoService = ReturnType<typeof createDemoService>;

/** The simulated agent: started and stopped by people, run by a worker, a program like any other. */
export function createDemoService(deps: DemoDeps) {
  const { pool, prisma, clock, ids, ledger } = deps;
  const setup: Actor = { ...systemActor("demo"), roles: ["admin"] };

  const isAvailable = async () => (await prisma.setting.findUnique({ where: { key: "demo" } })) !== null;

  /** The demo's own agent, made when it is needed first. @throws DEMO_OFF where its owner is not there */
  async function agentId(): Promise<string> {
    const owner = await prisma.user.findUnique({ where: { email: OWNER_EMAIL } });
    if (!owner?.active) throw demoErrors.DEMO_OFF();
    const find = () =>
      prisma.agent.findFirst({
        where: { name: DEMO_AGENT.name, owner_id: owner.id, active: true },
        select: { id: true },
      });
    const known = await find();
    if (known) return known.id;
    const made = await deps.agents.create(setup, { ...DEMO_AGENT, owner_id: owner.id }).catch((error) => {
      if (isCoded(error, "AGENT_NAME_TAKEN")) return null;
      throw error;
    });
    const id = made?.agent.id ?? (await find())?.id;
    if (!id) throw demoErrors.DEMO_OFF({ message: "The simulated agent was retired." });
    return id;
  }

  const fact = (happened: string, agent_id: string, run_id: string, detail: object = {}): Fact => ({
    action: `demo_agent.${happened}`,
    entity_type: "agent",
    entity_id: agent_id,
    detail: { run_id, ...detail },
  });

  /** Its keys stop with it: nothing can speak in its name between two runs. */
  const revokeKeys = (tx: Tx, id: string) => deps.identity.revokeKeys(tx, { kind: "agent", id });

  async function end(
    run: { id: string; agent_id: string },
    reason: string,
    by: Actor = setup,
  ): Promise<void> {
    await ledger.write(by, async (tx) => {
      const { count } = await tx.demo_agent_run.updateMany({
        where: { id: run.id, state: { not: "ended" } },
        data: { state: "ended", ended_at: clock.now(), end_reason: reason },
      });
      if (count === 0) return { result: undefined, facts: [] };
      const revoked = await revokeKeys(tx, run.agent_id);
      return { result: undefined, facts: [...revoked, fact("ended", run.agent_id, run.id, { reason })] };
    });
  }

  /**
   * Ends a run whose worker is gone: nothing can speak for it any more, then nothing of it is open, then it has ended. A
   * process that dies in between leaves it lost, and the next look begins again.
   */
  async function clear(run: OpenRun): Promise<void> {
    await ledger.write(setup, async (tx) => ({
      result: undefined,
      facts: await revokeKeys(tx, run.agent_id),
    }));
    for (const id of await openTasksSince(pool, run.id)) {
      await deps.gate
        .cancel(systemActor("demo"), id, { reason: "The simulated agent ended." })
        .catch((error: unknown) => deps.log.warn({ err: error, task_id: id }, "a demo task stays open"));
    }
    const wasTaken = run.state !== "starting";
    await end(run, wasTaken ? "The worker that ran it stopped." : "No worker took it.");
  }

  return {
    async read(): Promise<DemoAgent> {
      const [available, run] = await Promise.all([isAvailable(), newestRun(pool)]);
      return { available, run };
    },

    /** Asks the workers for a run. @throws DEMO_OFF, DEMO_AGENT_RUNS */
    async start(actor: Actor): Promise<DemoAgent> {
      if (!(await isAvailable())) throw demoErrors.DEMO_OFF();
      const agent_id = await agentId();
      await ledger
        .write(actor, async (tx) => {
          const id = ids.uuid();
          const revoked = await revokeKeys(tx, agent_id);
          await tx.demo_agent_run.create({
            data: {
              ...{ id, agent_id, state: "starting", started_by: actor.id, started_by_name: actor.name },
              reviewer_id: mayReview(actor) ? actor.id : null,
              ends_at: new Date(clock.now().getTime() + DEMO_RUN_MINUTES * 60_000),
            },
          });
          return { result: undefined, facts: [...revoked, fact("started", agent_id, id)] };
        })
        .catch((error: unknown) => {
          throw (error as { code?: unknown }).code === "P2002" ? demoErrors.DEMO_AGENT_RUNS() : error;
        });
      return this.read();
    },

    /** Tells it to stop; that none runs is as good. */
    async stop(actor: Actor): Promise<void> {
      const run = await openRun(pool);
      if (!run) return;
      if (run.state === "starting") return end(run, `${actor.name} stopped it.`, actor);
      await ledger.write(actor, async (tx) => {
        const { count } = await tx.demo_agent_run.updateMany({
          where: { id: run.id, state: "running" },
          data: { state: "stopping", end_reason: `${actor.name} stopped it.` },
        });
        return { result: undefined, facts: count > 0 ? [fact("stopped", run.agent_id, run.id)] : [] };
      });
    },

    /**
     * A worker's look: ends a run that nobody runs any more, and takes one that was asked for, with a key of its own
     * that ends with it. Null where there is nothing to take.
     */
    async take(worker_id: string): Promise<TakenRun | null> {
      const run = await openRun(pool);
      if (!run) return null;
      if (run.is_lost) {
        await clear(run);
        return null;
      }
      if (run.state !== "starting") return null;
      return ledger.write(setup, async (tx) => {
        const { count } = await tx.demo_agent_run.updateMany({
          where: { id: run.id, state: "starting" },
          data: { state: "running", worker_id, seen_at: clock.now() },
        });
        const taken = await tx.demo_agent_run.findUnique({ where: { id: run.id } });
        if (count === 0 || !taken) return { result: null, facts: [] };
        const { issued, fact: issuedFact } = await deps.identity.issueKey(tx, {
          holder: { kind: "agent", id: run.agent_id },
          name: "Simulated run",
          scopes: null,
          expires_at: new Date(taken.ends_at.getTime() + KEY_GRACE_MS),
          created_by: null,
        });
        const { agent_id, reviewer_id, ends_at } = taken;
        return {
          result: { id: run.id, agent_id, reviewer_id, ends_at, key: issued.key },
          facts: [issuedFact],
        };
      });
    },

    /** Says that the run's worker lives. False: it is to stop. */
    mayGoOn: (runId: string): Promise<boolean> => seeRun(pool, runId),

    /** What it does, for whoever watches. */
    note: (runId: string, step: Omit<DemoStep, "at">): Promise<void> =>
      addStep(pool, runId, { at: clock.now().toISOString(), ...step }),

    /** The program has ended; a person's reason to stop it wins over the program's own. */
    async ended(run: { id: string; agent_id: string }, reason: string): Promise<void> {
      const stored = await prisma.demo_agent_run.findUnique({ where: { id: run.id } });
      await end(run, stored?.end_reason ?? reason);
    },
  };
}
