import type { Pool } from "pg";
import type { PrismaClient } from "../generated/client.ts";
import type { IdentityService } from "../identity/service.ts";
import type { Actor } from "../kernel/actor.ts";
import type { Clock } from "../kernel/clock.ts";
import { type CodedError, errors } from "../kernel/errors.ts";
import type { Ids } from "../kernel/ids.ts";
import type { EventDraft, Fact } from "../ledger/schema.ts";
import type { Ledger, Tx } from "../ledger/service.ts";
import { compileGlob, compileNameGlob } from "../resources/service.ts";
import { agentErrors } from "./errors.ts";
import { HEARTBEAT_SECONDS } from "./health.ts";
import { mayPropose, type Verdict } from "./may-propose.ts";
import type {
  AgentEntry,
  AgentInput,
  AgentList,
  AgentPatch,
  AgentStatus,
  HeartbeatAnswer,
  HeartbeatInput,
  ListAgentsQuery,
  NewAgent,
} from "./schema.ts";
import { findAgent, findNewlyStale, insertAgent, listAgents, readAgent, storeHeartbeat } from "./store.ts";

export type AgentsDeps = {
  pool: Pool;
  prisma: PrismaClient;
  clock: Clock;
  ids: Ids;
  ledger: Pick<Ledger, "write">;
  identity: Pick<IdentityService, "issueKey">;
  /** Sends an event that is not kept: `ledger.events.emitLive`. */
  emitLive: (event: EventDraft) => void;
};

export type AgentsService = {
  /** The agent and its key, shown this once; both or neither. AGENT_NAME_TAKEN, VALIDATION_ERROR (owner). */
  create(actor: Actor, input: AgentInput): Promise<NewAgent>;
  /** Agents in use; an agent sees itself. */
  list(actor: Actor, query: ListAgentsQuery): Promise<AgentList>;
  /** NOT_FOUND; FORBIDDEN for an agent that asks for another. */
  get(actor: Actor, id: string): Promise<AgentEntry>;
  /** Owner: `paused`; admin: all. NOT_FOUND, FORBIDDEN, VALIDATION_ERROR (owner). */
  update(actor: Actor, id: string, patch: AgentPatch): Promise<AgentEntry>;
  /** By the agent's own key: FORBIDDEN for anyone else. Not in the ledger: nothing is decided by it. */
  heartbeat(actor: Actor, id: string, input: HeartbeatInput): Promise<HeartbeatAnswer>;
  /** Throws AGENT_PAUSED, AGENT_TYPE_NOT_ALLOWED or AGENT_RESOURCE_NOT_ALLOWED; NOT_FOUND. */
  mayPropose(agentId: string, type: string, keys: readonly string[]): Promise<void>;
  /** Tells who fell silent within the last seconds; a worker calls it that often. Answers how many. */
  announceStale(withinSeconds: number): Promise<number>;
};

const MATCHERS = { type: compileNameGlob, key: compileGlob };

/** Programs with an identity, an owner, limits and a health of their own. */
export function createAgentsService(deps: AgentsDeps): AgentsService {
  const { pool, prisma, clock, ids, ledger, identity } = deps;

  function announce(
    id: string,
    from: AgentStatus,
    status: AgentStatus,
    vitals: Record<string, unknown>,
  ): void {
    if (from === status) return;
    const payload = { agent_id: id, status, previous_status: from, ...vitals };
    deps.emitLive({ event: "agent:health", channels: [`agent:${id}`, "system"], payload });
  }

  return {
    async create(actor, input) {
      const ownerId = input.owner_id ?? actor.id;
      return ledger
        .write(actor, async (tx) => {
          await assertOwner(tx, ownerId);
          const name = { equals: input.name, mode: "insensitive" } as const;
          if (await tx.agent.findFirst({ where: { name }, select: { id: true } })) {
            throw agentErrors.AGENT_NAME_TAKEN();
          }
          const id = ids.uuid();
          await insertAgent(tx, id, ownerId, input);
          const { issued, fact } = await identity.issueKey(tx, {
            holder: { kind: "agent", id },
            name: "First key",
            scopes: null,
            expires_at: null,
            created_by: actor.id,
          });
          const agent = await readAgent(tx, id);
          if (!agent) throw new Error("The agent just written is not there");
          const detail = {
            owner_id: ownerId,
            connection: input.connection.kind,
            scopes: agent.scopes,
            task_types: agent.task_types,
          };
          return { result: { agent, api_key: issued.key }, facts: [agentFact("created", id, detail), fact] };
        })
        .catch((error: unknown) => {
          throw isUniqueViolation(error) ? agentErrors.AGENT_NAME_TAKEN() : error;
        });
    },

    list: (actor, query) => listAgents(pool, query, actor.kind === "agent" ? actor.id : null),

    async get(actor, id) {
      if (actor.kind === "agent" && actor.id !== id) throw errors.FORBIDDEN();
      const agent = await findAgent(pool, id);
      if (!agent) throw missing();
      return agent;
    },

    async update(actor, id, patch) {
      const { before, after } = await ledger.write(actor, async (tx) => {
        await tx.$executeRaw`SELECT 1 FROM agent WHERE id = ${id}::uuid FOR UPDATE`;
        const before = await readAgent(tx, id);
        if (!before) throw missing();
        assertMayUpdate(actor, before, patch);
        if (patch.owner_id) await assertOwner(tx, patch.owner_id);
        await tx.agent.update({
          where: { id },
          data: {
            updated_at: clock.now(),
            ...(patch.paused !== undefined && { paused: patch.paused }),
            ...(patch.owner_id !== undefined && { owner_id: patch.owner_id }),
            ...(patch.active !== undefined && { active: patch.active }),
          },
        });
        const after = await readAgent(tx, id);
        if (!after) throw missing();
        return { result: { before, after }, facts: updateFacts(before, after) };
      });
      announce(id, before.status, after.status, { active_tasks: after.capacity.active_tasks });
      return after;
    },

    async heartbeat(actor, id, input) {
      if (actor.kind !== "agent" || actor.id !== id) {
        throw errors.FORBIDDEN({ message: "Only an agent's own key sends its heartbeats." });
      }
      const beat = await storeHeartbeat(pool, id, input);
      if (!beat) throw missing();
      const last_heartbeat_at = beat.at.toISOString();
      announce(id, beat.before, beat.after, { active_tasks: input.active_tasks, last_heartbeat_at });
      const { after: status, paused } = beat;
      return { id, status, paused, last_heartbeat_at, next_heartbeat_seconds: HEARTBEAT_SECONDS };
    },

    async mayPropose(agentId, type, keys) {
      const agent = await prisma.agent.findUnique({
        where: { id: agentId },
        select: { paused: true, active: true, typed: true, task_types: true, scoped: true, scopes: true },
      });
      if (!agent?.active) throw missing();
      const allowance = {
        paused: agent.paused,
        task_types: agent.typed ? agent.task_types : null,
        scopes: agent.scoped ? agent.scopes : null,
      };
      const refusal = refusalOf(mayPropose(allowance, type, keys, MATCHERS), allowance.task_types);
      if (refusal) throw refusal;
    },

    async announceStale(withinSeconds) {
      const silent = await findNewlyStale(pool, withinSeconds);
      for (const { id, active_tasks, last_heartbeat_at } of silent) {
        announce(id, active_tasks > 0 ? "active" : "idle", "stale", {
          active_tasks,
          last_heartbeat_at: last_heartbeat_at.toISOString(),
        });
      }
      return silent.length;
    },
  };
}

function assertMayUpdate(actor: Actor, agent: AgentEntry, patch: AgentPatch): void {
  if (actor.roles.includes("admin")) return;
  const isOwner = actor.kind === "user" && actor.id === agent.owner_id;
  const { paused: _paused, ...forAdmins } = patch;
  if (!isOwner || Object.values(forAdmins).some((value) => value !== undefined)) {
    throw errors.FORBIDDEN({ message: "An agent's owner may pause and resume it; the rest is for admins." });
  }
}

/** Somebody who is here has to answer for an agent. */
async function assertOwner(tx: Tx, id: string): Promise<void> {
  const owner = await tx.user.findUnique({ where: { id }, select: { active: true } });
  if (owner?.active) return;
  const issue = owner ? "has left" : "no such user";
  throw errors.VALIDATION_ERROR({ details: [{ field: "owner_id", issue }] });
}

function refusalOf(verdict: Verdict, taskTypes: readonly string[] | null): CodedError | null {
  if (verdict.ok) return null;
  switch (verdict.why) {
    case "paused":
      return agentErrors.AGENT_PAUSED();
    case "type":
      return agentErrors.AGENT_TYPE_NOT_ALLOWED({ details: { task_types: taskTypes } });
    case "resources":
      return agentErrors.AGENT_RESOURCE_NOT_ALLOWED({ details: { resources: verdict.keys } });
  }
}

function updateFacts(before: AgentEntry, after: AgentEntry): Fact[] {
  const { id, owner_id } = after;
  const facts: Fact[] = [];
  if (before.paused !== after.paused) facts.push(agentFact(after.paused ? "paused" : "resumed", id, {}));
  if (before.active !== after.active) facts.push(agentFact(after.active ? "reinstated" : "retired", id, {}));
  if (before.owner_id !== owner_id) {
    facts.push(agentFact("updated", id, { owner_id: { from: before.owner_id, to: owner_id } }));
  }
  return facts;
}

function agentFact(happened: string, id: string, detail: Record<string, unknown>): Fact {
  return { action: `agent.${happened}`, entity_type: "agent", entity_id: id, detail };
}

const missing = () => errors.NOT_FOUND({ message: "There is no such agent." });

function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "P2002";
}
